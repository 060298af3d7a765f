/** Official Japanese examples and deliberately wrong resources against base R4. Profiles are judged elsewhere. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import { baseDefinitions } from '../definition/index.ts'
import { loadPackages } from '../index.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { parseJson } from '../parse.ts'
import { makeTerminology } from '../terminology/index.ts'
import { extractIndex } from '../search.ts'
import { makeValidator, validateResource } from './index.ts'

function filesUnder(folder: string, end: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesUnder(path, end) : name.endsWith(end) ? [path] : []
    })
}

function read(text: string): Json {
  const parsed = parseJson(text)
  if ('findings' in parsed) throw new Error(parsed.findings[0]!.en)
  return parsed.value
}

const errors = (resource: Json) => validateResource(resource).filter((finding) => finding.severity === 'error')

/** Examples that base R4 itself refuses, with the rule: none of those at hand (the three marked ErrorExample break profile rules only). */
const wrongByR4: Record<string, string[]> = {}

describe.each([
  ['jp-clins-examples', 40],
  ['document-examples', 2],
  ['ereferral-examples', 2],
])('%s', (name, least) => {
  const folder = shared(`data/${name}`)
  const files = folder ? filesUnder(folder, '.json') : []
  test.skipIf(!folder)(`at least ${least} examples are read (skipped where the reference data is absent)`, () => {
    expect(files.length).toBeGreaterThanOrEqual(least)
    console.log(
      `${name}: ${files.length} examples, ${files.filter((file) => errors(read(readFileSync(file, 'utf8'))).length > 0).length} refused by base R4`,
    )
  })
  for (const file of files)
    test(basename(file), () => {
      const resource = read(readFileSync(file, 'utf8'))
      expect(errors(resource).map(({ ruleId, path }) => `${ruleId} ${path}`)).toEqual(wrongByR4[basename(file)] ?? [])
      expect(extractIndex(resource as Resource).tokens.length).toBeGreaterThan(0)
    })
})

/** Wrong resources whose fault is not one of base R4: a reminder by R4 (dom-6), or a profile's rule. */
const notBaseErrors: Record<string, string[]> = {
  'fhir-base': ['observation-bp-no-component', 'observation-dom6'],
  'positive-controls': ['pc-d-slice-eval-active'],
}

describe.each(['fhir-base', 'positive-controls'])('validator-cases %s', (kind) => {
  const folder = shared(`data/validator-cases/test-cases/${kind}`)
  test.skipIf(!folder)('every fault of base R4 is caught (skipped where the reference data is absent)', () => {
    const missed: string[] = []
    const rows = filesUnder(folder!, '.ndjson').flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => ({ name: basename(file, '.ndjson'), line })),
    )
    for (const { name, line } of rows) if (errors(read(line)).length === 0) missed.push(name)
    console.log(
      `${kind}: ${rows.length - missed.length} of ${rows.length} caught by base R4; the others need a profile: ${missed.join(', ')}`,
    )
    expect(missed).toEqual(notBaseErrors[kind])
    expect(rows.length).toBeGreaterThan(2)
  })
})

/** What the validator with the shipped packages must say of a fault, by the name of its class; classes about a missing element say it by its name. */
const said: Record<string, RegExp> = {
  'attachment-url-and-data': /^att-1 /,
  'bp-component-missing': /^profile\/min Observation .*component/,
  'bundle-document-first-composition': /^bdl-11 /,
  'condition-con-4-abatement': /^con-4 /,
  'coding-display-required-missing': /^profile\/required .*display/,
  'code-with-space-in-value': /^coding\/unknown-code /,
  'coverage-period-end-before-start': /^per-1 /,
  'dom-6-narrative': /^dom-6 /,
  'example-codesystem-url-not-allowed': /^coding\/example-system /,
  'ext-1-invariant-violation': /^ext-1 /,
  'extension-in-primitive-value-extension': /^extension\/unknown /,
  'extension-us-core-birthsex-in-jp': /^extension\/unknown /,
  'extension-missing-url': /^structure\/required Patient.extension\[0\]/,
  'extension-value-type-mismatch': /^profile\/type .*code/,
  'extension-with-known-url-both-value-and-nested': /^ext-1 /,
  'flag-status-code-missing': /^structure\/required /,
  'invalid-code-enum': /^structure\/binding /,
  'address-invalid-use-enum': /^structure\/binding .*use/,
  'humanname-invalid-use-enum': /^structure\/binding .*use/,
  'patient-gender-invalid-binding': /^structure\/binding .*gender/,
  'specimen-status-invalid': /^structure\/binding .*status/,
  'list-status-mode-missing': /^structure\/required .*mode/,
  'loinc-code-case-mismatch': /^coding\/unknown-code /,
  'modifierextension-cannot-be-ignored': /^extension\/unknown-modifier /,
  'modifierextension-known-but-forbidden-here': /^extension\/not-a-modifier /,
  'patient-link-required-missing': /^structure\/required Patient.link\[0\]/,
  'patient-multiple-deceased': /^structure\/choice Patient /,
  'pc-a-cardinality-active': /^structure\/required .*status/,
  'pc-d-slice-eval-active': /^profile\/slice/,
  'pc-f-reference-eval-active': /^structure\/reference-target /,
  'period-end-before-start': /^per-1 /,
  'quantity-code-without-system': /^qty-3 /,
  'range-high-lower-than-low': /^rng-2 /,
  'reference-empty': /^structure\/empty /,
  'reference-type-mismatch': /^structure\/reference-target /,
  'slice-not-matching-known-slice': /^(profile|extension)\//,
  'unknown-code-in-codesystem': /^coding\/unknown-code /,
  'unknown-codesystem': /^coding\/system-not-loaded /,
  'unknown-extension-url': /^extension\/unknown /,
}

const missingElement = (name: string): RegExp | undefined => {
  const parts = /^(?:[a-z]+-)+?([a-z]+)-missing$/.exec(name)
  return parts ? new RegExp(`^structure/required .*\\.${parts[1]}`, 'i') : undefined
}

const packages = shared('data/fhir-packages')

describe.skipIf(!packages)('validator-cases with the shipped packages (skipped where the reference data is absent)', () => {
  const { definitions } = packages ? loadPackages(packages) : { definitions: baseDefinitions() }
  const { validate } = makeValidator({ definitions, terminology: makeTerminology({ definitions }) })
  const folders = ['fhir-base', 'extensions', 'terminology', 'positive-controls']
  const rows = folders.flatMap((kind) => {
    const folder = shared(`data/validator-cases/test-cases/${kind}`)
    return folder ? filesUnder(folder, '.ndjson').map((file) => [`${kind}/${basename(file, '.ndjson')}`, file] as const) : []
  })
  test.each(rows)('%s is caught for its own reason', (_name, file) => {
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const resource = read(line) as JsonObject
      const lines = validate(resource).map(({ ruleId, path, en }) => `${ruleId} ${path} ${en}`)
      const tags = ((resource.meta as JsonObject).tag as JsonObject[]).map(({ code }) => String(code))
      expect(tags.length).toBeGreaterThan(0)
      for (const tag of tags) {
        const wanted = said[tag] ?? missingElement(tag)
        expect(wanted, tag).toBeDefined()
        expect(lines.some((one) => wanted!.test(one)) ? tag : `${tag}: ${lines.join('\n')}`).toBe(tag)
      }
    }
  })
})

const narrative = shared('data/validator-cases/test-cases/fhir-base/observation-dom6.ndjson')

test.skipIf(!narrative)('a missing narrative is a warning (skipped where the reference data is absent)', () => {
  const line = read(readFileSync(narrative!, 'utf8')) as JsonObject
  expect(validateResource(line)).toContainEqual(expect.objectContaining({ ruleId: 'dom-6', severity: 'warning' }))
})
