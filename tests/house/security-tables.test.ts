import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrations } from '../../app/migrations.ts'
import { passwordProblem } from '../../portals/sign-in/password/rules.ts'
import { contextWords } from '../../portals/sign-in/password/words.ts'
import { BODY_LIMIT } from '../../kernel/listener.ts'
import { MOST_SESSIONS } from '../../kernel/session.ts'
import { readConfig } from '../../app/config.ts'
import { writeSection } from '../conformance/report.ts'
import {
  algorithmsIn, type Cryptography, componentsDocument, cryptographyDocument, dataDocument, type KeyKind, keysDocument, type Lock, type Manifest, unclassed, unlisted,
} from './security-tables.ts' // biome-ignore format: one list
import { readSources, root } from './sources.ts'
import { tablesOf } from './sql-law.ts'

const text = (path: string) => readFile(join(root, path), 'utf8')
const read = async <T>(path: string) => JSON.parse(await text(path)) as T
const cryptography = await read<Cryptography[]>('docs/security/cryptography.json')
const keys = await read<KeyKind[]>('docs/security/keys.json')
/** As `npm run sbom` gives it. */
type Bill = {
  bomFormat: string
  specVersion: string
  components: { purl: string; hashes?: object[]; licenses?: object[] }[]
  dependencies: { ref: string; dependsOn: string[] }[]
}
const bill = () => JSON.parse(execFileSync(process.execPath, [join(root, 'app/launcher/sbom.mjs')], { encoding: 'utf8' })) as Bill
const purposes = await read<Record<string, string>>('docs/security/components.json')
const lockText = await text('package-lock.json')
const lock = JSON.parse(lockText) as Lock
const manifest = await read<Manifest>('package.json')
const sources = readSources()
const tables = [...new Set(tablesOf(migrations.map((m) => m.sql).join('\n')).map((t) => t.name))].sort()

describe('the inventory of cryptography', () => {
  test('knows every use and every algorithm, and nothing that is not used', () => expect(unlisted(cryptography, sources)).toEqual([]))
  test('the control: a use nobody listed, and an algorithm nobody named, are found', () => {
    const made = (path: string, words: string) => ({ path, text: `import { createHash } from 'node:crypto'\n${words}` })
    expect(unlisted(cryptography, [made('care/diary/store.ts', "createHash('sha256')")])).toContain(
      'care/diary/store.ts: uses cryptography and is not in the inventory',
    )
    expect(unlisted(cryptography, [made('kernel/session.ts', "createHash('md5')")])).toContain(
      'kernel/session.ts: names md5, which the inventory does not',
    )
    expect(algorithmsIn({ path: 'x.ts', text: 'const des = 1' })).toBeUndefined()
  })
  test('nothing in it is weaker than it says: no MD5, DES, RC4, ECB or CBC, and SHA-1 with a reason', () => {
    const weak = cryptography.filter((row) => row.algorithms.some((name) => /md5|\bdes\b|rc4|ecb|cbc/.test(name)))
    expect(weak).toEqual([])
    for (const row of cryptography.filter((one) => one.algorithms.includes('sha1'))) expect(row.note ?? '').not.toBe('')
  })
})

test('keys: every purpose of the ring and every key file is in the policy, with all that is asked', async () => {
  const said = keys.map((key) => key.where).join('\n')
  const ring = /export type KeyPurpose = ([^\n]+)/.exec(await text('kernel/key-ring.ts'))?.[1]?.match(/'([^']+)'/g) ?? []
  expect(ring.length).toBeGreaterThan(2)
  for (const purpose of ring) expect(said).toContain(purpose.replaceAll("'", ''))
  const files = sources
    .filter(({ path }) => /^app\/(?!demo|cli)/.test(path) && !/test|fixture/.test(path))
    .flatMap(({ text: t }) => [...t.matchAll(/'([a-z-]+-keys?\.(?:pem|json))'/g)].map(([, name = '']) => name))
  const elsewhere = new Set(['witness-key.pem', 'signing-keys.json'])
  expect(files.length).toBeGreaterThan(2)
  for (const name of files.filter((one) => !elsewhere.has(one))) expect(said, name).toContain(name)
  for (const key of keys) for (const part of ['who', 'life', 'roll', 'destroy', 'lost'] as const) expect(key[part], key.what).not.toBe('')
})

describe('classes of data', () => {
  test('every table has one', () => {
    expect(tables.length).toBeGreaterThan(90)
    expect(unclassed(tables)).toEqual([])
  })
  test('the control: a new table of a new room is noticed, and one that went', () => {
    expect(unclassed([...tables, 'diary.page'])).toEqual(['diary.page: of no class'])
    expect(unclassed(tables.filter((name) => name !== 'person.staff'))).toEqual(['person.staff: no such table'])
  })
  test('what each class needs is written down', async () => {
    const page = await text('docs/security/data-classes.md')
    for (const word of ['At rest', 'On the way', 'Who', 'Logged', 'How long', 'In addresses', 'In caches', '## Fields'])
      expect(page).toContain(word)
  })
})

describe('components', () => {
  const sbom = bill()
  const production = Object.entries(lock.packages).filter(([path, one]) => path !== '' && one.dev !== true)
  test('every one of production is in the bill of materials, with hash and licence, and none of development alone', () => {
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' })
    const had = new Set(sbom.components.map((one) => one.purl))
    const wanted = new Set(
      production.map(([path, one]) => `pkg:npm/${path.split('node_modules/').at(-1)!.replace('@', '%40')}@${one.version}`),
    )
    expect([...wanted].filter((one) => !had.has(one))).toEqual([])
    expect([...had].filter((one) => !wanted.has(one))).toEqual([])
    for (const one of sbom.components) expect([one.purl, (one.hashes?.length ?? 0) > 0, one.licenses?.length]).toEqual([one.purl, true, 1])
    expect([...had].join()).not.toMatch(/npm\/(vitest|typescript|axe-core)@/)
  })
  test('what each rests on is known, and is in it', () => {
    const refs = new Set(sbom.components.map((one) => one.purl))
    const [self, ...others] = sbom.dependencies
    expect(self!.dependsOn).toHaveLength(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length)
    expect(others.flatMap((one) => one.dependsOn).filter((ref) => !refs.has(ref))).toEqual([])
  })
  test('the same lock file gives the same bill', () => expect(bill()).toEqual(sbom))
  test('each that we name has a purpose, and no purpose is of none', () => {
    expect(Object.keys(purposes).sort()).toEqual(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort())
  })
  test('the times to repair them are written down', async () => {
    const page = await text('docs/security/components.md')
    for (const words of ['critical', 'high', 'medium', 'low']) expect(page).toMatch(new RegExp(`\\| ${words} [^|]*\\| \\d+ (hours|days)`))
  })
})

describe('limits', () => {
  test('that are written down are those that hold', async () => {
    const page = await text('docs/security/limits.md')
    const { rate } = readConfig({ DATABASE_URL: 'postgresql://x', ENISHI_DEMO: '0' })
    for (const said of [
      `${BODY_LIMIT / 1024 / 1024} MB`,
      `${rate?.perSecond} requests a second`,
      `${rate?.burst} at once`,
      `${rate?.forms?.burst} at once, then ${rate?.forms?.perSecond} a second`,
      `${MOST_SESSIONS} browsers`,
    ])
      expect(page).toContain(said)
  })
})

test('words that may not be in passwords are listed, and are what is refused', async () => {
  const page = await text('docs/security/passwords.md')
  for (const word of contextWords) {
    expect(page).toContain(`\`${word}\``)
    expect(passwordProblem(`${word}${word}${word}123456789`, { loginName: 'somebody' }), word).not.toBeNull()
  }
})

test.each([
  ['cryptography', cryptographyDocument(cryptography)],
  ['keys', keysDocument(keys)],
  ['data-classes', dataDocument(tables)],
  ['components', componentsDocument(lock, manifest, purposes)],
  ['passwords', contextWords.map((word) => `\`${word}\``).join(' ')],
])('docs/security/%s.md is what the program says', async (name, document) => {
  const file = resolve(root, `docs/security/${name}.md`)
  if (process.env.UPDATE_DOCS === '1') await writeSection(file, name, document)
  const section = (await readFile(file, 'utf8')).split(`<!-- ${name}:begin -->\n`)[1]?.split(`\n<!-- ${name}:end -->`)[0]
  expect(section, 'out of date: run `UPDATE_DOCS=1 npx vitest run tests/house/security-tables.test.ts` and commit docs/security').toBe(
    document,
  )
})
