/** @spec RFC 8259 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from './parse.ts'
import { jsonSyntaxError } from './parse-syntax.ts'

const refusal = (text: string, limits = {}) => {
  const parsed = parseJson(text, limits)
  return 'findings' in parsed ? parsed.findings[0]! : null
}

test('reads JSON, with a byte order mark or without, and keeps numbers', () => {
  expect(parseJson('\ufeff{"a":[1.50,null,"あ"]}')).toEqual({ value: { a: [1.5, null, 'あ'] } })
})

test('what JSON.parse reads is read alike, and what it refuses has a place', () => {
  const texts = fc.oneof(
    fc.json(),
    fc
      .tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([json, at, junk]) => json.slice(0, at % (json.length + 1)) + junk + json.slice(at % (json.length + 1))),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseJson(text, { maxDepth: 1000 })
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        expect(parsed).toHaveProperty('findings')
        expect(jsonSyntaxError(text).offset).toBeLessThanOrEqual(text.length)
        return
      }
      // Of a name that stands twice only one value is left.
      if ('findings' in parsed) expect(parsed.findings[0]!.ruleId).toBe('json/repeated-member')
      else expect(parsed).toEqual({ value })
    }),
    { numRuns: 1000 },
  )
})

describe('where JSON stops being JSON', () => {
  test.each([
    ['{"a":1,}', 1, 8, 'no comma after the last'],
    ['{"a" 1}', 1, 6, "':' is expected"],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, "','"],
    ['[1,2', 1, 5, 'too early'],
    ['[1,]', 1, 4, 'a value is expected'],
    ['{"a":"x\ny"}', 1, 8, 'line break'],
    ['{"a":"x', 1, 6, 'never closed'],
    ['{"a":"\\x"}', 1, 7, 'escape'],
    ['{a:1}', 1, 2, 'double quotes'],
    ['{"a":01}', 1, 7, "','"],
    ['[1}', 1, 3, "','"],
    ["{'a':1}", 1, 2, 'double quotes'],
    ['NaN', 1, 1, 'a value'],
    ['', 1, 1, 'too early'],
    ['{}{}', 1, 3, 'after the end'],
  ])('%j at line %i, column %i: %s', (text, line, column, part) => {
    const finding = refusal(text)
    expect(finding).toMatchObject({ severity: 'error', ruleId: 'json/syntax', code: 'structure' })
    expect(finding!.en).toContain(`line ${line}, column ${column}`)
    expect(finding!.ja).toContain(`${line}行${column}文字目`)
    expect(finding!.en).toContain(part)
  })
})

describe('limits', () => {
  test('nesting', () => {
    const nested = (n: number) => '['.repeat(n) + ']'.repeat(n)
    expect(refusal(nested(100))).toBeNull()
    expect(refusal(nested(101))?.ruleId).toBe('json/too-deep')
    expect(refusal('['.repeat(5_000_000))?.ruleId).toBe('json/too-deep')
    const object = (members: number) => `{${Array.from({ length: members }, (_, n) => `"m${n}":1`).join(',')}}`
    expect(refusal(object(10_000)), 'the control').toBeNull()
    expect(refusal(`[${object(10_000)},${object(10_001)}]`)).toMatchObject({ ruleId: 'json/too-many-members', line: 1 })
    expect(refusal(`[${Array.from({ length: 30 }, () => object(1_000)).join(',')}]`), 'of one object, not of all').toBeNull()
    expect(refusal(`["${'['.repeat(200)}\\"${'{'.repeat(200)}"]`)).toBeNull()
  })

  test('size is counted in bytes', () => {
    expect(refusal('"あああ"', { maxBytes: 11 })).toBeNull()
    expect(refusal('"あああ"', { maxBytes: 10 })?.ruleId).toBe('json/too-large')
  })
})

describe('a name that stands twice in one object', () => {
  test.each<[string, string | null]>([
    ['{"a":1,"b":2}', null],
    ['{"a":1,"c":{"a":1},"d":[{"a":1},{"a":2}]}', null],
    ['{"a":":","b":"{\\"a\\":1}"}', null],
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"b":{"x":1,"y":[{"z":1,"z":2}]}}', 'z'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"__proto__":1,"a":2}', null],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['[{"a":1.50,"a":1.5}]', 'a'],
    ['{"10":1,"9":2,"10":3}', '10'],
  ])('%s: %s', (text, name) => {
    const found = refusal(text)
    if (name === null) expect(found).toBeNull()
    else expect(found).toMatchObject({ ruleId: 'json/repeated-member', en: expect.stringContaining(`“${name}”`) as string })
  })

  test('is named where it stands', () => {
    expect(refusal('{\n "a": 1,\n "a": 2\n}')).toMatchObject({ line: 3, column: 2, path: '' })
  })
})
