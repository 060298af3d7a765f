/** The Japanese packages: every value set is compiled, or says why it cannot tell. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import { baseDefinitions, loadPackages } from '../definition/index.ts'
import { makeTerminology } from './index.ts'

const folder = shared('data/fhir-packages')

describe.skipIf(!folder)('packages (skipped: reference data is not here)', () => {
  const { definitions, packages } = folder ? loadPackages(folder, baseDefinitions()) : { definitions: baseDefinitions(), packages: [] }
  const terminology = makeTerminology({ definitions })
  const own = [...definitions.list('ValueSet')].filter((url) => url.startsWith('http://jpfhir.jp') || url.startsWith('urn:oid'))

  test('are here', () => expect(readdirSync(folder!).length).toBeGreaterThan(3))

  test('every value set is compiled or says which system is missing', () => {
    const reasons = new Map<string, number>()
    for (const url of own) {
      const set = terminology.compiled(url)
      const reason = set ? (set.why?.kind ?? 'compiled') : 'not found'
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    console.log(`value sets of the packages: ${own.length}; ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')}`)
    expect([...reasons.keys()].sort()).toEqual(['compiled', 'system-not-loaded'])
  })

  test('designated tests: only codes under their own heading', () => {
    const set = 'http://jpfhir.jp/fhir/clins/ValueSet/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_abo_bld_VS'
    const system = 'http://jpfhir.jp/fhir/clins/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_CS'
    const found = terminology.expand(set, { excludeNested: true })
    const codes = 'contains' in found ? found.contains.map(({ code }) => code) : []
    expect(codes.length).toBeGreaterThan(0)
    for (const code of codes) {
      expect(terminology.memberOf(set, { system, code })).toEqual({ result: 'in' })
      expect(terminology.subsumes(system, 'BLD-ABO', code)).toBe(true)
    }
    expect(terminology.memberOf(set, { system, code: 'BLD-ABO' })).toEqual({ result: 'out' })
    expect(terminology.memberOf(set, { system: 'http://loinc.org', code: codes[0]! })).toEqual({ result: 'out' })
  })

  test('a package is answered with its own edition', () => {
    const set = 'http://jpfhir.jp/fhir/eCS/ValueSet/JP_eCS_ObservationLabResultCode_VS'
    const seen = (name: string): string => [...(terminology.compiled(set, name)?.systems ?? [])].sort().join(' ')
    expect(new Set(packages.map(({ name }) => seen(name))).size).toBeGreaterThan(1)
  })
})
