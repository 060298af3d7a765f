/**
 * Every path into data leaves a receipt: each entry of the log that says something of a person was shown names the rule, and where a
 * consent carries it, the consent. Generated from the rows: a path that is added is asked from its first day.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isHttpRow } from '#kernel/route'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let clinic: Caller
let person: { key: string; personId: string; memberId: string | null }
let consentId: string
let condition: string

beforeAll(async () => {
  platform = await openPlatform()
  person = await platform.enter()
  const hospital = await platform.system(HOSPITAL)
  expect((await hospital.submit(send.fiveItems({ memberId: person.memberId!, localId: 'r-1' }, [send.hypertension]))).status).toBe(201)
  consentId = (await platform.consent(person.key, CLINIC, { diagnosis: true })).id
  clinic = await platform.system(CLINIC)
  await platform.relate(person.key, CLINIC)
  condition = matches(await clinic.get(`/fhir/R4/Condition?subject=Patient/${person.key}`))[0]!.id!
})
afterAll(() => platform?.close())

type Entry = { rule: string; consent_id: string; count: number; kinds: string[]; purpose: string; outcome: string }
const entriesSince = async (id: string): Promise<Entry[]> =>
  (
    await sql<Entry>`select rule, consent_id, count, kinds, purpose, outcome from kernel.audit where key = ${person.key} and id > ${id}
      and action not in ('record.deposit', 'consent.give') order by id`.execute(platform.db)
  ).rows
const last = async () => (await sql<{ id: string }>`select coalesce(max(id), '') as id from kernel.audit`.execute(platform.db)).rows[0]!.id

/** How each read of the FHIR surface is asked for the person's condition; null where it shows nothing of a person. */
const ways: Record<string, (() => [path: string, body?: object]) | null> = {
  'GET /fhir/R4/:type/:id': () => [`/fhir/R4/Condition/${condition}`],
  'GET /fhir/R4/:type': () => [`/fhir/R4/Condition?subject=Patient/${person.key}`],
  'POST /fhir/R4/:type/_search': () => [`/fhir/R4/Condition/_search?subject=Patient/${person.key}`, {}],
  'GET /fhir/R4': () => [`/fhir/R4?_type=Condition&subject=Patient/${person.key}`],
  'POST /fhir/R4/_search': () => [`/fhir/R4/_search?_type=Condition&subject=Patient/${person.key}`, {}],
  'GET /fhir/R4/:compartment/:id/:type': () => [`/fhir/R4/Patient/${person.key}/Condition`],
  'POST /fhir/R4/:compartment/:id/:type/_search': () => [`/fhir/R4/Patient/${person.key}/Condition/_search`, {}],
  'GET /fhir/R4/:type/:id/_history': () => [`/fhir/R4/Condition/${condition}/_history`],
  'GET /fhir/R4/:type/:id/_history/:version': () => [`/fhir/R4/Condition/${condition}/_history/1`],
  'GET /fhir/R4/:type/_history': () => ['/fhir/R4/Condition/_history'],
  'GET /fhir/R4/_history': () => ['/fhir/R4/_history'],
  'GET /fhir/R4/Patient/:id/$everything': () => [`/fhir/R4/Patient/${person.key}/$everything`],
}

/** Entries that say something was shown; the bare note that somebody asked has no rule. */
const shown = (entries: readonly Entry[]) => entries.filter((e) => e.outcome === 'success' && e.kinds.includes('diagnosis'))

describe('each way names rule, consent and purpose', () => {
  test.each(Object.entries(ways).filter(([, way]) => way !== null))('%s', async (name, way) => {
    const before = await last()
    const [path, body] = way!()
    const answer = body === undefined ? await clinic.get(path) : await clinic.post(path, '')
    expect([200, 400, 404, 415], `${name} ${answer.text.slice(0, 200)}`).toContain(answer.status)
    if (answer.status !== 200) return expect.unreachable(`${name}: ${answer.status} ${answer.text.slice(0, 300)}`)
    const entries = shown(await entriesSince(before))
    expect(entries, name).not.toEqual([])
    for (const entry of entries) expect(entry).toMatchObject({ rule: 'visit-consent', consent_id: consentId, purpose: 'TREAT' })
  })

  test('what is included, and what GraphQL shows', async () => {
    for (const path of [
      `/fhir/R4/Patient?_id=${person.key}&_revinclude=Condition:subject`,
      `/fhir/R4/$graphql?query=${encodeURIComponent(`{Condition(id:"${condition}"){id}}`)}`,
    ]) {
      const before = await last()
      const answer = await clinic.get(path)
      expect(answer.status, answer.text.slice(0, 200)).toBe(200)
      const entries = shown(await entriesSince(before))
      expect(entries, path).not.toEqual([])
      for (const entry of entries) expect(entry, path).toMatchObject({ rule: 'visit-consent', consent_id: consentId })
    }
  })

  test('no entry of a disclosure, by whatever way above, lacks its rule', async () => {
    const entries = shown(await entriesSince(''))
    expect(entries.length).toBeGreaterThan(10)
    for (const entry of entries) expect(entry.rule).not.toBe('')
    for (const entry of entries.filter((e) => e.rule === 'visit-consent')) expect(entry.consent_id).toBe(consentId)
    // The control: what the hospital sent itself rests on no consent, and says so.
    const before = await last()
    await (await platform.system(HOSPITAL)).get(`/fhir/R4/Condition/${condition}`)
    expect(shown(await entriesSince(before))).toMatchObject([{ rule: 'own-institution', consent_id: '' }])
  })
})

/** Reads of the surface that show nothing of a person, or that other tests hold to their receipts, each with its reason. */
const elsewhere: Record<string, string> = {
  'GET /fhir/R4/metadata': 'what the server can do',
  'GET /fhir/R4/$reindex-status': 'how far an index is',
  'GET /fhir/R4/Consent': 'consents name themselves',
  'POST /fhir/R4/Consent/_search': 'consents name themselves',
  'GET /fhir/R4/Consent/:id': 'consents name themselves',
}

test('no read of the record’s surface is left unasked', () => {
  const reads = platform.rows
    .filter(isHttpRow)
    .filter((row) => row.kind === 'read' && row.who.includes('system') && /^record\.(read|search|history)/.test(row.audit))
  const unasked = reads
    .map((row) => `${row.method} ${row.path}`)
    .filter((name) => !Object.hasOwn(ways, name) && !Object.hasOwn(elsewhere, name))
  expect(unasked).toEqual([])
})
