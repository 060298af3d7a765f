import { sqlState } from '#kernel/database'
import type { Room } from '#kernel/room'
import type { JobContext } from '#kernel/route'
import { removeFolder } from './folder.ts'
import type { Job } from './model.ts'
import { KEEP_HOURS, MAX_TRIES, restMs } from './rules.ts'
import * as store from './store.ts'
import type { StepEnd, Worker } from './worker.ts'

export type Steps = (worker: Worker, job: Job) => AsyncGenerator<StepEnd>

/** Jobs worked on in turn; more wait. */
const AT_ONCE = 4
/** Files whose day is over go this often; new jobs are looked for at every beat. */
const TIDY_MS = 10_000

/**
 * Works on the open jobs, a step of each in turn, so that a large one does not hold up a small one. One step at a time: the leader's
 * few connections are for the audit log first. Where storage runs low, jobs stand where they are until there is room.
 */
export function pump({ home, steps, room = () => true }: { home: string; steps: Steps; room?: Room }) {
  let busy: Promise<void> | null = null
  let tidied = Number.NEGATIVE_INFINITY
  const running = new Map<string, AsyncGenerator<StepEnd>>()
  /** Until when jobs rest whose last try failed. */
  const resting = new Map<string, number>()

  /** Works until nothing is open, or for so many steps. What goes wrong waits for the next call. */
  async function work(worker: Worker, most = Number.POSITIVE_INFINITY): Promise<void> {
    const set = new Set<string>()
    const rests = ({ id }: Job) => (resting.get(id) ?? 0) > worker.now().getTime()
    for (let taken = 0; taken < most; ) {
      const open = (await store.findOpen(worker.db)).filter((job) => !set.has(job.id) && !rests(job))
      if (open.length === 0) return
      for (const job of open.slice(0, AT_ONCE)) {
        if (taken >= most || !room()) return
        const end = await step(worker, job)
        if (end !== 'waiting') taken++
        if (end === 'lost') set.add(job.id)
      }
    }
  }

  /** @returns `lost` also where it went wrong: the job is not taken up again by this call */
  async function step(worker: Worker, job: Job): Promise<StepEnd> {
    const run = running.get(job.id) ?? steps(worker, job)
    running.set(job.id, run)
    try {
      const { value, done } = await run.next()
      if (!done && (value === 'more' || value === 'waiting')) return value
      await drop(job.id)
      return value === 'ended' ? 'ended' : 'lost'
    } catch (error) {
      await drop(job.id)
      resting.set(job.id, worker.now().getTime() + restMs(job.tries))
      await noteFailure(worker, job, error)
      return 'lost'
    }
  }

  async function drop(id: string): Promise<void> {
    const run = running.get(id)
    running.delete(id)
    await run?.return('ended')
  }

  async function noteFailure(worker: Worker, job: Job, error: unknown): Promise<void> {
    const at = worker.now()
    // Only the kind of fault is kept: messages of faults may quote what is in a record.
    const message = sqlState(error) ?? (error instanceof Error && 'code' in error ? String(error.code) : 'fault')
    const until = new Date(at.getTime() + KEEP_HOURS * 3600_000)
    await store.noteFailure(worker.db, { id: job.id, message, most: MAX_TRIES, at, until })
  }

  /** Files of cancelled jobs, and of those whose day is over, go. */
  async function tidy(worker: Worker): Promise<void> {
    for (const id of await store.findExpired(worker.db, worker.now())) {
      if (running.has(id)) continue
      await removeFolder(home, id)
      await store.forgetJob(worker.db, id)
      resting.delete(id)
    }
  }

  /** Lets go of what is under way; it goes on from its last checkpoint. */
  async function letGo(): Promise<void> {
    await Promise.all([...running.keys()].map((id) => drop(id).catch(() => undefined)))
  }

  return {
    work,
    tidy,
    letGo,
    isBusy: () => busy !== null,
    /** Sees to it that work goes on beside the leader's beat, which must not wait for it. */
    async start(job: JobContext): Promise<void> {
      const started = performance.now()
      const worker: Worker = { db: job.db, epoch: job.epoch, now: () => new Date(job.now.getTime() + performance.now() - started) }
      if (started - tidied > TIDY_MS) {
        tidied = started
        await tidy(worker)
      }
      if (busy !== null) return
      busy = work(worker)
        .catch(() => undefined)
        .finally(async () => {
          await letGo()
          busy = null
        })
    },
  }
}
