/** Official Japanese examples and deliberately wrong resources against base R4. Profiles are judged elsewhere. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { parseJson } from '../parse.ts'
import { extractIndex } from '../search.ts'
import { validateResource } from './index.ts'

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

const narrative = shared('data/validator-cases/test-cases/fhir-base/observation-dom6.ndjson')

test.skipIf(!narrative)('a missing narrative is a warning (skipped where the reference data is absent)', () => {
  const line = read(readFileSync(narrative!, 'utf8')) as JsonObject
  expect(validateResource(line)).toContainEqual(expect.objectContaining({ ruleId: 'dom-6', severity: 'warning' }))
})
