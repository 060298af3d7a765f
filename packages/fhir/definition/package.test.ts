import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import { loadPackages, readPackage, readPackageFolder, readPackages } from './package-files.ts'
import { packageLimits, readFiles } from './package.ts'
import { type FixtureFile, jsonBytes, tarOf } from './tar.fixture.ts'

const x = (name: string) => `http://example.org/${name}`
const bytes = (text: string) => new TextEncoder().encode(text)
const valueSet = (name: string) => ({ resourceType: 'ValueSet', url: x(name), version: '1' })
const profile = {
  resourceType: 'StructureDefinition',
  url: x('p'),
  fhirVersion: '4.0.1',
  type: 'Patient',
  snapshot: { element: [{ path: 'Patient' }] },
}
const file = (name: string, content: unknown): FixtureFile => ({
  name,
  bytes: typeof content === 'string' ? bytes(content) : jsonBytes(content),
})
const tgz = (...files: FixtureFile[]) => gzipSync(tarOf(files))
const urls = (loaded: ReturnType<typeof readPackage>) => loaded.entries.map(({ url }) => url)

describe('a package', () => {
  test('is read from its archive, with what its package.json says', () => {
    const manifest = { name: 'n', version: '1.0.0', fhirVersions: ['4.0.1'], dependencies: { 'hl7.fhir.r4.core': '4.0.1', odd: 1 } }
    const loaded = readPackage(
      'n-1',
      tgz(file('package/package.json', manifest), file('package/a.json', valueSet('a')), file('package/p.json', profile)),
    )
    expect(loaded).toMatchObject({
      name: 'n-1',
      says: { ...manifest, dependencies: { 'hl7.fhir.r4.core': '4.0.1' } },
      failed: [],
      problem: null,
    })
    expect(loaded.counts).toEqual({ ValueSet: 1, StructureDefinition: 1 })
    expect(loaded.entries[0]!.read!()).toEqual(valueSet('a'))
  })

  const good = file('package/a.json', valueSet('a'))
  test.each<[string, FixtureFile[], string[]]>([
    ['package.json is missing', [good], []],
    ['package.json is no JSON', [good, file('package/package.json', '{')], []],
    ['package.json is a list', [good, file('package/package.json', [])], []],
    [
      'a definition is XML',
      [file('package/a.xml', `<?xml version="1.0"?>\n<ValueSet xmlns="http://hl7.org/fhir"><url value="${x('a')}"/></ValueSet>`)],
      [],
    ],
    ['XML is broken', [good, file('package/b.xml', '<ValueSet xmlns="http://hl7.org/fhir">\n<url></ValueSet>')], ['package/b.xml']],
    ['other XML lies beside', [good, file('package/b.xml', '<html/>')], []],
    ['the files lie at the root', [file('a.json', valueSet('a'))], []],
    ['the folder has another name', [file('my-ig/a.json', valueSet('a'))], []],
    ['the text begins with a byte order mark', [file('package/a.json', `\uFEFF${JSON.stringify(valueSet('a'))}`)], []],
    [
      'examples and indexes lie beside',
      [
        good,
        file('package/.index.json', {}),
        file('package/example/b.json', valueSet('b')),
        file('package/other/c.json', valueSet('c')),
        file('package/._a.json', 'x'),
        file('package/openapi/d.json', '{'),
      ],
      [],
    ],
    ['examples lie among the definitions', [good, file('package/pat.json', { resourceType: 'Patient' })], []],
    ['one file is cut off', [good, file('package/b.json', '{"resourceType":"ValueSet",\n"url":')], ['package/b.json']],
    ['one is of another FHIR', [good, file('package/b.json', { ...profile, fhirVersion: '5.0.0' })], ['package/b.json']],
    ['one has no url', [good, file('package/b.json', { resourceType: 'ValueSet' })], ['package/b.json']],
    ['one is a link', [good, { ...file('package/b.json', ''), kind: '2' }], ['package/b.json']],
    ['one leads out', [good, file('../../b.json', valueSet('b'))], ['../../b.json']],
  ])('is loaded where %s', (_, files, failed) => {
    const loaded = readPackage('n', tgz(...files))
    expect(urls(loaded)).toEqual([x('a')])
    expect(loaded.failed.map((failure) => failure.file)).toEqual(failed)
    expect(loaded.problem).toBeNull()
  })

  test.each<[string, Uint8Array, RegExp, RegExp]>([
    ['no archive', bytes('PK not a tar'), /cannot be read as a .tgz/, /書庫として読めません/],
    ['a broken archive', tgz(good).subarray(0, 60), /cannot be read as a .tgz/, /書庫として読めません/],
    ['empty', new Uint8Array(0), /cannot be read as a .tgz/, /書庫として読めません/],
    [
      'no definition in it',
      tgz(file('package/pat.json', { resourceType: 'Patient' })),
      /No definition could be loaded from the package 'n' \(1 files read\)/,
      /1つも読み込めません/,
    ],
    [
      'broken ones only',
      tgz(file('package/a.json', '{')),
      /first fault: package\/a.json: It cannot be read as JSON \(near line 1\)/,
      /最初の誤り: package\/a.json/,
    ],
  ])('from which nothing loads says so: %s', (_, content, en, ja) => {
    const { problem, entries } = readPackage('n', content)
    expect(entries).toEqual([])
    expect(problem?.en).toMatch(en)
    expect(problem?.ja).toMatch(ja)
  })

  test('that is cut off gives what stands before the cut, and says so', () => {
    const archive = tarOf([good, file('package/b.json', { ...valueSet('b'), title: 'x'.repeat(2000) })])
    const loaded = readPackage('n', archive.subarray(0, 2000))
    expect(urls(loaded)).toEqual([x('a')])
    expect(loaded.failed[0]!.en).toMatch(/cut off or damaged/)
  })

  test('that unpacks without end is given up', () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(5_000_000)))
    expect(readPackage('n', bomb, 4_000_000).problem?.en).toMatch(/grows over 4 MiB/)
    expect(readPackage('n', bomb).problem?.en).toMatch(/cannot be read as a .tgz/)
  })

  test('is bounded in files, their size, and what is said of faults', () => {
    const limits = { ...packageLimits, maxFiles: 2, maxFileBytes: 100, maxFailures: 2 }
    const many = readFiles(
      'n',
      ['a', 'b', 'c'].map((name) => file(`${name}.json`, valueSet(name))),
      limits,
    )
    expect([urls(many), many.failed[0]!.en]).toEqual([[x('a'), x('b')], expect.stringMatching(/more than 2 files/)])
    const big = readFiles('n', [file('a.json', { ...valueSet('a'), title: 'x'.repeat(100) })], limits)
    expect([urls(big), big.failed.length]).toEqual([[], 1])
    expect(
      readFiles(
        'n',
        Array.from({ length: 9 }, () => file('a.json', '{')),
        { ...limits, maxFiles: 9 },
      ).failed,
    ).toHaveLength(2)
  })

  test('gives a naming system under every name it tells', () => {
    const uniqueId = [
      { type: 'oid', value: '1.2.3' },
      { type: 'uri', value: x('cs') },
      { type: 'oid', value: 'urn:oid:4' },
    ]
    expect(urls(readFiles('n', [file('ns.json', { resourceType: 'NamingSystem', uniqueId })]))).toEqual([
      'urn:oid:1.2.3',
      x('cs'),
      'urn:oid:4',
    ])
  })
})

describe('a folder of packages', () => {
  const home = mkdtempSync(join(tmpdir(), 'packages-'))
  afterAll(() => rmSync(home, { recursive: true }))
  const put = (path: string, content: unknown) => {
    mkdirSync(join(home, path, '..'), { recursive: true })
    writeFileSync(join(home, path), content instanceof Uint8Array ? content : JSON.stringify(content))
  }
  put('in/one.tgz', tgz(file('package/a.json', valueSet('one'))))
  put('in/two/package/a.json', valueSet('two'))
  put('in/two/package/package.json', { name: 'two', version: '2' })
  put('in/two/node_modules/a.json', valueSet('hidden'))
  put('in/three/a.json', valueSet('three'))
  put('in/loose.json', valueSet('loose'))
  put('in/notes.txt', 'x')
  put('in/broken.tgz', bytes('x'))
  put('out/secret.json', valueSet('secret'))
  put('out/secret.tgz', tgz(file('package/a.json', valueSet('secret'))))
  symlinkSync(join(home, 'out/secret.json'), join(home, 'in/three/link.json'))
  symlinkSync(join(home, 'in/three/a.json'), join(home, 'in/three/inside.json'))
  symlinkSync(join(home, 'out'), join(home, 'in/linked'))
  symlinkSync(join(home, 'out/secret.tgz'), join(home, 'in/secret.tgz'))
  symlinkSync(join(home, 'in/gone'), join(home, 'in/gone.tgz'))
  symlinkSync('..', join(home, 'in/three/up'))

  const packages = readPackages(join(home, 'in'))
  const byName = new Map(packages.map((loaded) => [loaded.name, loaded]))

  test('archives, folders with and without package/, and loose files are read', () => {
    expect(
      packages
        .flatMap(urls)
        .filter((url) => url !== x('three'))
        .sort(),
    ).toEqual([x('loose'), x('one'), x('two')])
    expect(byName.get('two')?.says).toMatchObject({ name: 'two', version: '2' })
  })

  test('nothing outside is read through a link; links inside are followed', () => {
    expect(packages.flatMap(urls)).not.toContain(x('secret'))
    expect(urls(byName.get('three')!)).toEqual([x('three'), x('three')])
    expect(byName.get('three')?.failed.map((failure) => failure.file)).toEqual(['link.json'])
    for (const name of ['linked', 'secret.tgz', 'gone.tgz'])
      expect(byName.get(name)?.problem?.en).toMatch(/leads out of the package folder/)
  })

  test('a broken package says so and the others are read', () => {
    expect(byName.get('broken')?.problem?.en).toMatch(/cannot be read/)
    expect(loadPackages(join(home, 'in')).definitions.resource('ValueSet', x('one'))).toEqual(valueSet('one'))
  })

  test('a folder that is not there holds no packages', () => expect(readPackages(join(home, 'nowhere'))).toEqual([]))

  test('one folder is read by itself', () => expect(urls(readPackageFolder(join(home, 'in/two')))).toEqual([x('two')]))
})

const folder = shared('data/fhir-packages')
describe('the Japanese packages', () => {
  test.skipIf(!folder)('load whole: every definition and no failure (skipped where the reference data is absent)', () => {
    const { packages, definitions } = loadPackages(folder!)
    expect(Object.fromEntries(packages.map(({ name, counts, failed }) => [name, { ...counts, failed: failed.length }]))).toEqual({
      'jp-clins.r4-1.5.2': { StructureDefinition: 49, ValueSet: 222, CodeSystem: 23, NamingSystem: 23, failed: 0 },
      'jp-echeckupreport.r4-1.0.0-temp': { StructureDefinition: 26, ValueSet: 9, CodeSystem: 71, failed: 0 },
      'jp-edischargesummary.r4-1.0.0-temp': { StructureDefinition: 54, ValueSet: 115, CodeSystem: 13, failed: 0 },
      'jp-ereferral.r4-1.0.0-temp': { StructureDefinition: 54, ValueSet: 115, CodeSystem: 13, failed: 0 },
    })
    const own = [...definitions.list('StructureDefinition')].filter((canonical) => canonical.includes('jpfhir.jp'))
    for (const canonical of own) expect([canonical, definitions.problem(canonical)]).toEqual([canonical, null])
    expect(own.length).toBeGreaterThan(100)
  })
})
