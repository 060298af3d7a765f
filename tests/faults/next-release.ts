import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** Steps of a release. */
export const STEPS = 8

/** What step n of a release leaves: a table and an index, neither without the other and each with its note. */
export const leavings = (release: number, n: number) => ({
  id: `next.${release}.${n}`,
  table: `next_${release}_${n}`,
  index: `next_${release}_${n}_by_id`,
})

/**
 * The platform as it stands with the schema steps of releases to come: each walks every resource, takes a while, and touches a table
 * that is in use. ENISHI_NEXT_RELEASE says up to which. @returns the program
 */
export async function buildNextRelease(root: string): Promise<string> {
  const outfile = join(root, 'dist/app/next-release.js')
  await build({
    ...{ absWorkingDir: root, bundle: true, format: 'esm', jsx: 'automatic', sourcemap: false, logLevel: 'error' },
    ...{ entryPoints: ['app/main.ts'], outfile, platform: 'node', target: 'node24', packages: 'external' },
    plugins: [largeJson, moreSteps],
  })
  return outfile
}

const steps = `
  for (let release = 1; release <= Number(process.env.ENISHI_NEXT_RELEASE ?? 0); release++)
    for (let n = 1; n <= ${STEPS}; n++) {
      const name = 'next_' + release + '_' + n
      ;(migrations as Migration[]).push({ id: 'next.' + release + '.' + n, sql:
        'create schema if not exists next;\\n' +
        'create table next.' + name + ' as select key, type, id, version, length(body) as length from record.resource;\\n' +
        'select pg_sleep(0.12);\\n' +
        'create index ' + name + '_by_id on record.resource (id, version) where version > ' + (release * 100 + n) + ';\\n' })
    }
`

const moreSteps: Plugin = {
  name: 'more-steps',
  setup(building) {
    building.onLoad({ filter: /app\/migrations\.ts$/ }, ({ path }) => ({ contents: readFileSync(path, 'utf8') + steps, loader: 'ts' }))
  },
}

/** As the launcher's build does: JSON.parse reads large JSON several times faster than the parser of programs. */
const largeJson: Plugin = {
  name: 'large-json',
  setup(building) {
    building.onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      return { contents: `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(text)))})`, loader: 'js' }
    })
  },
}
