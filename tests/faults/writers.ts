import type { Random } from '#packages/synthetic'
import type { Hospital } from './hospital.ts'
import type { AckList, Submission } from './ledger.ts'
import { type DemoFile, until } from './platform.ts'

export const WRITERS = 8

/** What the writers did so far, for whoever kills and whoever judges. */
export type Wrote = {
  sent: Map<string, Submission>
  refused: string[]
  acknowledged(): number
  inFlight(): number
}

export type Writers = Wrote & { stop(): Promise<void> }

type Job = {
  n: number
  run: string
  hospital: Hospital
  people: DemoFile['people']
  acks: AckList
  random: Random
  up: () => Promise<boolean>
  /** How long a writer that is asked to stop waits for the platform to come back. */
  drainMs?: number
}

/**
 * Eight institutions' systems that submit one Bundle after another: new ones, and new revisions of their own earlier ones.
 * After an unclear answer a writer either sends the identical Bundle again until it is acknowledged, or gives it up.
 */
export function startWriters(jobs: readonly Job[]): Writers {
  const sent = new Map<string, Submission>()
  const refused: string[] = []
  const state = { stopping: false, acknowledged: 0, inFlight: 0, sent, refused }
  const done = Promise.all(jobs.map((job) => write(job, state)))
  return {
    sent,
    refused,
    acknowledged: () => state.acknowledged,
    inFlight: () => state.inFlight,
    async stop() {
      state.stopping = true
      await done
    },
  }
}

type State = { stopping: boolean; acknowledged: number; inFlight: number; sent: Map<string, Submission>; refused: string[] }

async function write(job: Job, state: State): Promise<void> {
  const settled: Submission[] = []
  for (let n = 0; !state.stopping; n++) {
    const submission = next(job, settled, n)
    state.sent.set(submission.name, submission)
    if (await deliver(job, state, submission)) {
      await job.acks.add(submission.name)
      state.acknowledged++
      settled.push(submission)
    }
  }
}

/** A new revision only of what is settled: after an unclear answer the earlier one might still be on its way. */
function next({ n: writer, run, hospital, people, random }: Job, settled: Submission[], n: number): Submission {
  const about = { type: random.pick(['Condition', 'Observation'] as const), entries: random.whole(1, 5) }
  const at = random.chance(0.25) && settled.length > 0 ? random.whole(0, settled.length - 1) : -1
  const [earlier] = at < 0 ? [] : settled.splice(at, 1)
  const identifier = earlier?.identifier ?? `F1-${run}-${writer}-${n}`
  // The person and the type of an identifier never change.
  const person = earlier?.person ?? random.pick(people)
  const type = earlier?.type ?? about.type
  return hospital.draft({ person, identifier, revision: (earlier?.revision ?? 0) + 1, type, entries: about.entries })
}

/** @returns whether the platform acknowledged it */
async function deliver({ hospital, random, up, drainMs = 10_000 }: Job, state: State, submission: Submission): Promise<boolean> {
  const givesUp = random.chance(0.5)
  for (let tries = 0; tries < 20; tries++) {
    state.inFlight++
    const answer = await hospital.submit(submission).finally(() => state.inFlight--)
    if (answer === 'acknowledged') return true
    if (answer !== 'ambiguous') {
      state.refused.push(`${submission.name}: ${answer.refused}`)
      return false
    }
    const isUp = await until(up, state.stopping ? drainMs : 60_000)
    if (givesUp || (state.stopping && !isUp)) return false
  }
  return false
}
