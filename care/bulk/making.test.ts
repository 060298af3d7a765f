/** Lines that another process makes ready: what comes of an import is what would have come of making them here. */
import { deserialize, serialize } from 'node:v8'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linesAlone } from '#care/record'
import type { Caller } from '../../tests/harness/caller.ts'
import { HOSPITAL } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, type Manifest, openBulk } from './bulk.fixture.ts'
import { type LineMaker, makeLines } from './making.ts'

const travelled = <T>(value: T): T => deserialize(serialize(value)) as T
/** As another process would: what is asked and what is made pass as bytes. */
const elsewhere = (answered: (n: number) => boolean = () => true): LineMaker & { made: number } => ({
  made: 0,
  isUp: () => true,
  async make(asked) {
    if (!answered(this.made++)) throw new Error('it ended')
    return travelled(await makeLines(linesAlone, travelled(asked)))
  },
})

type Ended = Manifest & { extension: { resources: number; refusedLines: number } }
type House = { bulk: Bulk; hospital: Caller; patient: string }
const houses: House[] = []

async function house(maker?: LineMaker): Promise<House> {
  const bulk = await openBulk(maker ? { maker } : {})
  const made = { bulk, hospital: await bulk.platform.system(HOSPITAL), patient: (await bulk.platform.enter()).key }
  houses.push(made)
  return made
}
afterAll(() => Promise.all(houses.map(({ bulk }) => bulk.close())))

const condition = (id: string, text: string, whose: string) =>
  JSON.stringify({ resourceType: 'Condition', id, code: { text }, subject: { reference: `Patient/${whose}` } })

/** Every kind of line there is, in six batches. */
function linesFor(patient: string): string {
  const many = Array.from({ length: 2_600 }, (_, n) => condition(`c-${n}`, `高血圧 ${n}`, n % 3 === 0 ? 'own-1' : patient))
  many[3] = `{"resourceType":"Observation","id":"o-3","status":"final","code":{"text":"体重"},"subject":{"reference":"Patient/${patient}"},"valueQuantity":{"value":51.50}}`
  many[0] = `{"resourceType":"Patient","id":"own-1","name":[{"text":"取込 花子"}],"birthDate":"1970-01-02","gender":"female"}`
  many[10] = ''
  many[11] = '{"resourceType":"Condition"'
  many[12] = '{"resourceType":"Unheard"}'
  many[13] = condition('c-13', 'nobody’s', 'no-such-person')
  many[700] = condition('c-5', 'once more', patient)
  many[1_400] = condition('c-1399', 'at once', patient)
  many[2_000] = `{"resourceType":"Organization","id":"org-1","name":"ｴﾝｼ 診療所"}`
  return `${many.join('\r\n')}\r\n`.replaceAll('\r\n', '\n')
}

async function imported({ bulk, hospital, patient }: House): Promise<Ended> {
  const heard = await hospital.post('/fhir/R4/$import', linesFor(patient), { 'content-type': 'application/fhir+ndjson' })
  expect(heard.status, heard.text).toBe(202)
  const status = heard.headers['content-location']!.replace('http://localhost', '')
  return (await bulkClient(hospital, bulk.platform).poll(status, async () => (await bulk.leader()).work())) as Ended
}

/** What stands, with what differs from house to house taken out: keys of people, and instants of writing. */
async function standing({ bulk, patient }: House): Promise<unknown[]> {
  const own = await sql<{ key: string }>`select key from record.resource where type = 'Patient' and key <> ${patient}`.execute(
    bulk.platform.db,
  )
  const plain = (text: string) =>
    [patient, ...own.rows.map((row) => row.key)]
      .reduce((said, key, n) => said.replaceAll(key, `KEY-${n}`), text)
      .replace(/"lastUpdated":"[^"]+"/g, '')
  const { rows } = await sql<{ said: string }>`
    select concat_ws(' | ', r.type, case when r.type = 'Patient' then 'its own' else r.id end, r.version, r.kind, r.source, r.deleted, r.tokens::text, r.refs::text,
      (select string_agg(concat_ws(':', v.*), ',' order by v.*::text) from record.string_value v where v.key = r.key and v.type = r.type and v.id = r.id),
      (select string_agg(concat_ws(':', v.*), ',' order by v.*::text) from record.number_value v where v.key = r.key and v.type = r.type and v.id = r.id), r.body) as said
    from record.resource r where r.source = ${HOSPITAL} or r.type = 'Organization' order by 1`.execute(bulk.platform.db)
  return rows.map((row) => plain(row.said)).sort()
}

describe('made elsewhere', () => {
  let here: unknown[]
  let came: Ended['extension']
  beforeAll(async () => {
    const alone = await house()
    came = (await imported(alone)).extension
    here = await standing(alone)
  })

  test('the file has lines that are written and lines that are refused', () => {
    expect(came.refusedLines).toBe(3)
    expect(here.length).toBeGreaterThan(2_500)
    expect(
      here.some((row) => String(row).includes('51.50')),
      'numbers as they were written',
    ).toBe(true)
  })

  const makers: [string, (n: number) => boolean][] = [
    ['by another process, every line stands as if it were made here', () => true],
    ['where it ends in the middle, the rest is made here', (n) => n < 2],
    ['where it never answers, all is made here', () => false],
  ]
  test.each(makers)('%s', async (_, answered) => {
    const maker = elsewhere(answered)
    const asked = await house(maker)
    const { extension, error } = await imported(asked)
    expect(maker.made, 'it was asked').toBeGreaterThan(2)
    expect(extension).toEqual(came)
    expect(error.map(({ count }) => count)).toEqual([3])
    expect(await standing(asked)).toEqual(here)
  })

  test('one that reads another file than ours is not believed', async () => {
    const asked = await house({
      isUp: () => true,
      make: async (about) => {
        const made = await makeLines(linesAlone, about)
        return { ...made, lines: made.lines.slice(1) }
      },
    })
    expect((await imported(asked)).extension).toEqual(came)
    expect(await standing(asked)).toEqual(here)
  })
})
