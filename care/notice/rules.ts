/** When a sign leaves, when it is tried again, what counts as a first access. Pure: no clock, no database, no network. */
import { dateInJapan } from '#kernel/japan'
import type { Channel, Wish } from './model.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The hour of the daily sign, in Japan. */
const DAILY_HOUR = 8

/** When a sign is due for something told now; null for never. What comes always comes at once. */
export function dueFor(about: { always: boolean; wish: Wish; now: Date }): Date | null {
  if (about.always || about.wish === 'each') return about.now
  if (about.wish === 'none') return null
  const today = new Date(`${dateInJapan(about.now)}T${String(DAILY_HOUR).padStart(2, '0')}:00:00+09:00`)
  return today > about.now ? today : new Date(today.getTime() + DAY_MS)
}

/**
 * After how many months of silence a person is told of an institution again, by the day the rule began. Our own rule: often enough
 * that a forgotten institution is noticed, seldom enough that a yearly check-up tells once.
 */
const silences: readonly { from: string; months: number }[] = [{ from: '2026-11-22', months: 13 }]

/** The months in force on a day in Japan. */
export const silenceMonths = (day: string): number => (silences.findLast((s) => s.from <= day) ?? silences[0]!).months

/** Whether an access is one to tell of: the first, or the first after a silence. @param last the access before, null where there was none */
export function isNews(about: { at: Date; last: Date | null }): 'first' | 'silence' | null {
  if (about.last === null) return 'first'
  const back = new Date(about.at)
  back.setUTCMonth(back.getUTCMonth() - silenceMonths(dateInJapan(about.at)))
  return about.last < back ? 'silence' : null
}

/** A push service or mail server that fails this long is left alone until there is something new to say. */
export const PARK_AFTER_MS = 3 * DAY_MS
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = HOUR_MS

/** What came of one try, whatever way it went. `gone`: this address never works again. */
export type Tried = { outcome: 'sent' } | { outcome: 'gone' | 'failed'; why: string; retryAfterMs?: number | null }

export type After = Pick<Channel, 'state' | 'why' | 'tries' | 'failingSince' | 'dueAt'>

/**
 * Where a channel stands after a try that did not arrive: waits from five seconds to an hour, doubled each time and spread by half.
 * @param chance from 0 to 1
 */
export function afterFailure(
  channel: Pick<Channel, 'state' | 'tries' | 'failingSince'>,
  about: { tried: Exclude<Tried, { outcome: 'sent' }>; now: Date; chance: number },
): After {
  const { tried, now, chance } = about
  const tries = channel.tries + 1
  const failingSince = channel.failingSince ?? now
  const base = { why: tried.why, tries, failingSince }
  if (tried.outcome === 'gone') return { ...base, state: 'ended', dueAt: null }
  if (now.getTime() - failingSince.getTime() >= PARK_AFTER_MS)
    return { ...base, state: channel.state === 'asked' ? 'ended' : 'parked', dueAt: null }
  const whole = Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 20), LONGEST_WAIT_MS)
  const wait = Math.max(whole / 2 + (whole / 2) * chance, Math.min(tried.retryAfterMs ?? 0, LONGEST_WAIT_MS))
  return { ...base, state: channel.state, dueAt: new Date(now.getTime() + Math.round(wait)) }
}

/** Whether a text can be a mail address: one `@`, a dotted host, nothing that could become a second recipient or a header. */
export const isMailAddress = (text: string): boolean =>
  text.length <= 254 &&
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/.test(
    text,
  )

/** An address as a page shows it to its own person: enough to know it, not enough to read over a shoulder. */
export const maskedAddress = (address: string): string => address.replace(/^(.)[^@]*(@.*)$/, '$1…$2')
