import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Random, randomFrom } from '#packages/synthetic'
import { type Hospital, hospital } from './hospital.ts'
import { type Platform, platformAt, until } from './platform.ts'
import type { FaultRun } from './result.ts'

/** One institution's system and a patient it knows. */
export type Party = { hospital: Hospital; patient: string }

/** A running platform and those who stand outside it. */
export type Scene = { run: FaultRun; platform: Platform; parties: Party[]; random: Random }

type Stage = {
  name: string
  /** Program in the platform's place; see `platformAt`. */
  entry?: string
  env?: Record<string, string>
  /** How far the clocks of those outside are ahead. */
  clockMs?: number
  /** Data folder; a new temporary one unless given. */
  home?: string
}

/** Starts a platform for one attempt, hands it over, and takes everything down again. */
export async function onPlatform<T>(run: FaultRun, stage: Stage, work: (scene: Scene) => Promise<T>): Promise<T> {
  const home = stage.home ?? (await mkdtemp(join(tmpdir(), 'enishi-faults-')))
  const platform = await platformAt({
    root: run.root,
    home,
    ...(stage.entry === undefined ? {} : { entry: stage.entry }),
    ...(stage.env === undefined ? {} : { env: stage.env }),
  })
  const stop = () => void platform.stop().catch(() => undefined)
  run.stopping.addEventListener('abort', stop)
  try {
    await platform.start()
    return await work({ run, platform, parties: await partiesOf(platform, stage.clockMs), random: randomFrom(run.seed).fork(stage.name) })
  } finally {
    run.stopping.removeEventListener('abort', stop)
    await platform.stop()
    if (stage.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

const PARTIES = 4

export async function partiesOf(platform: Platform, clockMs = 0): Promise<Party[]> {
  const demo = platform.demo()
  const known = demo.people.filter((p) => /^\d{8}:/.test(p.memberId))
  const chosen = demo.facilities.filter((f) => ['hospital', 'clinic'].includes(f.kind)).slice(0, PARTIES)
  return Promise.all(
    chosen.map(async (facility, n) => {
      const own = hospital(facility, demo, clockMs)
      const about = { person: known[n % known.length]!, identifier: `F-${n}`, revision: 1, type: 'Condition' as const, entries: 1 }
      const draft = own.draft(about)
      // A busy machine may answer too late; the same again is taken once.
      let answer = await own.submit(draft)
      for (let tries = 0; answer === 'ambiguous' && tries < 5; tries++) answer = await own.submit(draft)
      if (answer !== 'acknowledged') throw new Error(`the first submission was not taken: ${JSON.stringify(answer)}`)
      const patients = (await (await own.ask('Patient?_count=1')).json()) as { entry?: { resource: { id: string } }[] }
      const patient = patients.entry?.[0]?.resource.id
      if (patient === undefined) throw new Error('the institution sees no patient of its own')
      return { hospital: own, patient }
    }),
  )
}

const LED_MS = 30_000

/**
 * Waits until the leader holds its lease. Those who answer are ready before it is; a start that a fault cuts off ends and is
 * made again, which is no process lost.
 */
export async function led(platform: Platform): Promise<void> {
  const client = new pg.Client({ connectionString: platform.databaseUrl() })
  await client.connect()
  try {
    const holds = async () => {
      const { rows } = await client.query<{ holder: string }>(`select holder from kernel.leader where beat_at > now() - interval '5 s'`)
      return rows.some(({ holder }) => platform.pidsOf('leader').some((pid) => holder.endsWith(`:${pid}`)))
    }
    if (!(await until(holds, LED_MS))) throw new Error(`nobody leads:\n${platform.said()}`)
  } finally {
    await client.end()
  }
}
