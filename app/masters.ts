import type { TerminologyService } from '#care/terminology'
import type { Clock } from '#kernel/clock'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import type { Terminology } from '#packages/fhir'

const LOOK_MS = 5_000

type Deps = {
  db: Db
  clock: Pick<Clock, 'now'>
  terminology: Pick<TerminologyService, 'terminologyOn' | 'known'>
  /** Told what to answer from, each time that it is another than before. */
  answerFrom: (terminology: Terminology) => void
  log: { warn: (about: object, message: string) => void }
}

/**
 * Lets the validator judge by the operator's masters: those of today, and others as soon as they are loaded or a day begins.
 * @returns looks once more, and ends
 */
export async function followMasters({
  db,
  clock,
  terminology,
  answerFrom,
  log,
}: Deps): Promise<{ look: () => Promise<void>; stop: () => void }> {
  let bound: Terminology = terminology.known
  const look = async () => {
    try {
      const now = await terminology.terminologyOn(db, dateInJapan(clock.now()))
      if (now === bound) return
      bound = now
      answerFrom(now)
    } catch (error) {
      // What stands is used on; the next look tries again.
      log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'masters could not be looked at')
    }
  }
  await look()
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    void look().finally(() => {
      running = false
    })
  }, LOOK_MS)
  timer.unref()
  return { look, stop: () => clearInterval(timer) }
}
