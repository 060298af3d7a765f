/** Letters are found with their accents and without: residents from many countries are written both ways. @spec FHIR R4 search, string */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldText } from '#packages/fhir'
import { recordMigrations } from '../schema.ts'
import { foldedSql } from './compare-sql.ts'
import { openWorld, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.put({ resourceType: 'Practitioner', id: 'dr-duc', name: [{ family: 'Nguyễn', given: ['Văn Đức'] }] })
  await world.put({ resourceType: 'Practitioner', id: 'dr-plain', name: [{ family: 'NGUYEN', given: ['VAN DUC'] }] })
  await world.put({
    resourceType: 'Location',
    id: 'sjogren',
    text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml">Clínica Ørsted</div>' },
    description: '値 ≠ 3',
  })
}, 60_000)
afterAll(() => world?.close())

test.each(
  Object.entries({
    'Practitioner?name=nguyen': 'dr-duc dr-plain',
    'Practitioner?name=Nguyễn': 'dr-duc dr-plain',
    'Practitioner?family=NGUYE\u0302\u0303N': 'dr-duc dr-plain',
    'Practitioner?given=duc': '',
    'Practitioner?given:contains=duc': 'dr-duc dr-plain',
    'Practitioner?given:contains=đức': 'dr-duc dr-plain',
    'Practitioner?family:exact=Nguyễn': 'dr-duc',
    'Practitioner?family:exact=Nguyen': '',
    'Practitioner?family:kana-loose=nguyên': 'dr-duc dr-plain',
    'Location?_text=clinica orsted': 'sjogren',
    'Location?_text=CLÍNICA': 'sjogren',
    'Location?_content=≠': 'sjogren',
    'Location?_content=値=3': '',
  }),
)('%s -> %s', async (query, expected) => {
  expect((await world.find(query)).join(' ')).toBe(expected)
})

const letters = Array.from({ length: 0x2000 - 0xa1 }, (_, n) => String.fromCodePoint(0xa1 + n)).filter((one) => /\p{L}|\p{M}/u.test(one))

test('the database folds every letter with an accent as the program does', async () => {
  const { rows } = await sql<{ one: string; folded: string }>`select one, ${foldedSql(sql`one`)} as folded
    from unnest(${letters}::text[]) one`.execute(world.platform.db)
  const wrong = rows.filter(({ one, folded }) => /\p{Script=Latin}/u.test(one) && folded !== foldText(one))
  expect(rows.length).toBeGreaterThan(3_000)
  expect(wrong).toEqual([])
})

/** Text as it was stored while accents counted. */
const withAccents = (text: string) => text.normalize('NFKC').toUpperCase().toLowerCase().replace(/\s+/g, '')

test('what was stored while accents counted is found without them', async () => {
  const { db } = world.platform
  await sql`insert into record.string_value (key, type, id, param, n, value, raw)
    select 'K', 'Practitioner', 'old', 'name', n, value, one
    from unnest(${letters}::text[], ${letters.map(withAccents)}::text[]) with ordinality as v(one, value, n)`.execute(db)
  await sql.raw(recordMigrations.find((step) => step.id === 'record/012-accents')!.sql).execute(db)
  const { rows } = await sql<{ value: string; raw: string }>`delete from record.string_value where key = 'K' and id = 'old'
    returning value, raw`.execute(db)
  expect(rows).toHaveLength(letters.length)
  expect(rows.filter(({ value, raw }) => value !== foldText(raw))).toEqual([])
})
