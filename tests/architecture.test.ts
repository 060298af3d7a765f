import { describe, expect, test } from 'vitest'
import { circles, importViolations, impurePackages, mayImport, portalsOnTwoWings } from './house/import-law.ts'
import { readSources, type Source } from './house/sources.ts'
import { badNames, forbiddenCode, MAX_LINES, tooLong } from './house/style-law.ts'

const sources = readSources()
const made = (files: Record<string, string>): Source[] => Object.entries(files).map(([path, text]) => ({ path, text }))
const importing = (from: string, specifier: string): Source[] => made({ [from]: `import { x } from '${specifier}'\n` })

test('the sources were found', () => {
  const wings = new Set(sources.map((s) => s.path.split('/')[0]))
  expect([...wings]).toEqual(expect.arrayContaining(['packages', 'kernel', 'ui', 'care', 'portals', 'adapters', 'app']))
  expect(sources.length).toBeGreaterThan(200)
})

describe('the import law: packages <- kernel <- ui <- care | research <- portals <- app; adapters on kernel and packages', () => {
  test('every file imports only what its room may', () => {
    expect(importViolations(sources)).toEqual([])
  })

  test.each([
    ['kernel/x.ts', '#care/record', 'kernel'],
    ['kernel/x.ts', '../care/record/index.ts', 'kernel'],
    ['packages/fhir/x.ts', '#kernel/database', 'packages'],
    ['ui/x.tsx', '#care/record', 'ui'],
    ['ui/frame.tsx', '../adapters/mynumber-card/browser-card.ts', 'ui'],
    ['ui/islands/x.ts', '../../adapters/mynumber-card/verify.ts', 'ui'],
    ['care/record/x.ts', '#research/release', 'care'],
    ['care/record/x.ts', '#portals/citizen', 'care'],
    ['care/eligibility/x.ts', '#adapters/mynumber-card', 'care'],
    ['research/release/x.ts', '#care/record', 'research'],
    ['portals/citizen/x.tsx', '#adapters/mynumber-card', 'portals'],
    ['adapters/uke/x.ts', '#care/record', 'adapters'],
    ['adapters/uke/x.ts', '#adapters/jahis', 'adapters'],
  ])('the control: %s -> %s is refused, with its reason', (from, specifier, wing) => {
    expect(importViolations(importing(from, specifier))).toEqual([`${from} -> ${specifier}: ${mayImport[wing]!.because}`])
  })

  test.each([
    ['care/record/x.ts', '../consent/rules.ts', /by its door/],
    ['care/record/x.ts', '#care/consent/rules', /only door is its index/],
    ['care/record/x.ts', '#ui/frame', /only door is its index/],
    ['care/record/x.ts', './desk.fixture.ts', /no part of what runs/],
    ['app/x.ts', '../tests/shared-data.ts', /no part of what runs/],
    ['helper-room/x.ts', '#kernel/route', /no wing/],
  ])('the control: %s -> %s', (from, specifier, says) => {
    expect(importViolations(importing(from, specifier))[0]).toMatch(says)
  })

  test.each([
    ['care/record/x.ts', '#care/consent'],
    ['app/x.ts', '#adapters/mynumber-card'],
    ['ui/islands/card.ts', '../../adapters/mynumber-card/browser-card.ts'],
    ['care/record/x.test.ts', '../consent/rules.ts'],
    ['kernel/x.ts', 'node:crypto'],
  ])('%s -> %s is allowed', (from, specifier) => {
    expect(importViolations(importing(from, specifier))).toEqual([])
  })

  test('rooms form no circle', () => {
    expect(circles(sources)).toEqual([])
    const round = [...importing('care/a/x.ts', '#care/b'), ...importing('care/b/x.ts', '#care/c'), ...importing('care/c/x.ts', '#care/a')]
    expect(circles(round), 'the control').toContain('care/a -> care/b -> care/c -> care/a')
  })

  test('a portal stands on one wing', () => {
    expect(portalsOnTwoWings(sources)).toEqual([])
    const both = [...importing('portals/x/a.ts', '#care/record'), ...importing('portals/x/b.ts', '#research/release')]
    expect(portalsOnTwoWings(both), 'the control').toHaveLength(1)
  })

  test('packages are pure', () => {
    expect(impurePackages(sources)).toEqual([])
    expect(impurePackages(importing('packages/fhir/x.ts', 'node:fs')), 'the control').toHaveLength(1)
    expect(impurePackages(importing('packages/synthetic/x.ts', 'kysely')), 'the control').toHaveLength(1)
  })
})

describe('the grain', () => {
  test(`no file has more than ${MAX_LINES} lines`, () => {
    expect(tooLong(sources)).toEqual([])
    expect(tooLong(made({ 'care/x/y.ts': 'x\n'.repeat(301) })), 'the control').toHaveLength(1)
  })

  test('names say what is inside, in kebab-case', () => {
    expect(badNames(sources)).toEqual([])
    const bad = made({ 'care/x/date-utils.ts': '', 'kernel/common/x.ts': '', 'app/FooBar.ts': '', 'app/consent-manager.ts': '' })
    expect(badNames(bad), 'the control').toHaveLength(4)
  })

  test('nothing switches the compiler off, and no code is made at run time', () => {
    expect(forbiddenCode(sources)).toEqual([])
    const bad = made({
      'a.ts': 'const a: any = 1',
      'b.ts': 'const b = x as any',
      'c.ts': '// @ts-ignore\nlet c',
      'd.ts': 'eval("1")',
      'e.ts': 'new Function("return 1")',
      'f.ts': '@dec class F {}',
      'g.ts': 'export default 1',
    })
    expect(forbiddenCode(bad), 'the control').toHaveLength(7)
  })
})
