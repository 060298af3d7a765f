/** When to try again, when to give up, and in which order changes are told. Pure: no clock, no database, no network. */
import type { OutboundReason, OutboundResult } from '#kernel/outbound'
import type { Change, Status, Subscription } from './model.ts'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 3600_000
/** A hook that fails this long is set aside with its reason; a weekend and a day are outlasted. */
export const PARK_AFTER_MS = 3 * 24 * 3600_000
/** So many tries in a row that failed are shown as an error. */
export const ERROR_AFTER = 3

/**
 * Wait before the next try: doubled each time, from a second to an hour, spread by half so that hooks which failed together do
 * not come back together.
 * @param failures tries in a row that failed, at least 1
 * @param chance from 0 to 1
 */
export function waitMs(failures: number, chance: number): number {
  const whole = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30), LONGEST_WAIT_MS)
  return Math.round(whole / 2 + (whole / 2) * chance)
}

/** Why a try came to nothing, in a word, or null where it arrived. */
export function whyNotArrived(result: OutboundResult): OutboundReason | `status ${number}` | null {
  if (result.outcome !== 'status') return result.reason
  return result.status >= 200 && result.status < 300 ? null : `status ${result.status}`
}

export type AfterFailure = {
  status: Status
  reason: string
  failures: number
  failingSince: Date | null
  nextTryAt: Date | null
  parked: boolean
}

/** Where an order stands after a try that came to nothing. */
export function afterFailure(
  s: Pick<Subscription, 'status' | 'failures' | 'failingSince'>,
  about: { now: Date; reason: string; result: OutboundResult | null; chance: number },
): AfterFailure {
  const failures = s.failures + 1
  const failingSince = s.failingSince ?? about.now
  const base = { reason: about.reason, failures, failingSince }
  // The hook says that it is gone for good.
  const gone = about.result?.outcome === 'status' && about.result.status === 410
  const tooLong = about.now.getTime() - failingSince.getTime() >= PARK_AFTER_MS
  if (gone || tooLong) return { ...base, status: 'error', nextTryAt: null, parked: true }
  const asked = about.result?.outcome === 'status' ? (about.result.retryAfterMs ?? 0) : 0
  const wait = Math.max(waitMs(failures, about.chance), Math.min(asked, LONGEST_WAIT_MS))
  const status = s.status === 'requested' || failures >= ERROR_AFTER ? 'error' : s.status
  return { ...base, status, nextTryAt: new Date(about.now.getTime() + wait), parked: false }
}

/**
 * Changes in the order they are told: as their messages came, and those of one resource by version, because the clocks that made
 * the messages' ids may differ.
 */
export function inOrder(changes: readonly Change[]): Change[] {
  const placeOf = (c: Change) => `${c.type}/${c.id}`
  const sorted = new Map([...Map.groupBy(changes, placeOf)].map(([place, of]) => [place, of.toSorted((a, b) => a.version - b.version)]))
  return changes.map((c) => sorted.get(placeOf(c))!.shift()!)
}
