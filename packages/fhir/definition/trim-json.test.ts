import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonTrimmer } from './trim-json.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const trim = jsonTrimmer()
const read = (text: string): unknown => {
  const trimmed = trim(bytes(text))
  return 'heading' in trimmed ? JSON.parse(new TextDecoder().decode(trimmed.bytes)) : trimmed
}
const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
/** As the narrative is left out. */
const withoutText = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { text: _text, ...rest } = value as { text?: unknown }
  return rest
}

describe('trimming', () => {
  test('any JSON comes back as it was, but for the narrative, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', '\r\n '), (value, space) => {
        expect(read(JSON.stringify(value, null, space))).toEqual(JSON.parse(JSON.stringify(withoutText(value))))
      }),
    )
  })

  test('what it refuses is no JSON', () => {
    const almost = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.constantFrom('', '"', ',', '{', ']', ':', '\\', '1', '\n', 'null'))
      .map(([value, at, piece]) => {
        const text = JSON.stringify(value)
        const place = at % (text.length + 1)
        return text.slice(0, place) + piece + text.slice(place + (at % 2))
      })
    fc.assert(
      fc.property(almost, (text) => {
        if ('brokenAtLine' in trim(bytes(text))) expect(parses(text)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '"a',
    '{"a":1} x',
    '{"a":01}',
    '{"a":nul}',
    '{"a":"line\nbreak"}',
    '{"a":"\\',
    '['.repeat(200),
    '\uFEFF\uFEFF{}',
  ])('%j is refused', (text) => expect(trim(bytes(text))).toHaveProperty('brokenAtLine'))

  test('says the line', () => expect(trim(bytes('{\n "a": 1\n "b": 2\n}'))).toEqual({ brokenAtLine: 3 }))

  test('reads over a byte order mark', () => expect(read('\uFEFF{"a":1}')).toEqual({ a: 1 }))

  test('the heading is of the resource itself, not of what it contains', () => {
    const text = JSON.stringify({
      contained: [{ resourceType: 'ValueSet', url: 'http://x/inner' }],
      resourceType: 'CodeSystem',
      url: 'http://x/\u00e9"',
      version: 1,
      name: 'N',
    })
    expect(trim(bytes(text))).toMatchObject({ heading: { resourceType: 'CodeSystem', url: 'http://x/é"', name: 'N' } })
  })

  const element = { id: 'A.b', path: 'A.b', short: 's', definition: 'd', mapping: [{ identity: 'x' }], min: 1, code: [{ code: 'c' }] }
  const constrained = {
    ...element,
    constraint: [{ key: 'k', xpath: 'x', human: 'h' }],
    patternCoding: { code: 'c', definition: 'kept', text: 't' },
  }
  const kept = { id: 'A.b', path: 'A.b', min: 1 }

  test('prose of elements goes, values of patterns stay; the differential goes where there is a snapshot', () => {
    const definition = {
      resourceType: 'StructureDefinition',
      text: { div: '<div/>' },
      description: 'd',
      snapshot: { element: [element, constrained] },
    }
    expect(read(JSON.stringify({ ...definition, differential: { element: [element] } }))).toEqual({
      resourceType: 'StructureDefinition',
      snapshot: { element: [kept, { ...kept, constraint: [{ key: 'k', human: 'h' }], patternCoding: constrained.patternCoding }] },
    })
  })

  test('the differential stays where the snapshot is empty or missing', () => {
    for (const snapshot of [{}, { snapshot: { element: [] } }, { snapshot: {} }])
      expect(
        read(JSON.stringify({ resourceType: 'StructureDefinition', ...snapshot, differential: { element: [element] } })),
      ).toHaveProperty('differential', { element: [kept] })
  })

  test('prose of other resources stays', () => {
    const valueSet = { resourceType: 'ValueSet', description: 'd', compose: { include: [{ concept: [{ code: 'c', definition: 'd' }] }] } }
    expect(read(JSON.stringify(valueSet))).toEqual(valueSet)
  })
})
