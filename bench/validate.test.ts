import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { shared } from '../tests/shared-data.ts'

const root = resolve(import.meta.dirname, '..')
const data = shared('data/fhir-packages')

test.skipIf(!data)('npm run bench -- validate --quick prints a line a figure (skipped where the reference data is absent)', async () => {
  const env = { ...process.env, ENISHI_SHARED: resolve(data!, '../..') }
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'app/launcher/run.mjs'), 'bench', 'validate', '--quick'], {
    cwd: root,
    env,
  })
  const figures = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { bench: string; name: string; rate?: number; floorRate?: number; ms?: number; rssMb?: number })
  expect(figures.map(({ bench, name }) => `${bench} ${name}`)).toEqual([
    'validate load',
    'validate medicationrequest',
    'validate clins-lab-bundle',
    'validate medplum-medicationrequest',
  ])
  expect(figures.map(({ name, rate, ms }) => [name, (rate ?? ms ?? 0) > 0])).toEqual(figures.map(({ name }) => [name, true]))
}, 120_000)
