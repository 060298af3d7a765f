import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalOf, choose, compareVersions, matchesVersion, parseCanonical } from './canonical.ts'

describe('canonical', () => {
  test.each([
    ['http://x/a', { url: 'http://x/a' }],
    ['http://x/a|1.5', { url: 'http://x/a', version: '1.5' }],
    ['http://x/a|', { url: 'http://x/a' }],
    ['http://x/a|1|2', { url: 'http://x/a', version: '1|2' }],
    ['http://x/a|1#part', { url: 'http://x/a', version: '1' }],
    ['http://x/a#part', { url: 'http://x/a' }],
  ])('%s', (text, expected) => expect(parseCanonical(text)).toEqual(expected))

  test.each([
    [undefined, '0', -1],
    ['1', '1.0', -1],
    ['1.9', '1.10', -1],
    ['1.0.0-ballot', '1.0.0', -1],
    ['1.0.0-ballot', '1.0.0-ballot2', -1],
    ['1.0.0-1', '1.0.0-2', -1],
    ['1.x.x-temp', '1.0.0-temp', -1],
    ['2020-01-01', '2021-01-01', -1],
    ['4.0.1', '4.0.1+build', 0],
    ['5.0.0-snapshot1', '4.0.1', 1],
  ])('%s is older than %s: %i', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order)
    expect(compareVersions(b, a)).toBe(order === 0 ? 0 : -order)
  })

  test.each([
    ['1.5', '1.5.2', true],
    ['1.5', '1.50.2', false],
    ['1', '1.0.0-temp', true],
    ['1.0.0', '1.0.0-temp', true],
    ['1.5.x', '1.5.2', true],
    ['1.x.x', '1.5.2', true],
    ['1.5.2', '1.5', false],
    ['1', undefined, false],
  ])('%s is answered by %s: %s', (asked, loaded, answer) => expect(matchesVersion(asked, loaded)).toBe(answer))
})

const version = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))
const versions = fc.uniqueArray(version, { minLength: 1, maxLength: 8 })
const candidatesOf = (all: readonly string[]) => all.map((at) => ({ version: at }))

describe('choice among versions', () => {
  test('an exact version is found in any order of loading, without a note', () => {
    fc.assert(
      fc.property(versions, fc.nat(), (all, at) => {
        const asked = all[at % all.length]!
        expect(choose(candidatesOf(all), asked)).toEqual({ found: { version: asked } })
      }),
    )
  })

  test('without a version it is the newest, whatever the order of loading', () => {
    fc.assert(
      fc.property(versions, (all) => {
        const { found } = choose(candidatesOf(all), undefined)!
        for (const other of all) expect(compareVersions(found.version, other)).toBeGreaterThanOrEqual(0)
        expect(choose(candidatesOf([...all].reverse()), undefined)!.found).toEqual(found)
      }),
    )
  })

  test('what is given in place of another version is always noted', () => {
    fc.assert(
      fc.property(versions, version, (all, asked) => {
        const choice = choose(candidatesOf(all), asked)!
        expect(choice.insteadOf === undefined).toBe(matchesVersion(asked, choice.found.version))
      }),
    )
  })

  test('of equals the first wins, which is the latest loaded', () => {
    const [late, early] = [{ version: '1' }, { version: '1' }]
    expect(choose([late, early], undefined)!.found).toBe(late)
    expect(choose([late, early], '1')!.found).toBe(late)
    expect(choose([], '1')).toBeUndefined()
  })

  test('the order of versions is an order', () => {
    const any = fc.oneof(version, fc.stringMatching(/^[0-9a-c.+-]{0,8}$/), fc.constant(undefined))
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0)
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })

  test('a canonical written out is read back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^https?:[a-z0-9./-]{1,30}$/), fc.option(version, { nil: undefined }), (url, at) => {
        expect(parseCanonical(canonicalOf(url, at))).toEqual(at === undefined ? { url } : { url, version: at })
      }),
    )
  })
})
