/** Revocation by list: held in memory, read again in time, never used past its nextUpdate. */
import type { Authority } from './authority.ts'
import { type Fetch, fetchBounded } from './bounded-fetch.ts'
import { isListOf, parseCrl, type RevocationList } from './crl.ts'
import {
  CLOCK_SKEW_MS,
  type RevocationAnswer,
  type RevocationGap,
  type RevocationQuestion,
  type RevocationSource,
  unknown,
} from './revocation.ts'

export type ListOptions = {
  /** A list older in our hands than this is read again in the background while it still serves. Default one minute. */
  refreshMs?: number
  /** A list older in our hands than this no longer serves, even before its nextUpdate. Default one day. */
  maxAgeMs?: number
  /** After a failure, no further try for this long. Default five seconds. */
  retryMs?: number
  skewMs?: number
}

type State = {
  list: RevocationList | null
  loadedAt: number
  failure: { at: number; because: RevocationGap } | null
  reading: Promise<void> | null
}

const defaults = { refreshMs: 60_000, maxAgeMs: 86_400_000, retryMs: 5_000, skewMs: CLOCK_SKEW_MS }

/**
 * A list read from disk (or wherever `read` gets it): DER, one authority.
 * A list with a lower number than the one held is refused, so that an old list cannot undo a revocation.
 */
export function crlFile(read: () => Promise<Uint8Array>, options: ListOptions = {}): RevocationSource {
  const bounds = { ...defaults, ...options }
  const states = new Map<string, State>()

  function stateOf({ keyHash }: Authority): State {
    const state = states.get(keyHash) ?? { list: null, loadedAt: 0, failure: null, reading: null }
    states.set(keyHash, state)
    return state
  }

  async function readAgain(issuer: Authority, now: number): Promise<void> {
    const state = stateOf(issuer)
    const bytes = await read().catch(() => null)
    const found = bytes === null ? 'unreachable' : acceptList(Buffer.from(bytes), { issuer, now, held: state.list, skewMs: bounds.skewMs })
    if (typeof found === 'string') state.failure = { at: now, because: found }
    else Object.assign(state, { list: found, loadedAt: now, failure: null })
  }

  /** One reading at a time, none within `retryMs` of a failure. */
  function refresh(issuer: Authority, now: number): Promise<void> {
    const state = stateOf(issuer)
    if (state.failure !== null && now >= state.failure.at && now < state.failure.at + bounds.retryMs) return Promise.resolve()
    state.reading ??= readAgain(issuer, now).finally(() => {
      state.reading = null
    })
    return state.reading
  }

  function known({ issuer, serial }: RevocationQuestion, at: Date): RevocationAnswer | null {
    const { list, loadedAt } = stateOf(issuer)
    const now = at.getTime()
    const age = now - loadedAt
    if (list === null || age >= bounds.maxAgeMs || age < -bounds.skewMs || !isFresh(list, now, bounds.skewMs)) return null
    if (age >= bounds.refreshMs) void refresh(issuer, now)
    return { status: list.revoked.has(serial) ? 'revoked' : 'good' }
  }

  return {
    known,
    async ask(question, now) {
      await refresh(question.issuer, now.getTime())
      return known(question, now) ?? unknown(stateOf(question.issuer).failure?.because ?? 'stale')
    },
  }
}

type Acceptance = { issuer: Authority; now: number; held: RevocationList | null; skewMs: number }

function acceptList(bytes: Buffer, { issuer, now, held, skewMs }: Acceptance): RevocationList | RevocationGap {
  const list = parseCrl(bytes)
  if (list === null) return 'unreadable'
  if (!isListOf(list, issuer)) return 'wrong-signer'
  if (held !== null && isOlder(list, held)) return 'rolled-back'
  return isFresh(list, now, skewMs) ? list : 'stale'
}

function isFresh(list: RevocationList, now: number, skewMs: number): boolean {
  return list.thisUpdate <= now + skewMs && now < list.nextUpdate
}

function isOlder(list: RevocationList, than: RevocationList): boolean {
  if (list.number !== null && than.number !== null) return list.number < than.number
  return list.thisUpdate < than.thisUpdate
}

export type HttpListOptions = ListOptions & { url: string; fetch: Fetch; timeoutMs?: number; maxBytes?: number }

/** A list from the one address the operator configured; addresses inside certificates are never followed. */
export function httpCrl({ url, fetch, timeoutMs = 5_000, maxBytes = 64 * 1024 * 1024, ...options }: HttpListOptions): RevocationSource {
  return crlFile(() => fetchBounded({ fetch, url, timeoutMs, maxBytes }), options)
}
