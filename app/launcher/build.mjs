// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { take } from './lock.mjs'
import { root } from './places.mjs'
import { say, stop } from './sentences.mjs'

/** Programs that are bundled, whichever exist; `app/main.ts` becomes `dist/app/main.js`. */
const entries = [
  'app/main.ts',
  'app/maker/main.ts',
  'app/cli/main.ts',
  'app/tour/main.ts',
  'bench/main.ts',
  'tests/faults/main.ts',
  'tests/attacks/main.ts',
  'tests/conformance/main.ts',
]
const sourceFolders = ['kernel', 'ui', 'care', 'research', 'portals', 'adapters', 'packages', 'app', 'bench', 'tests']
const dist = join(root, 'dist')
const hashFile = join(dist, '.hash')

/**
 * Builds the programs and the browser's islands, unless the sources are those of the last build.
 * @refuses build-failed
 * @returns {Promise<boolean>} whether something was built
 */
export async function ensureBuilt() {
  const hash = sourceHash()
  if (existsSync(hashFile) && readFileSync(hashFile, 'utf8') === hash) return false
  mkdirSync(dist, { recursive: true })
  const lock = await waitForLock()
  try {
    // Whoever held the lock may have built these very sources; building again would take files from under its program.
    if (existsSync(hashFile) && readFileSync(hashFile, 'utf8') === hash) return false
    say('プログラムを組み立てています…', 'building ...')
    await build()
    writeFileSync(hashFile, hash)
    return true
  } catch (error) {
    throw stop('build-failed', { reason: error instanceof Error ? (error.message.split('\n').slice(0, 3).join(' ') ?? '') : String(error) })
  } finally {
    lock.release()
  }
}

async function waitForLock() {
  for (;;) {
    const taken = take(join(dist, '.lock'))
    if ('release' in taken) return taken
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function build() {
  const esbuild = await import('esbuild')
  rmSync(join(dist, 'chunks'), { recursive: true, force: true })
  await esbuild.build({
    ...shared,
    entryPoints: entries.filter((entry) => existsSync(join(root, entry))),
    outbase: '.',
    outdir: 'dist',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    // What several programs share (the R4 definitions above all) is written once.
    chunkNames: 'chunks/[name]-[hash]',
    plugins: [largeJson],
  })
  const islands = filesIn(join(root, 'ui/islands')).filter((file) => /\.tsx?$/.test(file) && !/\.test\.|\.d\.ts$/.test(file))
  const top = islands.filter((file) => !relative(join(root, 'ui/islands'), file).includes('/'))
  await esbuild.build({
    ...shared,
    entryPoints: top,
    outdir: 'dist/islands',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const { buildAssets } = await import(pathToFileURL(join(root, 'ui/build-assets.mjs')).href)
  await buildAssets(root, join(dist, 'assets'))
}

/** @type {import('esbuild').BuildOptions} */
const shared = { absWorkingDir: root, bundle: true, splitting: true, format: 'esm', jsx: 'automatic', sourcemap: true, logLevel: 'error' }

/**
 * Large JSON becomes a string that JSON.parse reads: several times faster at start than an object literal.
 * @type {import('esbuild').Plugin}
 */
const largeJson = {
  name: 'large-json',
  setup(building) {
    building.onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (text.length < 50_000) return { contents: text, loader: 'json' }
      return { contents: `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(text)))})`, loader: 'js' }
    })
  },
}

/** Of everything that may end up in `dist`, and of this file. */
function sourceHash() {
  const hash = createHash('sha256')
  const sources = sourceFolders.flatMap((folder) => filesIn(join(root, folder))).filter((file) => !/\.test\.tsx?$|\.md$/.test(file))
  for (const file of [...sources, join(root, 'package-lock.json'), join(root, 'package.json')]) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === 'fixtures' || entry.name === 'node_modules' ? [] : filesIn(path)
      return [path]
    })
}
