import { createServer } from 'node:http'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkText } from '#packages/fhir'
import { openChecker } from '../../app/checker.ts'
import { jsonBytes, tarOf } from '../../packages/fhir/definition/tar.fixture.ts'
import type { Attack, Tried } from './result.ts'

/** A package may keep the machine busy this long, and no longer (ms of processor time). */
const BUSY_MS = 10_000

const secret = 'canary-of-another-file'

const profile = (url: string, more: object = {}) => ({
  resourceType: 'StructureDefinition',
  url,
  name: 'P',
  status: 'active',
  fhirVersion: '4.0.1',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient', path: 'Patient' }] },
  ...more,
})
const ruled = (url: string, expression: string) =>
  profile(url, {
    differential: {
      element: [{ id: 'Patient', path: 'Patient', constraint: [{ key: 'evil-1', severity: 'error', human: 'x', expression }] }],
    },
  })
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

type File = { name: string; bytes: Uint8Array }
const text = (value: string) => new TextEncoder().encode(value)

/** Packages as nobody would publish them, each by the name of what it tries. `away`: an address that must not be asked. */
function hostile(away: string): Record<string, File[]> {
  const at = (name: string, value: unknown): File => ({ name: `package/${name}.json`, bytes: jsonBytes(value) })
  return {
    'names that lead out': [
      { name: '../../escaped.json', bytes: jsonBytes(profile('urn:escaped')) },
      { name: '/tmp/enishi-escaped.json', bytes: jsonBytes(profile('urn:absolute')) },
      { name: 'package/..\\\\escaped.json', bytes: jsonBytes(profile('urn:backslash')) },
    ],
    'dependencies to fetch': [
      {
        name: 'package/package.json',
        bytes: jsonBytes({
          name: 'jp-core.r4',
          version: '99.0.0',
          dependencies: { 'hl7.fhir.evil': away, lodash: '*' },
          scripts: { postinstall: `curl ${away}` },
        }),
      },
      at('P', profile('urn:dependent', { baseDefinition: `${away}/StructureDefinition/Base` })),
    ],
    'a bomb of nesting': [{ name: 'package/deep.json', bytes: text(nested(200_000)) }],
    'a bomb of zeros': [{ name: 'package/zeros.json', bytes: new Uint8Array(200 * 1024 * 1024) }],
    'a rule that backtracks': [at('P', ruled('urn:backtracks', `'${'a'.repeat(28)}!'.matches('^(a+)+$')`))],
    'a rule that is written out': [at('P', ruled('urn:written', `'x'.matches('${'(a{0,900})'.repeat(390)}')`))],
    'a rule that repeats for ever': [at('P', ruled('urn:repeats', '(1).repeat($this + 1).exists()'))],
    'a profile that is its own base': [at('P', profile('urn:circle', { baseDefinition: 'urn:circle' }))],
    'slices of slices': [
      at(
        'P',
        profile('urn:slices', {
          differential: {
            element: Array.from({ length: 400 }, (_, n) => ({
              id: `Patient.name${':s/'.repeat(n % 20)}s${n}`,
              path: 'Patient.name',
              sliceName: `s${n}`,
              slicing: { discriminator: [{ type: 'value', path: '$this' }], rules: 'open' },
            })),
          },
        }),
      ),
    ],
  }
}

const listOf = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort()

/** The product made wrong: files of an archive are put where their names say. */
async function unpacked(files: readonly File[], folder: string): Promise<void> {
  for (const { name, bytes } of files) {
    const path = join(folder, name)
    if (!path.startsWith(tmpdir())) continue
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }
}

async function tryEach(home: string, away: { address: string; asked: () => number }): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  for (const [name, files] of Object.entries(hostile(away.address))) {
    const folder = join(home, `packages-${result.tried++}`)
    await mkdir(folder)
    await writeFile(join(folder, 'evil.tgz'), gzipSync(tarOf(files)))
    await symlink(join(home, 'secret.json'), join(folder, 'link.json'))
    const before = await listOf(home)
    const spent = process.cpuUsage()
    const checker = await openChecker(folder)
    const urls = ['escaped', 'absolute', 'backslash', 'dependent', 'backtracks', 'written', 'repeats', 'circle', 'slices', secret].map(
      (n) => `urn:${n}`,
    )
    const told = urls.map((url) => checkText('{"resourceType":"Patient"}', checker, { profiles: [url] }))
    const { user, system } = process.cpuUsage(spent)
    if ((user + system) / 1000 > BUSY_MS) result.leaks.push(`${name}: ${Math.round((user + system) / 1000)} ms of work`)
    if (JSON.stringify(await listOf(home)) !== JSON.stringify(before)) result.leaks.push(`${name}: files were written`)
    if (away.asked() > 0) result.leaks.push(`${name}: somebody outside was asked`)
    if (checker.definitions?.structure(`urn:${secret}`)) result.leaks.push(`${name}: a file outside of the folder was read`)
    // what has no narrative is always remarked upon; slices of slices may be kept to
    const silent = told.filter(({ findings }, n) => urls[n] !== 'urn:slices' && findings.every(({ ruleId }) => ruleId === 'dom-6'))
    if (silent.length > 0) result.leaks.push(`${name}: passed in silence`)
  }
  return result
}

/** A13: packages from outside. */
export const a13: Attack = {
  what: 'hostile FHIR packages: names and links that lead out, dependencies to fetch, bombs, rules without end; nothing is written, fetched or passed in silence',
  control: 'archives are unpacked to where their names say',
  async run({ mutated }) {
    const home = await mkdtemp(join(tmpdir(), 'enishi-a13-'))
    let asked = 0
    const server = createServer((_, answer) => {
      asked++
      answer.end('{}')
    }).listen(0, '127.0.0.1')
    try {
      await new Promise((done) => server.once('listening', done))
      const { port } = server.address() as { port: number }
      await writeFile(join(home, 'secret.json'), JSON.stringify(profile(`urn:${secret}`)))
      if (!mutated) return await tryEach(home, { address: `http://127.0.0.1:${port}`, asked: () => asked })
      const folder = join(home, 'a/b')
      await unpacked(hostile('http://127.0.0.1:1')['names that lead out']!, folder)
      const out = (await readFile(join(home, 'escaped.json'), 'utf8').catch(() => '')) !== ''
      return { tried: 1, leaks: out ? ['escaped.json was written outside of its folder'] : [] }
    } finally {
      server.close()
      await rm(home, { recursive: true, force: true })
    }
  },
}
