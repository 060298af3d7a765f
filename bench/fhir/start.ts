/** From `npm start` to ready, with everything built and the demo region in place: the launcher, PostgreSQL, and the platform. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { figure, say } from '../measure.ts'
import { benchFolder } from '../identity/cards.ts'
import { freePort, readyWhenItSays, stopped } from './platform.ts'

const BAR_MS = 3_000

export async function startTime({ quick }: { quick: boolean }): Promise<void> {
  const home = join(benchFolder(), 'start')
  // The first start makes the database and the region. Data of another version of the tables are only in the way.
  await once(home).catch(() => {
    rmSync(home, { recursive: true, force: true })
    return once(home)
  })
  const taken: number[] = []
  for (let n = 0; n < (quick ? 1 : 5); n++) taken.push(await once(home))
  const ms = Math.round(taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)]!)
  say(`start: ready in ${ms} ms (bar: ${BAR_MS} ms; median of ${taken.length}: ${taken.map(Math.round).join(', ')})`)
  figure({ bench: 'fhir', name: 'start', ms, bar: BAR_MS, n: taken.length })
}

async function once(home: string): Promise<number> {
  const { DATABASE_URL: _1, ENISHI_BASE_URL: _2, ENISHI_ENTRY: _3, ...env } = process.env
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const port = await freePort()
  const from = performance.now()
  const child = spawn(process.execPath, [join(process.env.ENISHI_ROOT ?? '.', 'app/launcher/start.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ENISHI_HOME: home, PORT: String(port), ENISHI_DEMO: '1', ENISHI_DEMO_PEOPLE: '30' },
  })
  const atExit = () => void child.kill('SIGTERM')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
  try {
    await readyWhenItSays(child)
    return performance.now() - from
  } finally {
    await stopped(child)
  }
}
