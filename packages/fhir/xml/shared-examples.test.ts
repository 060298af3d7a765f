/** Official Japanese examples through XML and back. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import type { Json } from '../model.ts'
import { hasError } from '../outcome.ts'
import { validateResource } from '../validate/index.ts'
import { parseXml } from './read.ts'
import { toXml } from './write.ts'

const read = (text: string): Json => {
  const parsed = parseXml(text)
  if ('findings' in parsed) throw new Error(parsed.findings.map((f) => `${f.path} ${f.en}`).join('\n'))
  return parsed.value
}

test.each([
  ['jp-clins-examples', 40],
  ['document-examples', 2],
  ['ereferral-examples/examples', 1],
  ['pharmacy-fhir-examples/swg5_pharma', 2],
])('%s: every example that base R4 accepts comes back the same (skipped where the reference data is absent)', (name, least) => {
  const folder = shared(`data/${name}`)
  if (!folder) return
  const valid = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    // A div without its namespace gets it in XML.
    .map(
      (file) =>
        JSON.parse(readFileSync(join(folder, file), 'utf8').replaceAll('"<div>', '"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">')) as {
          [name: string]: Json
        },
    )
    .filter((resource) => !hasError(validateResource(resource)))
  for (const resource of valid) expect(read(toXml(resource))).toEqual(resource)
  console.log(`${name}: ${valid.length} examples through XML and back`)
  expect(valid.length).toBeGreaterThanOrEqual(least)
})

test('examples written in XML by others are read, and come back the same (skipped where the reference data is absent)', () => {
  const folder = shared('data/pharmacy-fhir-examples/swg5_pharma')
  const files = folder ? readdirSync(folder).filter((file) => file.endsWith('.xml')) : []
  for (const file of files) {
    const resource = read(readFileSync(join(folder!, file), 'utf8'))
    expect(read(toXml(resource as object))).toEqual(resource)
  }
  if (folder) expect(files).toHaveLength(3)
})
