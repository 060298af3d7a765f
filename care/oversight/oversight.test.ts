/** The log searched through the door, the scope of breaches, and the breach desk. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '#kernel/audit-event'
import type { Actor } from '#kernel/context'
import { handOut } from '#kernel/outbox'
import { lead } from '#kernel/leader'
import { CLINIC, HOSPITAL } from '../../tests/harness/platform.ts'
import {
  breachTaker,
  changeFacts,
  draftItems,
  enterBreach,
  findings,
  lettersOf,
  ownLetter,
  readSelector,
  type Selector,
  scopeFor,
  takeStep,
  touchedOf,
  usualFacts,
  viewBreach,
  writeItems,
} from './index.ts'
import { look, openOversight, type Oversight } from './oversight.fixture.ts'
import { askScope, readScope } from './scope/service.ts'
import { sliceOf } from './scope/selector.ts'
import { tellMore } from './breach/service.ts'

let o: Oversight
beforeAll(async () => {
  o = await openOversight()
})
afterAll(() => o?.close())

const auditor: Actor = {
  kind: 'staff',
  id: 'auditor',
  role: 'auditor',
  institutionNumber: HOSPITAL,
  institutionName: 'みどり総合病院',
  name: '神谷 清',
}
type Bundle = { entry?: { resource: { id: string; agent: object[] } }[]; link: { relation: string; url: string }[] }
const at = (minutes: number) => new Date(Date.parse('2026-11-20T03:00:00Z') + minutes * 60_000).toISOString()

describe('AuditEvent', () => {
  const keyed: string[] = []
  beforeAll(async () => {
    for (let n = 0; n < 3; n++) keyed.push((await o.enter({ name: `検索 ${n}` })).key)
    await o.log(
      Array.from({ length: 120 }, (_, n) =>
        // Ten of each instant, so that order must be told by id.
        look({
          at: at(Math.floor(n / 10)),
          key: keyed[n % 3]!,
          actorId: `d${n % 4}`,
          outcome: n % 12 === 0 ? 'consent-missing' : 'success',
          via: `session:s${n % 5}`,
          requestId: `req-${n}`,
        }),
      ),
    )
  })
  const pages = async (who: Awaited<ReturnType<Oversight['staff']>>, first: string): Promise<string[]> => {
    const ids: string[] = []
    for (let url: string | undefined = first; url !== undefined; ) {
      const answer = await who.get(url)
      expect(answer.status).toBe(200)
      const bundle = answer.body as unknown as Bundle
      ids.push(...(bundle.entry ?? []).map((e) => e.resource.id))
      url = bundle.link.find((l) => l.relation === 'next')?.url.replace('http://localhost', '')
    }
    return ids
  }
  test('pages hold every entry once, newest first, however many a page', async () => {
    const who = await o.staff('auditor', HOSPITAL)
    const q = `date=le2026-11-20T13:00:00%2B09:00&agent=d1`
    const small = await pages(who, `/fhir/R4/AuditEvent?${q}&_count=7`)
    const large = await pages(who, `/fhir/R4/AuditEvent?${q}&_count=200`)
    expect(large).toHaveLength(30)
    expect(small).toEqual(large)
    expect(new Set(small).size).toBe(small.length)
  })
  test.each([
    ['', 120],
    ['&outcome=4', 10],
    ['&outcome=0', 110],
    ['&via=session:s2', 24],
    ['&requestId=req-7', 1],
    ['&altid=req-7,req-8', 2],
    ['&institution=1310000019', 120],
    ['&institution=0', 0],
    ['&purpose=TREAT', 120],
    ['&purpose=ETREAT', 0],
    ['&action=R', 120],
    ['&action=U', 0],
  ])('the day%s holds %i', async (more, count) => {
    const who = await o.staff('auditor', HOSPITAL)
    expect(await pages(who, `/fhir/R4/AuditEvent?date=2026-11-20&_count=200${more}`)).toHaveLength(count)
  })
  test('of one person, and one by its id; the search is itself in the log', async () => {
    const who = await o.staff('auditor', HOSPITAL)
    const found = await pages(who, `/fhir/R4/AuditEvent?patient=Patient/${keyed[0]}&date=2026-11-20`)
    expect(found).toHaveLength(40)
    expect((await who.get(`/fhir/R4/AuditEvent/${found[0]}`)).body).toMatchObject({ resourceType: 'AuditEvent', id: found[0] })
    expect(
      await o.count(sql`select 1 from kernel.audit where actor_id = ${who.id} and action = 'audit.search' and key = ${keyed[0]!}`),
    ).toBe(1)
    expect(await o.count(sql`select 1 from kernel.audit where actor_id = ${who.id} and action = 'audit.read' and key = ${keyed[0]!}`)).toBe(
      1,
    )
  })
  test('by ids too it is in the log of each whose entries were looked for, together with what else was asked', async () => {
    const who = await o.staff('auditor', HOSPITAL)
    const found = await pages(who, '/fhir/R4/AuditEvent?date=2026-11-20&_count=200')
    const six = found.slice(0, 6)
    expect(await pages(who, `/fhir/R4/AuditEvent?_id=${six.join(',')}&_count=4`), 'page by page').toEqual(six)
    expect(await pages(who, `/fhir/R4/AuditEvent?_id=${six.join(',')}&patient=${keyed[0]}`)).toHaveLength(2)
    expect(await pages(who, `/fhir/R4/AuditEvent?_id=${six.join(',')}&date=2026-11-21`)).toEqual([])
    const noted = async (key: string) =>
      o.count(sql`select 1 from kernel.audit where actor_id = ${who.id} and action = 'audit.search' and key = ${key}`)
    expect(await Promise.all(keyed.map(noted)), 'two pages, a day and, of one person, one more').toEqual([4, 3, 3])
    const crowd = [...Array.from({ length: 60 }, (_, n) => `nobody${n}`), keyed[1]!]
    await who.get(`/fhir/R4/AuditEvent?patient=${crowd.join(',')}`)
    expect(await noted(keyed[1]!), 'however many are named').toBe(4)
    expect((await who.get(`/fhir/R4/AuditEvent?_id=${Array.from({ length: 201 }, (_, n) => n).join(',')}`)).status).toBe(400)
  })
  test('nobody else of the staff, and no system', async () => {
    for (const role of ['physician', 'clerk', 'operator', 'administrator'] as const)
      expect((await (await o.staff(role, HOSPITAL)).get('/fhir/R4/AuditEvent')).status, role).toBe(403)
    expect((await (await o.system(HOSPITAL)).get('/fhir/R4/AuditEvent')).status).toBe(403)
    expect((await o.public().get('/fhir/R4/AuditEvent')).status).toBe(401)
  })
  test('a person finds what concerns them, and nothing of others', async () => {
    const [me, other] = [await o.enter({ name: '本人 一' }), await o.enter({ name: '他人 二' })]
    await o.log([look({ at: at(100), key: me.key, via: 'session:secret' }), look({ at: at(100), key: other.key })])
    const who = await o.citizen(me)
    const all = await who.get('/fhir/R4/AuditEvent?date=2026-11-20')
    expect((all.body as unknown as Bundle).entry).toHaveLength(1)
    expect(JSON.stringify(all.body)).not.toContain('secret')
    const theirs = (await (await o.staff('auditor', HOSPITAL)).get(`/fhir/R4/AuditEvent?patient=${other.key}&date=2026-11-20`))
      .body as unknown as Bundle
    expect(theirs.entry, 'the control: there is something of the other').toHaveLength(1)
    for (const q of [`patient=${other.key}`, `entity=Patient/${other.key}`, `_id=${theirs.entry![0]!.resource.id}`])
      expect(((await who.get(`/fhir/R4/AuditEvent?${q}`)).body as unknown as Bundle).entry, q).toBeUndefined()
    expect((await who.get(`/fhir/R4/AuditEvent/${theirs.entry![0]!.resource.id}`)).status).toBe(404)
    expect((await who.get('/fhir/R4/AuditEvent?via=session:x')).status).toBe(400)
  })
  test('each act says by which session, token or permission it came, and by nothing that opens anything', async () => {
    const me = await o.enter({ name: '本人 四' })
    await (await o.staff('auditor', HOSPITAL)).get('/fhir/R4/AuditEvent?purpose=HRESCH')
    await (await o.system(HOSPITAL)).get('/fhir/R4/Observation')
    await (await o.appOf({ kind: 'citizen', id: me.personId }, { scopes: ['patient/AuditEvent.rs'], patient: me.key })).get(
      '/fhir/R4/AuditEvent',
    )
    for (const kind of ['session', 'token', 'grant'])
      expect(
        await o.count(sql`select 1 from kernel.audit where via ~ ${`^${kind}:[^ ]+$`} and action in ('audit.search', 'record.search')`),
        kind,
      ).toBeGreaterThan(0)
    expect(await o.count(sql`select 1 from kernel.audit a join kernel.session s on a.via = 'session:' || encode(s.hash, 'hex')`)).toBe(0)
  })
  test('an app reads it with a scope, and not without', async () => {
    const me = await o.enter({ name: '本人 三' })
    await o.log([look({ at: at(100), key: me.key })])
    const app = (scopes: string[]) => o.appOf({ kind: 'citizen', id: me.personId }, { scopes, patient: me.key })
    expect((await (await app(['patient/AuditEvent.rs'])).get('/fhir/R4/AuditEvent')).status).toBe(200)
    expect((await (await app(['patient/Observation.rs'])).get('/fhir/R4/AuditEvent')).status).toBe(403)
  })
})

/** What a slow reader of the whole log says was touched. */
function touchedBy(log: readonly AuditEntry[], s: Selector): Map<string, number> {
  const meets = (e: AuditEntry) =>
    e.outcome === 'success' &&
    e.key !== '' &&
    (s.actorIds?.includes(e.actorId) ?? true) &&
    (s.institutionNumber === undefined || s.institutionNumber === e.institutionNumber) &&
    (s.vias?.includes(e.via ?? '') ?? true) &&
    (s.appName === undefined || e.actorName.endsWith(` ［${s.appName}］`)) &&
    (s.rule === undefined || s.rule === e.rule) &&
    (s.keys?.includes(e.key) ?? true) &&
    (s.from === undefined || e.at >= s.from) &&
    (s.to === undefined || e.at < s.to)
  const found = new Map<string, number>()
  for (const e of log.filter(meets)) found.set(e.key, (found.get(e.key) ?? 0) + 1)
  return found
}

describe('the scope of a breach', () => {
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!
  let log: AuditEntry[]
  beforeAll(async () => {
    o.clock.at = new Date('2026-11-22T03:00:00Z')
    log = Array.from({ length: 3_000 }, (_, n) =>
      look({
        ...{
          // The last of them lies before the clock: a report reaches to the present at most.
          at: at(n * 0.95),
          key: n % 17 === 0 ? '' : `p${(n * 7) % 200}`,
          actorId: pick(['x1', 'x2', 'x3'], n * 5),
          rule: pick(['visit-consent', 'break-glass'], n),
        },
        ...{ institutionNumber: pick([HOSPITAL, CLINIC], n * 3), via: pick(['session:v1', 'grant:v2', 'token:v3'], n * 11) },
        ...{ outcome: n % 23 === 0 ? 'consent-missing' : 'success', actorName: n % 4 === 0 ? '青山 春樹 ［からだ手帳］' : '青山 春樹' },
        kinds: pick([['test-result'], ['diagnosis', 'prescription'], []], n),
      }),
    )
    // What the tests above wrote: the slow reader knows of these entries alone.
    await sql`delete from kernel.audit`.execute(o.db)
    await o.log(log)
  })
  const report = async (selector: Selector) => {
    const id = await o.as(auditor, (ctx) => askScope(ctx, selector))
    await o.scopes()
    return { scope: await readScope(o, id), touched: await touchedOf(o.db, id, { after: '', limit: 10_000 }) }
  }
  const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
  test('for any selector, exactly the persons a slow reader of the log names', { timeout: 60_000 }, async () => {
    const selectors = fc.record({
      actorIds: some(['x1'], ['x2', 'x3']),
      institutionNumber: some(HOSPITAL, CLINIC),
      vias: some(['session:v1'], ['grant:v2', 'token:v3']),
      appName: some('からだ手帳'),
      rule: some('break-glass'),
      keys: some(['p7', 'p14', 'p190']),
      from: some(at(100), at(1_500)),
      to: some(at(700), at(2_900)),
    })
    await fc.assert(
      fc.asyncProperty(selectors, async (drawn) => {
        const selector = JSON.parse(JSON.stringify({ rule: 'visit-consent', ...JSON.parse(JSON.stringify(drawn)) })) as Selector
        const { touched, scope } = await report(selector)
        const wanted = touchedBy(log, selector)
        expect(new Map(touched.map((t) => [t.key, t.entries]))).toEqual(wanted)
        expect([scope.state, scope.persons, scope.done]).toEqual(['done', wanted.size, scope.slices])
      }),
      { numRuns: 12 },
    )
  })
  test('whoever fetched a file of an institution’s own lines has seen whose lines they are, whenever and by whatever token it was written', async () => {
    const own = { actorId: 'c1', actorKind: 'system', rule: 'own-institution', institutionNumber: HOSPITAL } as const
    const wrote = (key: string, job: string, kinds: string[]) =>
      look({ at: at(10), key, kinds, ...own, action: 'bulk.export', requestId: job, via: 'token:ordered', resource: `$export/${job}` })
    const fetched = (via: string, job: string, kinds: string[]) =>
      look({ at: at(2_000), key: '', kinds, ...own, action: 'bulk.export-fetch', via, resource: `$export/${job}/0` })
    await o.log([
      ...[
        wrote('own-1', 'job-1', ['diagnosis', 'test-result']),
        wrote('own-1', 'job-1', ['diagnosis']),
        wrote('own-2', 'job-1', ['test-result']),
      ],
      ...[wrote('own-3', 'job-2', ['diagnosis']), { ...wrote('own-4', 'job-1', ['diagnosis']), rule: 'visit-consent' }],
      ...[fetched('token:b', 'job-1', ['diagnosis']), fetched('token:b', 'job-1', ['diagnosis']), fetched('token:c', 'job-2', ['allergy'])],
    ])
    const persons = async (selector: Selector) => (await report(selector)).touched.map(({ key, kinds, entries }) => [key, kinds, entries])
    expect(await persons({ vias: ['token:b'] })).toEqual([['own-1', ['diagnosis'], 2]])
    expect(await persons({ vias: ['token:b'], keys: ['own-2'] })).toEqual([])
    expect(await persons({ actorIds: ['c1'], from: at(1_990) })).toEqual([['own-1', ['diagnosis'], 2]])
    expect(await persons({ vias: ['token:c'] }), 'the control: nothing of that kind').toEqual([])
    expect((await persons({ vias: ['token:ordered'] })).map(([key]) => key)).toEqual(['own-1', 'own-2', 'own-3', 'own-4'])
    expect(
      (await persons({ actorIds: ['c1'] })).find(([key]) => key === 'own-1'),
      'written twice and fetched twice',
    ).toEqual([...['own-1', ['diagnosis', 'test-result']], 4])
    await sql`delete from kernel.audit where actor_id = 'c1'`.execute(o.db)
  })
  test('a report that was broken off goes on, and counts nothing twice', async () => {
    const id = await o.as(auditor, (ctx) => askScope(ctx, { institutionNumber: HOSPITAL }))
    await sql`update oversight.scope set state = 'running', from_at = ${at(0)}, done = 0 where id = ${id}`.execute(o.db)
    await o.scopes()
    const first = await readScope(o, id)
    await sql`update oversight.scope set state = 'running', done = 3, refused = 0 where id = ${id}`.execute(o.db)
    await o.scopes()
    expect((await readScope(o, id)).entries).toBe(first.entries)
  })
  test('pieces of a span leave no gap and never overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 40 }), (width, slices) => {
        const span = { from: new Date(5), to: new Date(5 + width) }
        const pieces = Array.from({ length: slices }, (_, n) => sliceOf(span, n, slices))
        expect(pieces[0]!.from).toEqual(span.from)
        expect(pieces.at(-1)!.to).toEqual(span.to)
        for (let n = 1; n < slices; n++) expect(pieces[n]!.from).toEqual(pieces[n - 1]!.to)
      }),
    )
  })
  test.each<[Record<string, string>, object]>([
    [{}, { wrong: [{ field: 'actorId' }] }],
    [{ from: 'x' }, { wrong: [{ field: 'from' }] }],
    [{ from: '2026-11-23', to: '2026-11-22' }, { wrong: [{ field: 'to' }] }],
    [{ from: '2026-11-22', to: '2026-11-22' }, { selector: { from: '2026-11-21T15:00:00.000Z', to: '2026-11-22T15:00:00.000Z' } }],
    [{ via: 's1' }, { selector: { vias: ['session:s1', 'token:s1', 'grant:s1'] } }],
    [{ actorId: 'a、b', clientId: 'emr' }, { selector: { actorIds: ['a', 'b', 'emr'] } }],
    [{ key: 'Patient/k1 k2' }, { selector: { keys: ['k1', 'k2'] } }],
  ])('%j is read', (typed, result) => expect(readSelector((name) => typed[name] ?? '')).toMatchObject(result))
})

const items = Object.fromEntries(
  ['outline', 'data', 'persons', 'cause', 'secondary-harm', 'action', 'publication', 'prevention', 'other'].map((id) => [
    id,
    `${id}の内容`,
  ]),
)
const given = (about: { drill?: boolean; facts?: object } = {}) => ({
  title: '試しの件',
  drill: about.drill ?? false,
  body: 'private' as const,
  knownAt: o.clock.at,
  facts: { ...usualFacts, ...about.facts },
})
const enter = (about: Parameters<typeof given>[0], selector: Selector | null) =>
  o.as(auditor, (ctx) => enterBreach(ctx, given(about), { source: 'auditor', sourceRef: '', selector }))
const step = (id: string, name: Parameters<typeof takeStep>[2]['step'], note = '記録') =>
  o.as(auditor, (ctx) => takeStep(ctx, id, { step: name, note }))
const told = async () =>
  (
    await sql<{ key: string }>`select key from kernel.outbox where topic = 'notice' and payload->>'kind' = 'breach' order by key`.execute(
      o.db,
    )
  ).rows.map((r) => r.key)

describe('the breach desk', () => {
  test('a case from knowing to its end: nothing is skipped, and exactly the touched are told', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, (_, n) => o.enter({ name: `当事者 ${n}` })))
    const log = people.map((p, n) => look({ at: at(4_000 + n), key: p.key, actorId: n < 4 ? 'thief' : 'honest', kinds: ['prescription'] }))
    await o.log([...log, look({ at: at(4_100), key: people[5]!.key, actorId: 'thief', outcome: 'consent-missing' })])
    o.clock.at = new Date('2026-11-26T03:00:00Z')
    const id = await enter({ facts: { wrongfulPurpose: true } }, { actorIds: ['thief'] })
    for (const early of ['report', 'tell', 'final', 'close'] as const)
      await expect(step(id, early)).rejects.toMatchObject({ code: 'breach-step-early' })
    await expect(step(id, 'contain', '')).rejects.toMatchObject({ code: 'breach-step-early' })
    await step(id, 'contain')
    await expect(step(id, 'report')).rejects.toMatchObject({ code: 'breach-step-early' })
    await o.scopes()
    await o.as(auditor, (ctx) => draftItems(ctx, id))
    const drafted = await o.as(auditor, (ctx) => viewBreach(ctx, id))
    expect(drafted.breach.items).toMatchObject({
      persons: expect.stringContaining('4人') as string,
      data: expect.stringContaining('処方') as string,
    })
    expect(drafted.breach.facts.persons).toBe(4)
    await step(id, 'report')
    await expect(step(id, 'tell')).rejects.toMatchObject({ code: 'breach-step-early' })
    await o.as(auditor, (ctx) => writeItems(ctx, id, { items, substitute: '' }))
    expect(await told()).toEqual([])
    await step(id, 'tell')
    expect(await told()).toEqual(
      people
        .slice(0, 4)
        .map((p) => p.key)
        .sort(),
    )
    await step(id, 'final')
    await step(id, 'close')
    await expect(o.as(auditor, (ctx) => changeFacts(ctx, id, given()))).rejects.toMatchObject({ code: 'breach-closed' })
    const { letters } = await o.as(auditor, (ctx) => lettersOf(ctx, id, { after: '', limit: 50 }))
    expect(letters.map((l) => l.letter.name).sort()).toEqual(['当事者 0', '当事者 1', '当事者 2', '当事者 3'])
    const me = people[0]!
    const asPerson = (p: { personId: string; key: string }) =>
      o.as({ kind: 'citizen', id: p.personId, keys: [p.key], name: '' }, (ctx) => ownLetter(ctx, id))
    expect(JSON.stringify(await asPerson(me))).toContain('outlineの内容')
    await expect(asPerson(people[4]!)).rejects.toMatchObject({ code: 'not-found' })
  })
  test('a drill on a generated log finds exactly the touched, and tells nobody', async () => {
    const before = await told()
    const log = Array.from({ length: 1_500 }, (_, n) =>
      look({ at: at(5_000 + n), key: `q${(n * 13) % 1_400}`, actorId: n % 2 ? 'drilled' : 'other' }),
    )
    await o.log(log)
    const id = await enter({ drill: true }, { actorIds: ['drilled'] })
    await o.scopes()
    await step(id, 'contain')
    await o.as(auditor, (ctx) => writeItems(ctx, id, { items, substitute: '' }))
    await step(id, 'report')
    await step(id, 'tell')
    while (await o.db.transaction().execute((trx) => tellMore(trx, o.clock.at)));
    const { rows } = await sql<{ key: string; how: string }>`select key, how from oversight.breach_person where breach_id = ${id}`.execute(
      o.db,
    )
    expect(new Set(rows.map((r) => r.key))).toEqual(new Set(touchedBy(log, { actorIds: ['drilled'] }).keys()))
    expect(rows.length).toBeGreaterThan(500)
    expect(new Set(rows.map((r) => r.how))).toEqual(new Set(['drill']))
    expect(await told()).toEqual(before)
    expect((await o.as(auditor, (ctx) => viewBreach(ctx, id))).breach.state).toBe('persons-told')
  })
  test('the control: the same in earnest, in two goes, tells each once', async () => {
    const before = await told()
    const id = await enter({}, { actorIds: ['drilled'] })
    await o.scopes()
    await step(id, 'contain')
    await o.as(auditor, (ctx) => writeItems(ctx, id, { items, substitute: '' }))
    await step(id, 'report')
    await step(id, 'tell')
    expect((await o.as(auditor, (ctx) => viewBreach(ctx, id))).breach.state).toBe('reported')
    while (await o.db.transaction().execute((trx) => tellMore(trx, o.clock.at)));
    const after = await told()
    expect(after.length - before.length).toBe((await o.as(auditor, (ctx) => viewBreach(ctx, id))).scope!.persons)
    expect(new Set(after).size).toBe(after.length)
  })
  test('whom a later report finds is told too, and nothing ends before', async () => {
    const people = await Promise.all(['一', '二'].map((name) => o.enter({ name: `後の当事者 ${name}` })))
    await o.log(people.map((p, n) => look({ at: at(6_000 + n), key: p.key, actorId: `late-${n}` })))
    const own = async () => (await told()).filter((key) => people.some((p) => p.key === key))
    const beat = () => o.db.transaction().execute((trx) => tellMore(trx, o.clock.at))
    const id = await enter({}, { actorIds: ['late-0'] })
    await step(id, 'contain')
    await o.as(auditor, (ctx) => writeItems(ctx, id, { items, substitute: '公表する。' }))
    await step(id, 'report')
    await expect(step(id, 'tell'), 'the report is not worked out yet').rejects.toMatchObject({ code: 'breach-step-early' })
    await o.scopes()
    await step(id, 'tell')
    expect(await own()).toEqual([people[0]!.key])
    await o.as(auditor, (ctx) => scopeFor(ctx, id, { actorIds: ['late-0', 'late-1'] }))
    expect(await beat(), 'nobody is told of half a report').toBe(false)
    expect(await own()).toHaveLength(1)
    await o.scopes()
    await expect(step(id, 'final')).rejects.toMatchObject({ code: 'breach-step-early' })
    while (await beat());
    expect(await own()).toEqual(people.map((p) => p.key).sort())
    while (await beat());
    expect(await own(), 'each once').toHaveLength(2)
    await step(id, 'final')
    await step(id, 'close')
  })
  test('what need not be reported is closed with its reason', async () => {
    const id = await enter({ facts: { strongEncryption: true, keyTaken: false } }, null)
    await step(id, 'contain')
    await expect(step(id, 'report')).rejects.toMatchObject({ code: 'breach-step-early' })
    await step(id, 'close')
    expect((await o.as(auditor, (ctx) => viewBreach(ctx, id))).breach.state).toBe('closed')
  })
  test('an emergency access that its reviewers condemned is taken over once, with its scope', async () => {
    const person = await o.enter({ name: '緊急 一' })
    await o.log([look({ at: at(6_600), key: person.key, actorId: 'breaker' }), look({ at: at(6_601), key: 'else', actorId: 'breaker' })])
    const payload = {
      source: 'break-glass',
      emergencyId: 'e1',
      keys: [person.key],
      staffId: 'breaker',
      institutionNumber: HOSPITAL,
      since: at(6_590),
      knownAt: o.clock.at,
    }
    for (let n = 0; n < 2; n++) await o.as(auditor, async (ctx) => ctx.tell({ topic: 'breach', key: person.key, payload }))
    const { epoch } = (await lead(o.db, 'test'))!
    while ((await handOut(o.db, { epoch, now: o.clock.at, takers: [breachTaker] })) > 0);
    const { rows } = await sql<{
      id: string
      scope_id: string
    }>`select id, scope_id from oversight.breach where source = 'break-glass'`.execute(o.db)
    expect(rows).toHaveLength(1)
    await o.scopes()
    expect((await touchedOf(o.db, rows[0]!.scope_id, { after: '', limit: 10 })).map((t) => t.key)).toEqual([person.key])
    await expect(step(rows[0]!.id, 'report')).rejects.toMatchObject({ code: 'breach-step-early' })
  })
})

describe('a finding', () => {
  const planted = async (actorId: string) => {
    const { rows } = await sql<{
      id: string
    }>`insert into oversight.finding (id, rule, actor_id, actor_name, actor_role, institution_number, institution_name, touched_key, day,
        first_at, last_at, times, figures, state, due_at)
      values (${`f-${actorId}`}, 'colleague', ${actorId}, '青山 春樹', 'physician', ${HOSPITAL}, 'みどり総合病院', 'p7', '2026-11-20', ${at(0)}, ${at(0)}, 1, '{}', 'open', ${at(0)}) returning id`.execute(
      o.db,
    )
    return rows[0]!.id
  }
  const decide = (id: string, word: Parameters<typeof findings.decide>[2]) => o.as(auditor, (ctx) => findings.decide(ctx, id, word))
  test('is decided once, with a reason of the list, and never by whom it is about', async () => {
    const id = await planted('someone')
    await expect(decide(id, { state: 'justified', reason: 'unjustified', note: '' })).rejects.toMatchObject({ code: 'input-invalid' })
    await decide(id, { state: 'asked', reason: 'asked-facility', note: '電話した' })
    await decide(id, { state: 'justified', reason: 'in-charge', note: '' })
    await expect(decide(id, { state: 'justified', reason: 'in-charge', note: '' })).rejects.toMatchObject({ code: 'finding-decided' })
    await expect(decide(await planted('auditor'), { state: 'justified', reason: 'in-charge', note: '' })).rejects.toMatchObject({
      code: 'finding-own',
    })
  })
  test('becomes a case, whose scope is that day of that person', async () => {
    const id = await planted('x1')
    const breachId = await decide(id, { state: 'breach', reason: 'unjustified', note: '' })
    await o.scopes()
    const view = await o.as(auditor, (ctx) => viewBreach(ctx, breachId!))
    expect(view.scope!.selector).toMatchObject({ actorIds: ['x1'], keys: ['p7'] })
    expect(view.breach).toMatchObject({ source: 'finding', sourceRef: id, ownerId: 'auditor' })
  })
  test('the share that was reviewed counts what was decided', async () => {
    await sql`update oversight.finding set first_at = ${o.clock.at}`.execute(o.db)
    const reviewed = await o.as(auditor, (ctx) => findings.reviewed(ctx))
    expect(reviewed).toMatchObject({ all: 3, decided: 2, open: 1 })
  })
})
