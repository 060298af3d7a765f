import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { names, optionsOf } from './options.ts'

const root = resolve(import.meta.dirname, '../..')
const full = process.env.ENISHI_TEST_FULL === '1'

test.skipIf(!full)('npm run bench -- fhir --quick prints a line a figure (only with --full)', { timeout: 600_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'enishi-bench-'))
  try {
    const { DATABASE_URL: _1, ...env } = process.env
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'app/launcher/run.mjs'), 'bench', 'fhir', '--quick'], {
      cwd: root,
      env: { ...env, ENISHI_HOME: home },
    })
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
    const figures = lines.map((line) => JSON.parse(line) as { bench: string; name: string; rate?: number; floorRate?: number })
    expect(figures.map((f) => f.name)).toEqual(expect.arrayContaining(names))
    for (const { rate, floorRate } of figures) if (floorRate !== undefined) expect([rate! > 0, floorRate > 0]).toEqual([true, true])
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test('options: unknown ones are named, known ones are taken in both forms', () => {
  expect(() => optionsOf(['--fast'])).toThrow('--fast')
  expect(() => optionsOf(['--only', 'raed'])).toThrow('raed')
  expect(optionsOf(['--only=read,create', '--people', '50', '--seconds', '3'])).toMatchObject({
    only: ['read', 'create'],
    people: 50,
    seconds: 3,
  })
})
