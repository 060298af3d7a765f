/** @spec http://hl7.org/fhir/R4/datatypes.html#decimal: the precision of a decimal is kept */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonOf, noteNumber, sameNumbers, textOf } from './decimals.ts'
import type { JsonObject, Resource } from './model.ts'
import { parseJson } from './parse.ts'
import { project } from './summary/project.ts'
import { parseXml } from './xml/read.ts'
import { toXml } from './xml/write.ts'

const observation = (value: string) =>
  `{"resourceType":"Observation","status":"final","code":{"text":"1.50 e"},"valueQuantity":{"value":${value},"unit":"mg/dL"},"component":[{"code":{"text":"x"},"valueQuantity":{"value":${value}}}]}`
const written = [
  '1.50',
  '0.0',
  '-0.10',
  '100.00',
  '1E3',
  '1.0e-7',
  '0.0000001',
  '0.000001',
  '12345678901234567890.1',
  '0.12345678901234567890',
  '1',
  '98.5',
]

describe.each(written)('%s', (value) => {
  const text = observation(value)
  const read = jsonOf(text) as Resource

  test('is a number in between, and leaves as it came', () => {
    expect((read.valueQuantity as JsonObject).value).toBe(Number(value))
    expect(textOf(read)).toBe(text)
    expect(textOf((parseJson(text) as { value: Resource }).value)).toBe(text)
  })

  test('through XML and back', () => {
    const xml = toXml(read)
    expect(xml).toContain(`<value value="${value}"/>`)
    const back = parseXml(xml) as { value: JsonObject }
    expect(textOf(back.value)).toBe(text)
  })

  test('in a part of the resource', () => {
    for (const projection of [{ summary: 'true' }, { elements: ['value'] }] as const)
      expect(textOf(project(read, projection))).toContain(`"valueQuantity":{"value":${value},"unit":"mg/dL"}`)
  })
})

test('the control: JSON alone forgets', () => {
  expect(JSON.stringify(jsonOf(observation('1.50')))).toContain('"value":1.5,')
})

test('whatever JSON.parse reads is read alike, and written so that it is read alike again', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(jsonOf(text)).toEqual(JSON.parse(text))
      const value = jsonOf(text)
      if (value !== null && typeof value === 'object') expect(JSON.parse(textOf(value))).toEqual(JSON.parse(text))
    }),
    { numRuns: 500 },
  )
})

test('numbers in lists, copies, and numbers changed since', () => {
  const held = jsonOf('{"a":[1.10,2,3.00]}') as JsonObject
  expect(textOf(held)).toBe('{"a":[1.10,2,3.00]}')
  const object = { value: 1.5 }
  noteNumber(object, 'value', '1.50')
  expect(textOf(sameNumbers(object, { ...object }))).toBe('{"value":1.50}')
  const copy = sameNumbers(object, { ...object })
  noteNumber(copy, 'value', '1.5')
  expect([textOf(copy), textOf(object)], 'written anew in a copy').toEqual(['{"value":1.5}', '{"value":1.50}'])
  object.value = 2
  expect(textOf(object), 'a text that no longer is the value is not written').toBe('{"value":2}')
})

test('looking for such numbers is linear', () => {
  for (const text of [`":${'1'.repeat(2_000_000)}"`, `":1.${'0'.repeat(2_000_000)}x"`, `":${'1.'.repeat(1_000_000)}"`])
    jsonOf(JSON.stringify(text))
})
