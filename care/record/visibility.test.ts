/**
 * Nobody sees through the FHIR surface what the rule table does not give them: every route, every type of the record, by id, by
 * search, by number, by history. Each prints what leaked; the control opens the predicate and must leak.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consentService } from '#care/consent'
import { personService } from '#care/person'
import { resourceTypes } from '#packages/fhir'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../tests/harness/platform.ts'
import { recordRoutes, recordService } from './index.ts'
import { ownTypes, sharedTypes } from './ids.ts'

let platform: Platform
let hospital: Caller
let hanako: { key: string; personId: string; memberId: string | null }
let taro: typeof hanako
let rows: { type: string; id: string; key: string; kind: string; uninformed: boolean; undelivered: boolean }[]

/** The same rows with a predicate that lets everybody see everything: what the tests must notice. */
const leaky = () => {
  const consent = { ...consentService(), visibleTo: () => sql<boolean>`true`, ruleOf: () => sql<string>`'leak'::text` }
  const record = recordService({ consent, person: personService({ totpOnce: true }) })
  return recordRoutes(record, { base: 'http://localhost/leaky', version: '' }).map((row) =>
    row.kind === 'job' ? row : { ...row, path: row.path.replace('/fhir/R4', '/leaky') },
  )
}

beforeAll(async () => {
  platform = await openPlatform({ rows: leaky })
  hospital = await platform.system(HOSPITAL)
  ;[hanako, taro] = await Promise.all([
    platform.enter(),
    platform.enter({ name: '髙橋 太郎', nameKana: 'タカハシ タロウ', sex: 'male', birthDate: '1990-11-03' }),
  ])
  for (const [person, patient] of [
    [hanako, {}],
    [taro, { birthDate: '1990-11-03', gender: 'male' as const }],
  ] as const) {
    const about = { memberId: person.memberId!, patient }
    for (const bundle of [
      send.fiveItems({ ...about, localId: 'c' }, [
        send.marked(send.hypertension, { uninformed: true }),
        send.marked({ ...send.hypertension, id: 'C-9', principal: false }, { undelivered: true }),
        send.pneumonia,
      ]),
      send.fiveItems({ ...about, localId: 'a' }, [send.drugAllergy, send.foodAllergy]),
      send.fiveItems({ ...about, localId: 'l' }, [send.potassium, send.hepatitisB]),
      send.referralTo({ ...about, localId: 'r', addressee: CLINIC }),
      send.checkup({ ...about, localId: 'k' }),
    ]) {
      const answer = await hospital.submit(bundle)
      expect(answer.status, answer.text).toBe(201)
    }
  }
  await hospital.put('/fhir/R4/Encounter/visit-1', {
    resourceType: 'Encounter',
    id: 'visit-1',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: `Patient/${taro.key}` },
  })
  rows = (
    await sql<(typeof rows)[number]>`select type, id, key, kind, uninformed, undelivered from record.resource where not deleted`.execute(
      platform.db,
    )
  ).rows
  expect(new Set(rows.map((r) => r.type)).size).toBeGreaterThanOrEqual(7)
})
afterAll(() => platform?.close())

/** Ids that a caller got hold of, by any route; and answers that tell a hidden thing from a missing one. */
async function reach(caller: Caller, base = '/fhir/R4') {
  const seen = new Set<string>()
  const odd: string[] = []
  let counted = 0
  const held = new Set(rows.map((r) => r.type))
  for (const type of resourceTypes.filter((t) => !sharedTypes.has(t))) {
    const ids = rows.filter((r) => r.type === type).map((r) => r.id)
    const more = held.has(type)
      ? ['_count=1000', `patient=${taro.key}&_count=1000`, `_id=${ids.join(',')}&_total=accurate`, '_sort=_id&_count=1']
      : []
    for (const query of ['_summary=count', ...more]) {
      const heard = await caller.get(`${base}/${type}?${query}`)
      // Types whose rows are the platform's own are not offered at all.
      if (ownTypes.has(type) && heard.status === 405) continue
      if (heard.status !== 200) odd.push(`${type}?${query} ${heard.status}`)
      for (const r of matches(heard)) seen.add(`${r.resourceType}/${r.id}`)
      if (query === '_summary=count') counted += heard.body.total ?? 0
    }
  }
  const missing = (await caller.get(`${base}/Condition/${'0'.repeat(20)}.${'0'.repeat(26)}`)).text
  for (const { type, id } of rows) {
    for (const route of [`${type}/${id}`, `${type}/${id}/_history`, `${type}/${id}/_history/1`]) {
      const heard = await caller.get(`${base}/${route}`)
      if (heard.status === 200) seen.add(`${type}/${id}`)
      else if (heard.status !== 404) odd.push(`${route} ${heard.status}`)
      else if (heard.text !== missing) odd.push(`${route} reads unlike a missing one`)
    }
  }
  return { seen, odd, counted }
}

const expected = (may: (row: (typeof rows)[number]) => boolean) =>
  rows
    .filter(may)
    .map((r) => `${r.type}/${r.id}`)
    .sort()
const sortedList = (of: Set<string>) => [...of].sort()

describe('what each caller reaches', { timeout: 120_000 }, () => {
  test('a citizen: their own, without 未告知, 未提供 and letters', async () => {
    const { seen, odd, counted } = await reach(await platform.citizen(hanako))
    expect(odd).toEqual([])
    const mine = expected((r) => r.key === hanako.key && !r.uninformed && !r.undelivered && r.kind !== 'letter')
    expect(sortedList(seen)).toEqual(mine)
    expect(counted).toBe(mine.length)
  })

  test('an institution without consent: nothing but the letter addressed to it', async () => {
    for (const [caller, own] of [
      [await platform.system(CLINIC), true],
      [await platform.staff('nurse', STRANGER), false],
    ] as const) {
      const { seen, odd, counted } = await reach(caller)
      expect(odd).toEqual([])
      const letters = expected((r) => own && r.kind === 'letter')
      expect(sortedList(seen)).toEqual(letters)
      expect(counted).toBe(letters.length)
    }
  })

  test('an institution with consent for test results: these, of this person, for 24 hours', async () => {
    await platform.consent(hanako.key, STRANGER, { 'test-result': true, diagnosis: false })
    const caller = await platform.staff('physician', STRANGER)
    const { seen, odd } = await reach(caller)
    expect(odd).toEqual([])
    expect(sortedList(seen)).toEqual(expected((r) => r.key === hanako.key && r.kind === 'test-result'))
    const clerk = await reach(await platform.staff('clerk', STRANGER))
    expect(sortedList(clerk.seen)).toEqual([])
    platform.clock.forward(24 * 3600_000)
    expect(matches(await (await platform.staff('physician', STRANGER)).get('/fhir/R4/Observation'))).toEqual([])
  })

  test('the sender: everything it sent', async () => {
    const { seen } = await reach(await platform.system(HOSPITAL)) // and, as patients of its own, whom it sent it about
    expect(sortedList(seen)).toEqual(expected(() => true))
  })

  test('nobody who is not signed in', async () => {
    for (const path of ['Condition', `Condition?patient=${hanako.key}`, `Patient/${hanako.key}`])
      expect((await platform.public().get(`/fhir/R4/${path}`)).status).toBe(401)
  })

  test('control: with an open predicate a citizen reaches a stranger’s record', async () => {
    const { seen } = await reach(await platform.citizen(hanako), '/leaky')
    expect([...seen].some((s) => rows.some((r) => r.key === taro.key && `${r.type}/${r.id}` === s))).toBe(true)
  })
})

describe('what was restricted since', () => {
  const condition = (flags: string[] = []) => ({
    resourceType: 'Condition',
    code: { text: '病名' },
    subject: { reference: `Patient/${hanako.key}` },
    ...(flags.length > 0
      ? { meta: { tag: flags.map((code) => ({ system: 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication', code })) } }
      : {}),
  })

  test('a diagnosis marked 未告知 later is hidden from the person with its whole history', async () => {
    hospital = await platform.system(HOSPITAL)
    await platform.relate(hanako.key, HOSPITAL)
    const id = (await hospital.post('/fhir/R4/Condition', condition())).body.id!
    const citizen = await platform.citizen(hanako)
    expect((await citizen.get(`/fhir/R4/Condition/${id}`)).status).toBe(200)
    await hospital.put(`/fhir/R4/Condition/${id}`, { ...condition(['UNINFORMED']), id })
    for (const route of ['', '/_history', '/_history/1', '/_history/2'])
      expect((await citizen.get(`/fhir/R4/Condition/${id}${route}`)).status).toBe(404)
    expect((await hospital.get(`/fhir/R4/Condition/${id}/_history`)).body.total).toBe(2)
  })

  test('what was taken back is gone for others; its sender keeps the history', async () => {
    hospital = await platform.system(HOSPITAL)
    await platform.relate(hanako.key, HOSPITAL)
    const id = (await hospital.post('/fhir/R4/Condition', condition())).body.id!
    await hospital.remove(`/fhir/R4/Condition/${id}`)
    const citizen = await platform.citizen(hanako)
    expect((await citizen.get(`/fhir/R4/Condition/${id}`)).status).toBe(410)
    expect((await citizen.get(`/fhir/R4/Condition/${id}/_history/1`)).status).toBe(404)
    expect((await citizen.get(`/fhir/R4/Condition/${id}/_history`)).text).not.toContain('病名')
    expect((await hospital.get(`/fhir/R4/Condition/${id}/_history/1`)).status).toBe(200)
  })
})

test('a refused look is in the log of the person it was about', async () => {
  platform.clock.forward(1_000)
  const citizen = await platform.citizen(hanako)
  await citizen.get(`/fhir/R4/Patient/${taro.key}`)
  await citizen.get(`/fhir/R4/Condition/${taro.key}.${'0'.repeat(26)}/_history`)
  const { rows: log } =
    await sql`select action, outcome from kernel.audit where key = ${taro.key} and at = ${platform.clock.at} order by id`.execute(
      platform.db,
    )
  expect(log).toEqual([
    { action: 'record.read', outcome: 'not-found' },
    { action: 'record.history', outcome: 'not-found' },
  ])
})
