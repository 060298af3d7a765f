import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldMemberId, formatMemberId, parseMemberId, whyNotMemberId, whyNotPublicPayerId } from './member-id.ts'

describe('well-formed member IDs (R1013)', () => {
  test.each([
    ['00012345:あいう:１８７:05', null],
    ['00012345::１８７:', null],
    ['06123456:12-3:45678:00', null],
    ['12345:あいう:187:05', 'R1013'],
    ['  123456:1:2:01', 'R1013'],
    ['00012345:あ い:187:05', 'R1013'],
    ['00012345:あ　い:187:05', 'R1013'],
    ['00012345:1:2:1', 'R1013'],
    ['00012345:1:2', 'R1013'],
    ['', 'R1013'],
  ])('%s -> %s', (value, expected) => expect(whyNotMemberId(value)).toBe(expected))

  test.each([
    ['12345678::1234567:', null],
    ['12345678:1:1234567:', 'R1013'],
    ['12345678::123456:', 'R1013'],
  ])('public assistance %s -> %s', (value, expected) => expect(whyNotPublicPayerId(value)).toBe(expected))
})

test('parts come back as written', () => {
  expect(parseMemberId('00012345::１８７:')).toEqual({ insurerNumber: '00012345', symbol: '', number: '１８７', branch: '' })
  expect(parseMemberId('00012345:1:2')).toBeNull()
})

describe('one person, many spellings', () => {
  test('the four spellings of the insurer number meet', () => {
    const spellings = [
      '00123456:あ1:187:05',
      '  123456:あ1:187:05',
      '123456:あ1:187:05',
      '００１２３４５６:あ１:１８７:０５',
      '123456:あ 1:１８７ :05',
    ]
    expect(new Set(spellings.map(foldMemberId))).toEqual(new Set(['00123456:あ1:187:05']))
  })

  test('control: another branch, another number, another case are other people', () => {
    const people = ['00123456:あ1:187:05', '00123456:あ1:187:06', '00123456:あ1:188:05', '00123456:A:1:01', '00123456:a:1:01']
    expect(new Set(people.map(foldMemberId)).size).toBe(people.length)
  })

  test('folding twice changes nothing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => foldMemberId(foldMemberId(value)) === foldMemberId(value)))
  })

  test('half-width and full-width spellings of any member ID fold to one', () => {
    const part = fc.stringMatching(/^[0-9A-Za-z]{0,8}$/)
    const wide = (value: string) => value.replace(/[!-~]/g, (c) => (c === ':' ? c : String.fromCharCode(c.charCodeAt(0) + 0xfee0)))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99999999 }), part, part, (insurer, symbol, number) => {
        const sent = formatMemberId({ insurerNumber: String(insurer), symbol, number, branch: '01' })
        const spaced = `${String(insurer).padStart(8, ' ')}:${symbol}:${number}:01`
        return (
          foldMemberId(sent) === foldMemberId(wide(sent)) && foldMemberId(sent) === foldMemberId(spaced) && whyNotMemberId(sent) === null
        )
      }),
    )
  })
})
