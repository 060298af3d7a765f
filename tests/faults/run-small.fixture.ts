import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

export const LONG_MS = 420_000

/** Runs the command as people do, small. @returns its last two lines: the test's and the control's @throws with everything it said */
export function runSmall(name: string): [line: string, control: string] {
  const { DATABASE_URL: _1, ENISHI_HOME: _2, PORT: _3, ENISHI_ENTRY: _4, NODE_OPTIONS: _5, VITEST: _6, NODE_ENV: _7, ...env } = process.env
  const run = spawnSync(process.execPath, ['app/launcher/run.mjs', 'faults', name, '--quick'], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: LONG_MS - 20_000,
  })
  if (run.status !== 0) throw new Error(`${name} ended with ${run.status}:\n${run.stderr}${run.stdout}`)
  const [line = '', control = ''] = run.stdout.trim().split('\n').slice(-2)
  return [line, control]
}
