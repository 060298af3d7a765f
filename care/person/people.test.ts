import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { Refusal } from '#kernel/refusal'
import { HOSPITAL, openPlatform, type Platform, systemActor } from '../../tests/harness/platform.ts'
import { accounts } from './index.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

const operator: Actor = {
  kind: 'staff',
  id: 'op',
  role: 'operator',
  institutionNumber: HOSPITAL,
  institutionName: '運用',
  name: '運用 一郎',
}
const act = <T>(work: Parameters<Platform['as']>[1], actor = operator) => platform.as(actor, work, 'HOPERAT') as Promise<T>
const said = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
const service = () => platform.services.person
const ask = () => ({ db: platform.db, now: platform.clock.at })
/** Who somebody is now; with `actsFor`, only where they may act for that person. */
const citizen = async (id: string, actsFor: string | null = null, now = platform.clock.at) => {
  const actor = await accounts.citizen(platform.db, id, { now, actsFor })
  return actsFor === null || actor?.actsFor ? actor : undefined
}

let serial = 0
const stated = (more: object = {}) => ({
  memberId: `06990009:9:${++serial}:01`,
  name: '渡邉 花子',
  nameKana: 'ワタナベ ハナコ',
  birthDate: '1958-04-12',
  sex: 'female',
  address: '',
  postalCode: '',
  phone: '',
  ...more,
})
const resolve = (who: ReturnType<typeof stated>) => platform.as(systemActor(HOSPITAL), (ctx) => service().resolve(ctx, who, HOSPITAL))

/** A person, and a submission of theirs that was set aside for a mistyped birth date. */
async function setAside() {
  const known = stated()
  const one = await resolve(known)
  const slip = { ...known, birthDate: '1958-04-21' }
  const two = await resolve(slip)
  const { cases } = await service().cases.open(ask(), { limit: 10_000, offset: 0 })
  const found = cases.find((c) => c.key === two.key)!
  return { known, slip, one, two, id: found.id }
}
const decide = (id: string, decided: 'same' | 'different' | 'asked') =>
  act<{ id: string; key: string }>((ctx) => service().cases.decide(ctx, { id, decided, reason: 'document', note: '被保険者証の写し' }))
const isOpen = async (id: string) => (await service().cases.find(ask(), id)) !== undefined

describe('a doubt', () => {
  test('one person: keys move, both statements find the person from then on, and nothing is set aside again', async () => {
    const { known, slip, one, two, id } = await setAside()
    await platform.consent(two.key, HOSPITAL, { diagnosis: true })
    await decide(id, 'same')
    expect((await citizen(one.personId))!.keys.toSorted()).toEqual([one.key, two.key].toSorted())
    expect(await isOpen(id)).toBe(false)
    expect(await resolve(known)).toMatchObject({ key: one.key, personId: one.personId, created: false, doubtful: false })
    expect(await resolve(slip)).toMatchObject({ key: two.key, personId: one.personId, created: false, doubtful: false })
    // Whoever was signed in as the entry that went is the person who stayed.
    expect(await citizen(two.personId)).toMatchObject({ id: one.personId })
    const consents = await platform.as(operator, (ctx) => platform.services.consent.list(ctx, [one.key, two.key]))
    expect(consents.map((c) => c.key)).toEqual([two.key])
  })

  test('undone, everything stands exactly where it stood', async () => {
    const { one, two, id, slip } = await setAside()
    const rows = async () =>
      (
        await sql`select key, person_id from person.patient_key where key in (${one.key}, ${two.key}) union all
        select key, person_id from person.member_id where key in (${one.key}, ${two.key}) order by 1, 2`.execute(platform.db)
      ).rows
    const before = await rows()
    const made = await decide(id, 'same')
    expect(await rows()).not.toEqual(before)
    await act((ctx) => service().cases.undo(ctx, { key: made.key, id: made.id, reason: 'wrong' }))
    expect(await rows()).toEqual(before)
    expect(await isOpen(id)).toBe(true)
    expect((await citizen(two.personId))!.id).toBe(two.personId)
    expect(await resolve(slip)).toMatchObject({ key: two.key, doubtful: true })
    expect(await said(act((ctx) => service().cases.undo(ctx, { key: made.key, id: made.id, reason: 'again' })))).toBe('case-changed')
  })

  test('what came since the link stays where it came when the link is undone', async () => {
    const { one, id } = await setAside()
    const made = await decide(id, 'same')
    await service().addMemberId(ask(), { personId: one.personId, key: one.key, memberId: '06990009:9:9999:01' })
    await act((ctx) => service().cases.undo(ctx, { key: made.key, id: made.id, reason: 'wrong' }))
    expect((await service().memberIds(ask(), one.personId)).map((m) => m.asSent)).toContain('06990009:9:9999:01')
  })

  test('two people: settled, and the same statement finds its own entry without a doubt', async () => {
    const { slip, two, id } = await setAside()
    await decide(id, 'different')
    expect(await isOpen(id)).toBe(false)
    expect(await resolve(slip)).toMatchObject({ key: two.key, doubtful: false })
    expect(await said(decide(id, 'same'))).toBe('case-changed')
  })

  test('the institution is asked: it stays open and says since when', async () => {
    const { id } = await setAside()
    await decide(id, 'asked')
    expect((await service().cases.find(ask(), id))!.case.askedAt).toEqual(platform.clock.at)
  })

  test('a link of a link is undone from the last one back', async () => {
    const first = await setAside()
    const made = await decide(first.id, 'same')
    const third = await resolve({ ...first.known, birthDate: '1985-12-04' })
    const { cases } = await service().cases.open(ask(), { limit: 100, offset: 0 })
    await sql`insert into person.card (serial, issuer, person_id, linked_at) values (${`c${serial}`}, 'i', ${third.personId}, now())`.execute(
      platform.db,
    )
    const later = await decide(cases.find((c) => c.key === third.key)!.id, 'same')
    expect((await citizen(first.two.personId))!.id, 'through both').toBe(third.personId)
    expect(await said(act((ctx) => service().cases.undo(ctx, { key: made.key, id: made.id, reason: 'x' })))).toBe('link-not-last')
    await act((ctx) => service().cases.undo(ctx, { key: later.key, id: later.id, reason: 'x' }))
    expect(await said(act((ctx) => service().cases.undo(ctx, { key: made.key, id: made.id, reason: 'x' })))).toBe('done')
  })

  test('two operators decide at once: one of them is told', async () => {
    const { id } = await setAside()
    const both = await Promise.all([said(decide(id, 'same')), said(decide(id, 'same'))])
    expect(both.filter((b) => b === 'done')).toHaveLength(1)
  })
})

describe('people who stand twice', () => {
  const enter = (more: object) => platform.enter({ name: '齋藤 ヴィオラ', nameKana: 'サイトウ ヴィオラ', birthDate: '1970-01-02', ...more })
  test('are noted by the job under another spelling, never linked by it', async () => {
    const one = await enter({})
    const two = await enter({ name: '斉藤ビオラ', nameKana: 'ｻｲﾄｳ ﾋﾞｵﾗ' })
    const far = await enter({ birthDate: '1999-09-09', address: 'よそ' })
    await service().people.compareNew(ask(), 1000)
    const { cases } = await service().cases.open(ask(), { limit: 500, offset: 0 })
    const pairs = cases.filter((c) => c.kind === 'duplicate').map((c) => [c.key, c.otherKey].toSorted().join())
    expect(pairs).toContain([one.key, two.key].toSorted().join())
    expect(pairs.some((p) => p.includes(far.key))).toBe(false)
    expect((await citizen(one.personId))!.keys).toEqual([one.key])
    expect(await service().people.compareNew(ask())).toEqual({ compared: 0, noted: 0 })
  })

  test('are found by any spelling, by birth date, by number', async () => {
    const one = await enter({ birthDate: '1971-01-02', memberId: '00123456:77:4711:01' })
    await service().people.compareNew(ask())
    const found = async (asked: object) =>
      (await service().people.search(ask(), { name: '', birthDate: '', memberId: '', ...asked }, { limit: 50, offset: 0 }))?.found.map(
        (p) => p.personId,
      )
    expect(await found({ name: '斎藤' })).toContain(one.personId)
    expect(await found({ name: 'さいとうびおら' })).toContain(one.personId)
    expect(await found({ birthDate: '昭和46年1月2日' })).toContain(one.personId)
    expect(await found({ memberId: '  123456:77:4711:01' }), 'padded with spaces').toContain(one.personId)
    expect(await found({ memberId: '77-4711' })).toContain(one.personId)
    expect(await found({ memberId: '4711' })).toContain(one.personId)
    expect(await found({ memberId: '78-4711' }), 'another symbol').toEqual([])
    expect(await found({ name: '斎藤', birthDate: '1999-01-01' })).not.toContain(one.personId)
    expect(await found({ name: '%' })).toEqual([])
    expect(await found({})).toBeUndefined()
  })

  test('a statement without a member id has likely people, and decides nothing', async () => {
    const one = await enter({ birthDate: '1972-02-03' })
    await service().people.compareNew(ask())
    const likely = await service().people.likely(ask(), { ...stated(), name: '斎藤ビオラ', nameKana: '', birthDate: '1972-02-03' })
    expect(likely[0]).toMatchObject({ personId: one.personId, verdict: 'doubtful' })
  })
})

describe('what was stated', () => {
  const address = (personId: string, address: string, validFrom: string) =>
    act<{ id: string }>((ctx) =>
      service().people.change(ctx, {
        personId,
        part: 'address',
        value: { postalCode: '', address },
        validFrom,
        source: 'municipality',
        statedBy: '131016',
      }),
    )
  test('the present stands in the register, the past in the history, and a change can be taken back', async () => {
    const { personId } = await platform.enter({ address: '旧町1' })
    const moved = await address(personId, '新町2', '2026-11-01')
    expect((await service().find(ask(), personId))!.address).toBe('新町2')
    await address(personId, '中町3', '2026-10-01')
    expect((await service().find(ask(), personId))!.address, 'noted later, valid earlier').toBe('新町2')
    await act((ctx) => service().people.undoChange(ctx, { personId, id: moved.id }))
    expect((await service().find(ask(), personId))!.address).toBe('中町3')
    const all = await service().people.history(ask(), personId)
    expect(all.map((s) => [s.value, s.validFrom, s.undoneAt !== null])).toEqual([
      [{ postalCode: '', address: '中町3' }, '2026-10-01', false],
      [{ postalCode: '', address: '新町2' }, '2026-11-01', true],
      [{ postalCode: '', address: '旧町1' }, '', false],
    ])
  })
  test('not from a day that has not come, and not for nobody', async () => {
    const { personId } = await platform.enter()
    expect(await said(address(personId, 'x', '2099-01-01'))).toBe('input-invalid')
    expect(await said(address('nobody', 'x', '2026-01-01'))).toBe('not-found')
  })
  test('an earlier family name still finds the person', async () => {
    const { personId } = await platform.enter({ name: '旧姓 菊', nameKana: 'キュウセイ キク', birthDate: '1966-06-06' })
    const value = { name: '新姓 菊', nameKana: 'シンセイ キク', nameRoma: '', nameOfOther: '', nameOfOtherKana: '' }
    await act((ctx) =>
      service().people.change(ctx, { personId, part: 'name', value, validFrom: '2026-01-01', source: 'insurer', statedBy: '' }),
    )
    await service().people.compareNew(ask(), 1000)
    const found = await service().people.search(ask(), { name: 'キュウセイ', birthDate: '', memberId: '' }, { limit: 5, offset: 0 })
    expect(found!.found.map((p) => [p.personId, p.name])).toEqual([[personId, '新姓 菊']])
  })
  test('two covers in a month, each with its days', async () => {
    const { personId, key, memberId } = await platform.enter()
    await service().addMemberId(ask(), { personId, key, memberId: '  123456:8:8:01' })
    const set = (about: object) =>
      said(
        act((ctx) =>
          service().people.setPeriod(ctx, {
            personId,
            memberId: memberId!,
            qualifiedFrom: '2020-04-01',
            lostOn: null,
            reasonOfLoss: null,
            ...about,
          }),
        ),
      )
    expect(await set({ lostOn: '2026-11-10', reasonOfLoss: '03' })).toBe('done')
    expect(await set({ memberId: '00123456:8:8:01', qualifiedFrom: '2026-11-10' })).toBe('done')
    expect(await set({ lostOn: '2026-11-10', reasonOfLoss: null })).toBe('input-invalid')
    expect(await set({ memberId: '00999999:1:1:01' })).toBe('not-found')
    expect((await service().people.memberships(ask(), personId)).map((m) => [m.qualifiedFrom, m.lostOn, m.reasonOfLoss])).toEqual([
      ['2026-11-10', null, null],
      ['2020-04-01', '2026-11-10', '03'],
    ])
  })
})

describe('acting for somebody', () => {
  const mother = () => platform.enter({ name: '母 山', nameKana: 'ハハ ヤマ', birthDate: '1985-03-03' })
  const child = () => platform.enter({ name: '子 山', nameKana: 'コ ヤマ', birthDate: '2008-12-01' })
  const enter = (representedId: string, proxyId: string, more: object = {}) =>
    act<string>((ctx) =>
      service().proxies.enter(ctx, {
        representedId,
        proxyId,
        basis: 'parent',
        evidence: '戸籍',
        validFrom: '2020-01-01',
        until: null,
        ...more,
      }),
    )
  const as = async (id: string, work: Parameters<Platform['as']>[1], actsFor: string | null = null) =>
    platform.as((await citizen(id, actsFor))!, work)

  test('a mother acts with her child’s keys until the child turns 18, on the very next request', async () => {
    const [m, c] = [await mother(), await child()]
    await enter(c.personId, m.personId)
    expect(await citizen(m.personId, c.personId)).toMatchObject({
      id: m.personId,
      keys: [c.key],
      actsFor: { personId: c.personId, basis: 'parent', until: '2026-11-30', hides: ['infection'] },
    })
    const birthday = new Date('2026-11-30T15:00:00Z')
    expect(await citizen(m.personId, c.personId, new Date(birthday.getTime() - 1000))).toBeDefined()
    expect(await citizen(m.personId, c.personId, birthday)).toBeUndefined()
    const after = await accounts.citizen(platform.db, m.personId, { now: birthday, actsFor: c.personId })
    expect([after!.keys, after!.actsFor], 'her own record').toEqual([[m.key], undefined])
    expect(await citizen(c.personId, m.personId), 'not the other way').toBeUndefined()
  })

  test('nobody acts for a stranger', async () => {
    const [m, c] = [await mother(), await child()]
    expect(await citizen(m.personId, c.personId)).toBeUndefined()
  })

  test('a parent of an adult is not entered, and the same basis not twice', async () => {
    const [m, c] = [await mother(), await child()]
    expect(await said(enter(m.personId, c.personId))).toBe('proxy-of-age')
    await enter(c.personId, m.personId)
    expect(await said(enter(c.personId, m.personId))).toBe('proxy-exists')
  })

  test('family is proposed, accepted by the person, ended by the person, each from the next request on', async () => {
    const [m, other] = [await mother(), await platform.enter({ name: '父 山', nameKana: 'チチ ヤマ', birthDate: '1950-01-01' })]
    await service().people.compareNew(ask(), 1000)
    const asked = { name: 'ﾁﾁﾔﾏ', birthDate: '1950-01-01', memberId: other.memberId! }
    await as(m.personId, (ctx) => service().proxies.propose(ctx, asked))
    expect(await citizen(m.personId, other.personId)).toBeUndefined()
    const [proposal] = (await service().proxies.family(ask(), other.personId)).representedBy
    expect(proposal).toMatchObject({ name: '母 山', waiting: true })
    expect(await said(as(m.personId, (ctx) => service().proxies.accept(ctx, proposal!.id))), 'not by herself').toBe('not-found')
    await as(other.personId, (ctx) => service().proxies.accept(ctx, proposal!.id))
    expect(await citizen(m.personId, other.personId)).toMatchObject({ keys: [other.key] })
    await as(other.personId, (ctx) => service().proxies.end(ctx, proposal!.id))
    expect(await citizen(m.personId, other.personId)).toBeUndefined()
  })

  test.each([
    ['another birth date', { birthDate: '1950-01-02' }],
    ['another number', { memberId: '06990001:77:1:01' }],
    ['another name', { name: 'ソボヤマ' }],
    ['half a name', { name: 'チチ' }],
  ])('a proposal with %s reaches nobody and says nothing', async (_name, wrong) => {
    const [m, other] = [await mother(), await platform.enter({ name: '父 山', nameKana: 'チチ ヤマ', birthDate: '1950-01-01' })]
    await service().people.compareNew(ask(), 1000)
    const asked = { name: 'チチヤマ', birthDate: '1950-01-01', memberId: other.memberId!, ...wrong }
    expect(await said(as(m.personId, (ctx) => service().proxies.propose(ctx, asked)))).toBe('done')
    expect((await service().proxies.family(ask(), other.personId)).representedBy).toEqual([])
  })

  test('a guardian by court is ended by the operator alone', async () => {
    const [g, ward] = [await mother(), await platform.enter({ birthDate: '1940-01-01' })]
    const id = await enter(ward.personId, g.personId, { basis: 'guardian', evidence: '登記事項証明書' })
    expect(await said(as(ward.personId, (ctx) => service().proxies.end(ctx, id)))).toBe('proxy-by-law')
    await act((ctx) => service().proxies.endByOperator(ctx, { personId: ward.personId, id }))
    expect(await citizen(g.personId, ward.personId)).toBeUndefined()
  })

  test('a mark blocks whom it names at once, hides the address from the others, and its end opens again', async () => {
    const [m, f, c] = [await mother(), await mother(), await child()]
    await enter(c.personId, m.personId)
    await enter(c.personId, f.personId)
    const about = { personId: c.personId, basis: 'municipality' as const, note: '', validFrom: '2026-01-01', until: null, blocksAll: false }
    await act((ctx) => service().marks.set(ctx, { ...about, blockedIds: [f.personId] }))
    expect(await citizen(f.personId, c.personId)).toBeUndefined()
    expect((await service().proxies.family(ask(), f.personId)).represents, 'nor told of').toEqual([])
    expect((await citizen(m.personId, c.personId))!.actsFor).toMatchObject({ masked: true })
    expect([...(await service().marks.hidden(ask(), [c.key, m.key]))]).toEqual([c.key])
    const [mark] = await service().marks.of(ask(), c.personId)
    await act((ctx) => service().marks.end(ctx, { personId: c.personId, id: mark!.id }))
    expect(await citizen(f.personId, c.personId)).toBeDefined()
    expect((await service().marks.hidden(ask(), [c.key])).size).toBe(0)
  })

  test('a link closes under every key what was closed under one', async () => {
    const { one, two, id } = await setAside()
    const closed = (key: string) =>
      platform.count(sql`select 1 from consent.closure where key = ${key} and ended_at is null and institution_number = ${HOSPITAL}`)
    await sql`insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
      values (${two.key}, ${two.key}, 'TREAT', ${HOSPITAL}, '', '', false, ${platform.clock.at})`.execute(platform.db)
    expect([await closed(one.key), await closed(two.key)], 'before').toEqual([0, 1])
    await decide(id, 'same')
    expect([await closed(one.key), await closed(two.key)]).toEqual([1, 1])
  })

  test('a link carries proxies and protection along', async () => {
    const { one, two, id } = await setAside()
    const m = await mother()
    await enter(two.personId, m.personId, { basis: 'guardian' })
    await act((ctx) =>
      service().marks.set(ctx, {
        personId: two.personId,
        basis: 'police',
        note: '',
        validFrom: '2026-01-01',
        until: null,
        blocksAll: false,
        blockedIds: [],
      }),
    )
    await decide(id, 'same')
    expect((await citizen(m.personId, one.personId))!.keys.toSorted()).toEqual([one.key, two.key].toSorted())
    expect([...(await service().marks.hidden(ask(), [one.key, two.key]))].toSorted()).toEqual([one.key, two.key].toSorted())
  })
})
