// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { take } from './lock.mjs'
import { compileCache, root } from './places.mjs'
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
  for (const folder of ['chunks', 'data']) rmSync(join(dist, folder), { recursive: true, force: true })
  // What Node kept of chunks that are gone; of those to come it keeps as much again.
  rmSync(compileCache, { recursive: true, force: true, maxRetries: 3 })
  await esbuild.build({
    ...shared,
    entryPoints: entries.filter((entry) => existsSync(join(root, entry))),
    outbase: '.',
    outdir: 'dist',
    platform: 'node',
    target: 'node24',
    banner: { js: requireForBundled },
    // What several programs share (the R4 definitions above all) is written once.
    chunkNames: 'chunks/[name]-[hash]',
    plugins: [largeJson, plainHttp, fewFiles],
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
const shared = {
  ...{ absWorkingDir: root, bundle: true, splitting: true, format: 'esm', jsx: 'automatic', logLevel: 'error' },
  // The sources stand beside; maps that repeat them are three times as large.
  ...{ sourcemap: true, sourcesContent: false },
}

/**
 * Large JSON is read from a file when its module is run: as a part of the program, every process would hold its text for as long as it lives.
 * What is no ASCII is escaped there, so that reading it is copying it.
 * @type {import('esbuild').Plugin}
 */
const largeJson = {
  name: 'large-json',
  setup(building) {
    building.onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      // Packages that ask for theirs by `require` need it as it is.
      if (text.length < 50_000 || isOfPackage(path)) return { contents: text, loader: 'json' }
      const plain = JSON.stringify(JSON.parse(text)).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      const name = `${basename(path, '.json')}-${createHash('sha256').update(plain).digest('hex').slice(0, 8)}.json`
      mkdirSync(join(dist, 'data'), { recursive: true })
      writeFileSync(join(dist, 'data', name), plain)
      return {
        contents: `import { readFileSync } from 'node:fs'
const dist = import.meta.dirname.replace(/^(.*[\\\\/]dist)[\\\\/].*$/, '$1')
export default JSON.parse(readFileSync(dist + '/data/${name}', 'latin1'))`,
      }
    })
  },
}

/**
 * Packages that are written into the bundle. Node finds, reads and links each file of a package by itself, and these are a thousand small
 * ones, in every process of the platform; all other packages are loaded from where they are installed. `pg` and `fastify` among them: tests of
 * faults run the platform with others in their place, and `tests/house/bundle.test.ts` holds the two against each other.
 * @type {readonly string[]}
 */
const bundled = JSON.parse(readFileSync(join(root, 'app/launcher/bundled.json'), 'utf8'))
/** Used only where somebody installed them (the first three), or with files of its own beside it. */
const neverBundled = ['pg-native', 'bufferutil', 'utf-8-validate', 'pino']
const isOfPackage = (/** @type {string} */ path) => /[/\\]node_modules[/\\]/.test(path)
const nameOf = (/** @type {string} */ path) => path.split('/', path.startsWith('@') ? 2 : 1).join('/')

/** @type {import('esbuild').Plugin} */
const fewFiles = {
  name: 'few-files',
  setup(building) {
    building.onResolve({ filter: /^[a-z@]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point' || (isOfPackage(importer) && !neverBundled.includes(nameOf(path)))) return undefined
      return bundled.includes(nameOf(path)) ? undefined : { path, external: true }
    })
  },
}

/** Bundled packages in the older format ask for Node's own modules by `require`. */
const requireForBundled = "import { createRequire as requireBeside } from 'node:module'; const require = requireBeside(import.meta.url);"

/**
 * `import … from 'node:http'` reads every export of it, and one of them loads Node’s whole client for the web (some 100 ms in a profile of a start).
 * Here it is asked for as an object, and only what is named is read.
 * @type {import('esbuild').Plugin}
 */
const plainHttp = {
  name: 'plain-http',
  setup(building) {
    building.onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path: path.replace('node:', ''), namespace: 'plain-http' },
    )
    building.onLoad({ filter: /./, namespace: 'plain-http' }, async ({ path }) => {
      const names = Object.keys(await import(`node:${path}`)).filter((name) => !['default', ...loadsMore].includes(name))
      return {
        contents: `const all = process.getBuiltinModule('node:${path}')\nexport const { ${names.join(', ')} } = all\nexport default all`,
      }
    })
  },
}
const loadsMore = ['WebSocket', 'CloseEvent', 'MessageEvent']

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
