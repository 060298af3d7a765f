/**
 * How often one client may ask: a bucket that fills at a steady rate and is emptied by a request at a time. Kept per process, because a
 * limit that costs a round trip costs what it should save; with several workers a client may have as many times the rate.
 */
import { createHash } from 'node:crypto'
import { SESSION_COOKIE } from './identity.ts'
import { cookie } from './proof.ts'

/** `perSecond` requests on the whole, `burst` at once. */
type Pace = { perSecond: number; burst: number }
/** `forms`: the same for what is sent under a session, which a person's hands do; absent, no other than for all. */
export type Rate = Pace & { forms?: Pace }

export type RateLimiter = {
  /** Takes a request from somebody's bucket. @returns seconds until there is one again; 0 where it may go on */
  take(who: string, nowMs: number): number
}

/** Buckets kept; the one that was asked for longest ago goes first, and was full again long before. */
const MOST_BUCKETS = 50_000

export function rateLimiter({ perSecond, burst }: Pace, most = MOST_BUCKETS): RateLimiter {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(who, nowMs) {
      const bucket = buckets.get(who) ?? { left: burst, at: nowMs }
      buckets.delete(who)
      bucket.left = Math.min(burst, bucket.left + (Math.max(0, nowMs - bucket.at) / 1000) * perSecond)
      bucket.at = nowMs
      buckets.set(who, bucket)
      if (buckets.size > most) buckets.delete(buckets.keys().next().value!)
      if (bucket.left < 1) return (1 - bucket.left) / perSecond
      bucket.left -= 1
      return 0
    },
  }
}

type Asked = { method?: string; headers: Readonly<Record<string, string | undefined>>; address: string; behindProxy: boolean }

/** On this machine stands a proxy or a test, and behind a proxy many people share one address. */
const isHere = (address: string) => /^(::1|(::ffff:)?127\.)/.test(address)

/**
 * Whose bucket a request empties, by what it shows before anything is proven: its token or session, else its address. Whoever shows a
 * new token each time is counted by the address too; null where no address tells people apart.
 */
export function bucketsOf({ headers, address, behindProxy }: Asked): { client: string | null; address: string | null } {
  const shown = headers.authorization ?? cookie(headers, SESSION_COOKIE)
  const from = address === '' || (isHere(address) && !behindProxy) ? null : address
  return { client: shown === undefined ? from : createHash('sha256').update(shown).digest('base64url').slice(0, 22), address: from }
}

/** Something is sent under a browser's session: by hands, where nobody runs a program under it. */
const isForm = ({ method = 'GET', headers }: Asked): boolean =>
  method !== 'GET' && method !== 'HEAD' && headers.authorization === undefined && cookie(headers, SESSION_COOKIE) !== undefined

/** Many clients share an address: an institution's desks, a carrier's phones. */
const PER_ADDRESS = 20

/** Holds a client and its address to the rate. @returns whole seconds to wait; 0 where the request may go on */
export function rateGuard(rate: Rate): (asked: Asked, nowMs: number) => number {
  const perClient = rateLimiter(rate)
  const perAddress = rateLimiter({ perSecond: rate.perSecond * PER_ADDRESS, burst: rate.burst * PER_ADDRESS })
  const perForm = rate.forms === undefined ? null : rateLimiter(rate.forms)
  return (asked, nowMs) => {
    const { client, address } = bucketsOf(asked)
    const waits = [
      client === null ? 0 : perClient.take(client, nowMs),
      address === null ? 0 : perAddress.take(address, nowMs),
      client !== null && perForm !== null && isForm(asked) ? perForm.take(client, nowMs) : 0,
    ]
    return Math.ceil(Math.max(...waits))
  }
}
