/** Search and read through GET /fhir/R4. @spec FHIR R4 search https://hl7.org/fhir/R4/search.html */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as send from '../../../tests/harness/bundles.ts'
import { type Caller, type Heard, linkOf, matches, rulesOf } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { alternatives } from './search-query.ts'

const memberId = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'
const localLab = 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS'

let platform: Platform
let hospital: Caller
let hanako: string
let taro: string
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  hanako = await submitFor({ memberId: '06990001:12:3456:01', localId: 'a' })
  taro = await submitFor({
    memberId: '00012345:記号:987:',
    localId: 'b',
    patient: { family: '髙橋', given: '太郎', familyKana: 'タカハシ', givenKana: 'タロウ', gender: 'male', birthDate: '1990-11-03' },
  })
})
afterAll(() => platform?.close())

/** Diagnoses and results of one person; the key they stand under. */
async function submitFor(about: send.About): Promise<string> {
  for (const [localId, items] of [
    [`${about.localId}1`, [send.hypertension, send.pneumonia]],
    [`${about.localId}2`, [send.potassium, send.hepatitisB]],
  ] as const) {
    const answer = await hospital.submit(send.fiveItems({ ...about, localId }, items))
    expect(answer.status, answer.text).toBe(201)
  }
  const { rows } = await sql<{ key: string }>`select key from person.member_id where as_sent = ${about.memberId}`.execute(platform.db)
  return rows[0]!.key
}

const url = (type: string, query: Record<string, string>) => `/fhir/R4/${type}?${new URLSearchParams(query)}`
const ids = (heard: Heard) => matches(heard).map((r) => r.id)
const count = async (type: string, query: Record<string, string>) => {
  const heard = await hospital.get(url(type, query))
  expect(heard.status, heard.text).toBe(200)
  return matches(heard).length
}

describe('Patient', () => {
  test.each([
    ['member id', { identifier: `${memberId}|06990001:12:3456:01` }],
    ['full-width member id', { identifier: `${memberId}|０６９９０００１:１２:３４５６:０１` }],
    ['insurer number without zeros', { identifier: `${memberId}|6990001:12:3456:01` }],
    ['insurer number with spaces', { identifier: `${memberId}| 6990001:12:3456:01` }],
    ['member id without system', { identifier: '06990001:１２:3456:01' }],
    ['kanji', { name: '山川 花子' }],
    ['family in kanji', { family: '山川' }],
    ['katakana', { name: 'ヤマカワ' }],
    ['hiragana', { name: 'やまかわ' }],
    ['half-width katakana', { name: 'ﾔﾏｶﾜ' }],
    ['kana of the given name', { given: 'はなこ' }],
    ['a beginning', { name: 'やま' }],
    ['a part', { 'name:contains': 'マカワ' }],
    ['the whole', { 'family:exact': '山川' }],
    ['birth date', { birthdate: '1958-04-12' }],
    ['birth month', { birthdate: '1958-04' }],
    ['born before', { birthdate: 'lt1960' }],
    ['born since and until', { birthdate: 'ge1958-04-12', 'birthdate#2': 'le1958-04-12' }],
    ['gender', { gender: 'female' }],
    ['id', { _id: '' }],
  ])('by %s', async (_name, query) => {
    const entries = Object.entries(query).map(([k, v]): [string, string] => [k.split('#')[0]!, k === '_id' ? hanako : v])
    const heard = await hospital.get(`/fhir/R4/Patient?${new URLSearchParams(entries)}`)
    expect(ids(heard)).toEqual([hanako])
  })

  test.each([
    { name: '川' },
    { name: 'かわ' },
    { family: '花子' },
    { identifier: '06990001:12:3456:02' },
    { birthdate: '1958-04-13' },
    { 'family:exact': '山' },
    { name: '%' },
    { name: '_' },
    { name: '\\\\' },
  ])('not by %o', async (query) => expect(await count('Patient', query as Record<string, string>)).toBe(0))

  test('a name that needs more than one code unit a character', async () => expect(await count('Patient', { name: '髙橋' })).toBe(1))
})

describe('clinical types', () => {
  test.each<[string, Record<string, string>, number]>([
    ['Condition', { patient: 'KEY' }, 2],
    ['Condition', { subject: 'Patient/KEY' }, 2],
    ['Condition', { 'subject:Patient': 'KEY' }, 2],
    ['Condition', { patient: 'KEY.x' }, 0],
    ['Condition', { patient: 'KEY', code: '20061593' }, 1],
    ['Condition', { patient: 'KEY', code: 'http://medis.or.jp/CodeSystem/master-disease-keyNumber|20061593' }, 1],
    ['Condition', { patient: 'KEY', code: 'http://example.jp|20061593' }, 0],
    ['Condition', { patient: 'KEY', code: '20061593,20058580' }, 2],
    ['Condition', { patient: 'KEY', 'code:not': '20061593' }, 1],
    ['Condition', { patient: 'KEY', category: 'encounter-diagnosis' }, 2],
    ['Condition', { patient: 'KEY', 'onset-date': '2024-05-10' }, 1],
    ['Condition', { patient: 'KEY', 'onset-date': 'gt2024-05-10' }, 1],
    ['Condition', { patient: 'KEY', 'onset-date': 'ge2024-05-10' }, 2],
    ['Condition', { patient: 'KEY', 'onset-date': 'lt2024' }, 0],
    ['Condition', { patient: 'KEY', 'onset-date': 'ne2024' }, 1],
    ['Condition', { patient: 'KEY', 'onset-date': 'sa2024-05-10' }, 1],
    ['Condition', { patient: 'KEY', 'onset-date': 'eb2025-01-06' }, 1],
    ['Condition', { patient: 'KEY', 'abatement-date:missing': 'true' }, 1],
    ['Condition', { patient: 'KEY', 'abatement-date:missing': 'false' }, 1],
    ['Observation', { patient: 'KEY', category: 'laboratory' }, 2],
    ['Observation', { patient: 'KEY', code: `${localLab}|K_SER` }, 1],
    ['Observation', { patient: 'KEY', code: `${localLab}|` }, 2],
    ['Observation', { patient: 'KEY', status: 'final' }, 2],
    ['Observation', { patient: 'KEY', date: '2025-03-03' }, 2],
    ['Observation', { patient: 'KEY', date: '2025-03-03T09:10:00+09:00' }, 2],
    ['Observation', { patient: 'KEY', date: 'gt2025-03-03' }, 0],
    ['Observation', { patient: 'KEY', _lastUpdated: 'ge2026-11-22' }, 2],
    ['Observation', { patient: 'KEY', _lastUpdated: 'lt2026-11-22' }, 0],
  ])('%s by %o: %i', async (type, query, expected) => {
    expect(await count(type, Object.fromEntries(Object.entries(query).map(([k, v]) => [k, v.replace('KEY', hanako)])))).toBe(expected)
  })

  test('by _search in the body', async () => {
    const heard = await hospital.post('/fhir/R4/Condition/_search', `patient=${hanako}&code=20061593`, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(matches(heard)).toHaveLength(1)
  })
})

describe('the answer', () => {
  test('an unknown parameter is named, and refused where the caller wants strictness', async () => {
    const lenient = await hospital.get(url('Condition', { patient: hanako, colour: 'red' }))
    expect(matches(lenient)).toHaveLength(2)
    expect(lenient.body.entry!.at(-1)).toMatchObject({ search: { mode: 'outcome' } })
    expect(lenient.text).toContain('colour')
    expect(linkOf(lenient, 'self')).not.toContain('colour')
    const strict = await hospital.get(url('Condition', { colour: 'red' }), { prefer: 'handling=strict' })
    expect([strict.status, rulesOf(strict)]).toEqual([400, ['search-unsupported']])
  })

  test.each([
    'name:exakt=x',
    'identifier:of-type=x',
    'birthdate:above=2020',
    'identifier:above=x',
    '_id:exact=x',
    'name:missing=perhaps',
    'birthdate=yesterday',
    '_count=-1',
    '_sort=colour',
    '_cursor=x',
    `_cursor=${Buffer.from('["2026-13-99","a"]').toString('base64url')}`,
    `_cursor=${Buffer.from('["a","a"]').toString('base64url')}`,
    '_lastUpdated=x',
    '_total=all',
    `_id=${Array.from({ length: 201 }, (_, i) => i).join(',')}`,
    `_cursor=${Buffer.from('["+275760-09-13T00:00:00.000Z","a"]').toString('base64url')}`,
  ])('%s is refused, not passed over', async (query) => expect((await hospital.get(`/fhir/R4/Patient?${query}`)).status).toBe(400))

  test.each([
    'name=%00',
    'name=a%00b',
    '_id=%00',
    'identifier=%00',
    'identifier=%F0%9F%98',
    `name=${'x'.repeat(3000)}`,
    `identifier=${'x'.repeat(3000)}`,
    'name=%ED%A0%80',
    "name=';drop table person.person--",
  ])('odd value %s is no fault', async (query) => expect((await hospital.get(`/fhir/R4/Patient?${query}`)).status).toBeLessThan(500))

  test('total: of the page where it is whole, on request, or the number alone', async () => {
    expect((await hospital.get(url('Condition', { patient: hanako }))).body.total).toBe(2)
    expect((await hospital.get(url('Condition', { patient: hanako, _count: '1' }))).body.total).toBeUndefined()
    expect((await hospital.get(url('Condition', { patient: hanako, _count: '1', _total: 'accurate' }))).body.total).toBe(2)
    for (const only of [{ _summary: 'count' }, { _count: '0' }] as const) {
      const heard = await hospital.get(url('Condition', { patient: hanako, ...only } as Record<string, string>))
      expect([heard.body.total, heard.body.entry]).toEqual([2, undefined])
    }
  })

  test('a look at a number is in the log under the person', async () => {
    platform.clock.forward(1_000)
    await hospital.get(url('Condition', { patient: hanako, _summary: 'count' }))
    await hospital.get(url('Condition', { patient: hanako, code: 'nothing' }))
    const { rows } =
      await sql`select count, resource from kernel.audit where key = ${hanako} and at = ${platform.clock.at} order by id`.execute(
        platform.db,
      )
    expect(rows).toEqual([
      { count: 2, resource: 'Condition?' },
      { count: 0, resource: 'Condition?' },
    ])
  })

  test('sorts both ways', async () => {
    const up = ids(await hospital.get(url('Condition', { patient: hanako, _sort: 'onset-date' })))
    const down = ids(await hospital.get(url('Condition', { patient: hanako, _sort: '-onset-date' })))
    expect(up).toEqual([...down].reverse())
  })

  test('names in the store are found from their stored text; the body is served as it stands', async () => {
    const [found] = matches(await hospital.get(url('Condition', { patient: hanako, code: '20061593' })))
    const read = await hospital.get(`/fhir/R4/Condition/${found!.id}`)
    expect(read.body).toEqual(found)
    expect(read.headers).toMatchObject({ etag: 'W/"1"', 'content-type': 'application/fhir+json; charset=utf-8' })
    for (const tag of ['W/"1"', '"1"', 'W/"7", W/"1"'])
      expect((await hospital.get(`/fhir/R4/Condition/${found!.id}`, { 'if-none-match': tag })).status).toBe(304)
    expect((await hospital.get(`/fhir/R4/Condition/${found!.id}`, { 'if-none-match': 'W/"2"' })).status).toBe(200)
  })
})

describe('paging', () => {
  test.each(['_lastUpdated', '-_lastUpdated', '_id', '-_id', 'date', '-date'])(
    'by %s shows each once while others are written',
    async (sort) => {
      const { key } = await platform.enter({ memberId: `06990001:9:${sort}:01` })
      const before = new Set<string>()
      const write = async (n: number) => {
        platform.clock.forward(n % 3 === 0 ? 1_000 : 0)
        const items = Array.from({ length: 4 }, (_, i) => ({
          ...send.potassium,
          id: `${n}-${i}`,
          taken: `2025-03-0${1 + ((n + i) % 5)}T09:10:00+09:00`,
        }))
        expect((await hospital.submit(send.fiveItems({ memberId: `06990001:9:${sort}:01`, localId: `p${n}` }, items))).status).toBe(201)
      }
      for (let n = 0; n < 5; n++) await write(n)
      const token = () => platform.system(HOSPITAL)
      for (const r of matches(await (await token()).get(url('Observation', { patient: key, _count: '100' })))) before.add(r.id!)
      expect(before.size).toBe(20)
      const seen: string[] = []
      let next: string | undefined = url('Observation', { patient: key, _count: '3', _sort: sort })
      for (let page = 0; next !== undefined && page < 40; page++) {
        const heard: Heard = await (await token()).get(next)
        expect(heard.status, heard.text).toBe(200)
        seen.push(...ids(heard).map(String))
        next = linkOf(heard, 'next')
        if (page % 2 === 0 && page < 6) await write(10 + page)
      }
      expect(new Set(seen).size).toBe(seen.length)
      for (const id of before) expect(seen).toContain(id)
    },
  )
})

test('alternatives split at commas that are not escaped', () => {
  expect(alternatives('a,b')).toEqual(['a', 'b'])
  expect(alternatives('a\\,b,c')).toEqual(['a,b', 'c'])
  expect(alternatives('a\\\\,b')).toEqual(['a\\', 'b'])
  expect(alternatives(',a,,')).toEqual(['a'])
})

test('a clinic that has nothing to do with a person finds nobody', async () => {
  const clinic = await platform.system(CLINIC)
  for (const query of [{ name: '髙橋' }, { identifier: `${memberId}|00012345:記号:987:` }, { _id: taro }]) {
    const heard = await clinic.get(url('Patient', { ...query, _total: 'accurate' } as Record<string, string>))
    expect([heard.body.total, heard.body.entry]).toEqual([0, undefined])
  }
})
