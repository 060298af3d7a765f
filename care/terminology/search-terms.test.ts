/** Searches that ask what codes mean: `:in`, `:not-in`, `:above`, `:below`, and the same in `_filter`. @spec FHIR R4 search */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { careMigrations } from '../../tests/harness/platform.ts'
import { openWorld, type World } from '../record/search/world.fixture.ts'
import { searchTermsWith } from '../record/search/terms.ts'
import { terminologyMigrations } from './schema.ts'
import { termsForSearches } from './search-terms.ts'
import { terminologyService } from './service.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ migrations: [...careMigrations, ...terminologyMigrations], template: 'care-terminology' })
  searchTermsWith(termsForSearches(terminologyService({ record: world.platform.services.record })))
})
afterAll(async () => {
  searchTermsWith(null)
  await world?.close()
})

const CS = 'http://example.jp/cs/salts'

test.each(
  Object.entries({
    [`Procedure?code:below=${CS}|k`]: 'of-k of-k-serum of-k-urine',
    [`Procedure?code:above=${CS}|k-serum`]: 'of-k of-k-serum of-salt',
    [`Procedure?code:below=${CS}|k-urine,${CS}|na`]: 'of-k-urine of-na',
    [`Procedure?code:below=${CS}|salt&patient=HANAKO`]: 'of-k of-k-serum of-k-urine of-na of-salt',
    [`Procedure?code:below=${CS}|k&patient=TARO`]: '',
    'Procedure?patient=HANAKO&code:in=http://example.jp/kinds/k': 'of-k of-k-serum of-k-urine',
    'Procedure?code:in=ValueSet/vs-k-few': 'of-k of-k-serum',
    'Procedure?code:not-in=http://example.jp/kinds/few': 'elsewhere of-k-urine of-na of-salt',
    'Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender&_id=HANAKO': 'HANAKO',
    [`Procedure?_filter=code ss ${CS}|k and not (code eq k)`]: 'of-k-serum of-k-urine',
    [`Procedure?_filter=code sb ${CS}|k`]: 'of-k of-salt',
    'Procedure?_filter=code in "http://example.jp/kinds/few"': 'of-k of-k-serum',
    [`Patient?_has:Procedure:patient:code:below=${CS}|k`]: 'HANAKO',
  }),
)('%s -> %s', async (query, expected) => {
  expect((await world.find(query)).join(' ')).toBe(expected)
})

test.each([
  `Procedure?code:below=${CS}|none`,
  'Procedure?code:below=http://example.jp/cs/none|k',
  'Procedure?code:above=k',
  'Procedure?code:in=http://example.jp/kinds/none',
])('%s is refused, not passed over', async (query) => {
  expect((await world.hospital.get(`/fhir/R4/${query}`)).status).toBe(400)
})
