/** JSON Patch as a table: document, operations, result. @spec RFC 6902, RFC 6901 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonOf, textOf } from '../decimals.ts'
import type { Json } from '../model.ts'
import { applyJsonPatch } from './json-patch.ts'

const outcome = (before: Json, patch: Json) => {
  const result = applyJsonPatch(before, patch)
  return 'value' in result ? result.value : `${result.findings[0]!.code} ${result.findings[0]!.ruleId} at ${result.findings[0]!.path}`
}

const form = (at: string) => `structure patch/form at patch[0]${at}`
const target = (at: string) => `not-found patch/target at patch[0]${at}`

describe('operations', () => {
  test.each<[string, Json, Json, Json]>([
    ['add a property', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['add over a property', { a: 1 }, [{ op: 'add', path: '/a', value: null }], { a: null }],
    ['add into an array', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['add at the end', { a: [1] }, [{ op: 'add', path: '/a/-', value: [2] }], { a: [1, [2]] }],
    ['add at the index after the last', { a: [1] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2] }],
    ['add the whole', { a: 1 }, [{ op: 'add', path: '', value: { b: 2 } }], { b: 2 }],
    ['remove a property', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['remove an item', [1, 2, 3], [{ op: 'remove', path: '/1' }], [1, 3]],
    ['replace', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 'x' }], { a: { b: 'x' } }],
    ['replace an item', [1, 2], [{ op: 'replace', path: '/0', value: 9 }], [9, 2]],
    ['replace null', { a: null }, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
    ['move', { a: { x: 1 }, b: {} }, [{ op: 'move', from: '/a/x', path: '/b/y' }], { a: {}, b: { y: 1 } }],
    ['move inside an array', ['a', 'b', 'c'], [{ op: 'move', from: '/0', path: '/2' }], ['b', 'c', 'a']],
    ['move onto itself', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    [
      'copy',
      { a: [1] },
      [
        { op: 'copy', from: '/a', path: '/b' },
        { op: 'add', path: '/b/-', value: 2 },
      ],
      { a: [1], b: [1, 2] },
    ],
    ['test, whatever the order', { a: { x: 1, y: [2] } }, [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }], { a: { x: 1, y: [2] } }],
    ['test a number by value', { a: 1 }, [{ op: 'test', path: '/a', value: 1.0 }], { a: 1 }],
    [
      'escapes',
      { 'a/b': 1, 'm~n': 2, '': 3 },
      [
        { op: 'test', path: '/a~1b', value: 1 },
        { op: 'test', path: '/m~0n', value: 2 },
        { op: 'test', path: '/', value: 3 },
      ],
      { 'a/b': 1, 'm~n': 2, '': 3 },
    ],
    ['~01 is ~1', { '~1': 1 }, [{ op: 'remove', path: '/~01' }], {}],
    ['unknown members are passed over', { a: 1 }, [{ op: 'remove', path: '/a', why: 'x' }], {}],
    ['no operations', { a: 1 }, [], { a: 1 }],
  ])('%s', (_name, before, patch, after) => {
    const kept = structuredClone(before)
    expect(outcome(before, patch)).toEqual(after)
    expect(before).toEqual(kept)
  })
})

describe('refusals', () => {
  test.each<[string, Json, Json, string]>([
    ['no array', {}, { op: 'add' }, 'structure patch/form at patch'],
    ['no object', {}, ['x'], form('')],
    ['no op', {}, [{ path: '/a' }], form('.op')],
    ['unknown op', {}, [{ op: 'merge', path: '/a' }], form('.op')],
    ['an op from the prototype', {}, [{ op: 'constructor', path: '/a' }], form('.op')],
    ['no path', {}, [{ op: 'remove' }], form('.path')],
    ['no value', {}, [{ op: 'add', path: '/a' }], form('.value')],
    ['no from', { a: 1 }, [{ op: 'move', path: '/a' }], form('.from')],
    ['a pointer without slash', {}, [{ op: 'remove', path: 'a' }], form('.path')],
    ['a lone ~', {}, [{ op: 'remove', path: '/a~2' }], form('.path')],
    ['remove what is not there', { a: 1 }, [{ op: 'remove', path: '/b' }], target('.path')],
    ['replace what is not there', { a: 1 }, [{ op: 'replace', path: '/b', value: 1 }], target('.path')],
    ['add below what is not there', { a: 1 }, [{ op: 'add', path: '/b/c', value: 1 }], target('.path')],
    ['add below a number', { a: 1 }, [{ op: 'add', path: '/a/b', value: 1 }], target('.path')],
    ['an index past the end', { a: [1] }, [{ op: 'add', path: '/a/2', value: 1 }], target('.path')],
    ['an index with a leading zero', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], target('.path')],
    ['a negative index', { a: [1] }, [{ op: 'remove', path: '/a/-1' }], target('.path')],
    ['- where something must be', { a: [1] }, [{ op: 'remove', path: '/a/-' }], target('.path')],
    ['length of an array', { a: [1] }, [{ op: 'replace', path: '/a/length', value: 0 }], target('.path')],
    ['remove the whole', { a: 1 }, [{ op: 'remove', path: '' }], form('.path')],
    ['move into itself', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }], form('.path')],
    ['a failed test', { a: 1 }, [{ op: 'test', path: '/a', value: '1' }], 'conflict patch/test-failed at patch[0].value'],
    [
      'nothing happens when the last fails',
      { a: 1 },
      [
        { op: 'remove', path: '/a' },
        { op: 'remove', path: '/a' },
      ],
      'not-found patch/target at patch[1].path',
    ],
  ])('%s', (_name, before, patch, refusal) => {
    expect(outcome(before, patch)).toBe(refusal)
  })

  test('a refusal says where and what to do, in both languages', () => {
    const result = applyJsonPatch({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }])
    expect(result).toEqual({
      findings: [
        {
          severity: 'error',
          code: 'conflict',
          path: 'patch[0].value',
          ruleId: 'patch/test-failed',
          ja: '「/a」の値が期待と違います。最新の版を読んでから作り直してください。',
          en: 'The value at /a is not the one expected. Read the latest version and make the patch again.',
        },
      ],
    })
  })
})

describe('attacks', () => {
  test.each<[string, Json]>([
    ['__proto__ in a path', [{ op: 'add', path: '/__proto__/admin', value: true }]],
    ['__proto__ from', [{ op: 'copy', from: '/__proto__', path: '/x' }]],
    ['__proto__ in a value', [{ op: 'add', path: '/x', value: JSON.parse('{"__proto__":{"admin":true}}') as Json }]],
    ['constructor.prototype', [{ op: 'add', path: '/constructor/prototype/admin', value: true }]],
    ['toString', [{ op: 'remove', path: '/toString' }]],
  ])('%s changes nothing outside the document', (_name, patch) => {
    expect(applyJsonPatch({ a: 1 }, patch)).toHaveProperty('findings')
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
    expect(Object.prototype.toString).toBeTypeOf('function')
  })

  test('a property named constructor is a property like any other', () => {
    expect(outcome({}, [{ op: 'add', path: '/constructor', value: 1 }])).toEqual({ constructor: 1 })
  })

  test('copies that double the document end as too costly', () => {
    const bomb = Array.from({ length: 60 }, (_one, i) => ({ op: 'copy', from: '/a', path: i % 2 ? '/a/-' : '/a/0' }))
    expect(outcome({ a: ['x'.repeat(100)] }, bomb)).toMatch(/^too-costly patch\/too-(large|deep) at patch\[\d+\]$/)
  })

  test('1,001 operations and results nested over 100 levels are refused', () => {
    expect(
      outcome(
        {},
        Array.from({ length: 1001 }, () => ({ op: 'add', path: '/a', value: 1 })),
      ),
    ).toBe('too-costly patch/too-many at patch')
    let deep: Json = 1
    for (let i = 0; i < 100; i++) deep = [deep]
    expect(outcome({}, [{ op: 'add', path: '/a', value: deep }])).toBe('too-costly patch/too-deep at patch[0]')
    expect(outcome({ a: { b: deep } }, [{ op: 'move', from: '/a/b', path: '/a/c' }])).toBe('too-costly patch/too-deep at patch')
  })
})

test('decimals stay as they were written', () => {
  const before = jsonOf('{"a":1.50,"b":[2.0,3],"c":{"d":1.10}}')
  const result = applyJsonPatch(
    before,
    jsonOf('[{"op":"copy","from":"/c","path":"/e"},{"op":"remove","path":"/b/1"},{"op":"add","path":"/f","value":7.00}]'),
  )
  expect('value' in result && textOf(result.value as object)).toBe('{"a":1.50,"b":[2.0],"c":{"d":1.10},"e":{"d":1.10},"f":7.00}')
})

// what JSON cannot write (-0) or the patch refuses (__proto__) is no document
const json = fc
  .json({ maxDepth: 3 })
  .filter((text) => !text.includes('__proto__'))
  .map((text) => JSON.parse(JSON.stringify(JSON.parse(text))) as Json)

test('what was added is there, and removing it gives the document back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), json), json, (document, value) => {
      const added = applyJsonPatch(document, [
        { op: 'add', path: '/~0new~1', value },
        { op: 'test', path: '/~0new~1', value },
      ])
      if (!('value' in added)) throw new Error(added.findings[0]?.en)
      expect(applyJsonPatch(added.value, [{ op: 'remove', path: '/~0new~1' }])).toEqual({
        value: JSON.parse(JSON.stringify(document)) as Json,
      })
    }),
  )
})

test('any operation is answered, never thrown', () => {
  const step = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path: fc.constantFrom('', '/a', '/a/0', '/a/-', '/b/c', '/a/b'),
    from: fc.constantFrom('', '/a', '/b', '/a/0'),
    value: json,
  })
  fc.assert(
    fc.property(json, fc.array(step, { maxLength: 6 }), (document, patch) => {
      expect(Object.keys(applyJsonPatch(document, patch as Json))).toHaveLength(1)
    }),
  )
})
