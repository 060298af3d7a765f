import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSealed, sealer } from './sealed.ts'

const old = { id: 'k1', key: randomBytes(32) }
const next = { id: 'k2', key: randomBytes(32) }

test('what was sealed opens for its owner, and tells nothing of itself', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (secret, owner) => {
      const sealed = sealer([old]).seal(secret, owner)
      expect(isSealed(sealed)).toBe(true)
      expect(sealer([old]).open(sealed, owner)).toBe(secret)
      expect(sealer([old]).seal(secret, owner)).not.toBe(sealed)
    }),
  )
})

test.each([
  ['the control', (s: string) => s, 'staff:1', 'secret'],
  ['another owner', (s: string) => s, 'staff:2', null],
  ['a changed byte', (s: string) => `${s.slice(0, -2)}${s.endsWith('AA') ? 'BB' : 'AA'}`, 'staff:1', null],
  ['a key that is not here', (s: string) => s.replace('s1.k1.', 's1.k9.'), 'staff:1', null],
  ['another form', (s: string) => s.slice(3), 'staff:1', null],
])('%s', (_name, change, owner, expected) => {
  expect(sealer([old]).open(change(sealer([old]).seal('secret', 'staff:1')), owner)).toBe(expected)
})

test('a new key seals, the old one still opens, and what is of the old one is known', () => {
  const sealed = sealer([old]).seal('secret', 'staff:1')
  const both = sealer([next, old])
  expect(both.open(sealed, 'staff:1')).toBe('secret')
  expect([both.isCurrent(sealed), both.isCurrent(both.seal('secret', 'staff:1')), both.isCurrent('JBSWY3DPEHPK3PXP')]).toEqual([
    false,
    true,
    false,
  ])
  expect(sealer([next]).open(sealed, 'staff:1'), 'without the old key').toBeNull()
})

test('a key of another length is a fault', () => {
  expect(() => sealer([{ id: 'k', key: randomBytes(16) }])).toThrow(RangeError)
  expect(() => sealer([])).toThrow(RangeError)
})
