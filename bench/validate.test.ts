import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { shared } from '../tests/shared-data.ts'

const root = resolve(import.meta.dirname, '..')
const data = shared('data/fhir-packages')

test.skipIf(!data)(
  'npm run bench -- validate --quick prints a line a figure (skipped where the reference data is absent)',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'enishi-bench-'))
    const { DATABASE_URL: _, ...rest } = process.env
    const env = { ...rest, ENISHI_SHARED: resolve(data!, '../..'), ENISHI_HOME: home }
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'app/launcher/run.mjs'), 'bench', 'validate', '--quick'], {
      cwd: root,
      env,
    }).finally(() => rmSync(home, { recursive: true, force: true }))
    const figures = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { bench: string; name: string; rate?: number; floorRate?: number; ms?: number; p99ms?: number })
    expect(figures.map(({ bench, name }) => `${bench} ${name}`)).toEqual([
      'validate load',
      'validate medicationrequest',
      'validate clins-lab-bundle',
      'validate medplum-medicationrequest',
      'validate terminology-search',
    ])
    expect(figures.map(({ name, rate, ms, p99ms }) => [name, (rate ?? ms ?? p99ms ?? 0) > 0])).toEqual(
      figures.map(({ name }) => [name, true]),
    )
  },
  120_000,
)
