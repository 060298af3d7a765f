import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { names, optionsOf } from './options.ts'

const root = resolve(import.meta.dirname, '../..')

test('npm run bench -- consent --quick prints a line a figure', { timeout: 180_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'enishi-bench-'))
  try {
    const { DATABASE_URL: _1, ...env } = process.env
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'app/launcher/run.mjs'), 'bench', 'consent', '--quick'], {
      cwd: root,
      env: { ...env, ENISHI_HOME: home },
    })
    const figures = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { bench: string; name: string } & Record<string, number | undefined>)
    expect(figures.map((f) => `${f.bench} ${f.name}`)).toEqual(names.map((name) => `consent ${name}`))
    expect(figures.map((f) => (f.p99ms ?? f.ratio ?? f.seconds ?? 0) > 0)).toEqual(names.map(() => true))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test('options: unknown ones are named, known ones are taken in both forms', () => {
  expect(() => optionsOf(['--fast'])).toThrow('--fast')
  expect(() => optionsOf(['--only', 'decisoin'])).toThrow('decisoin')
  expect(optionsOf(['--only=decision,breach-scope', '--events', '1000'])).toMatchObject({
    only: ['decision', 'breach-scope'],
    scope: { events: 1_000 },
  })
})
