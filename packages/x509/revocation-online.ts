/** Revocation by OCSP: asked once a certificate, the answer kept no longer than it says. */
import { randomBytes } from './crypto.ts'
import { type Fetch, fetchBounded } from './bounded-fetch.ts'
import { leastRecent } from './least-recent.ts'
import { buildOcspRequest, certificateIdOf, type OcspAnswer, readOcspAnswer } from './ocsp.ts'
import {
  CLOCK_SKEW_MS,
  type RevocationAnswer,
  type RevocationGap,
  type RevocationQuestion,
  type RevocationSource,
  unknown,
} from './revocation.ts'

export type OnlineOptions = {
  /** The responder the operator configured; the address inside a certificate is never followed. */
  url: string
  /** how to ask: the caller brings the network */
  fetch: Fetch
  timeoutMs?: number
  maxBytes?: number
  /** An answer is kept until its nextUpdate, but never longer than this. Default one hour. */
  maxAgeMs?: number
  cacheSize?: number
  /** False only for a responder that answers from prepared, unsigned-per-question answers. Default true. */
  requireNonce?: boolean
  /** After the responder failed, no further try for this long. Default two seconds. */
  retryMs?: number
  /** Questions under way at once; more are answered `unreachable` at once. Default 64. */
  maxUnderWay?: number
  skewMs?: number
}

type Kept = { answer: RevocationAnswer; from: number; until: number }

const defaults = {
  timeoutMs: 2_000,
  maxBytes: 16 * 1024,
  maxAgeMs: 3_600_000,
  cacheSize: 100_000,
  requireNonce: true,
  retryMs: 2_000,
  maxUnderWay: 64,
  skewMs: CLOCK_SKEW_MS,
}

export function httpOcsp(options: OnlineOptions): RevocationSource {
  const { cacheSize, maxAgeMs, retryMs, maxUnderWay, ...transport } = { ...defaults, ...options }
  const kept = leastRecent<Kept>(cacheSize)
  const underWay = new Map<string, Promise<RevocationAnswer>>()
  let downSince: number | null = null

  function known(question: RevocationQuestion, at: Date): RevocationAnswer | null {
    const [entry, now] = [kept.get(keyOf(question)), at.getTime()]
    return entry !== undefined && now >= entry.from - transport.skewMs && now < entry.until ? entry.answer : null
  }

  async function askNow(question: RevocationQuestion, now: number): Promise<RevocationAnswer> {
    const found = await askResponder(transport, question, now)
    downSince = 'gap' in found && found.gap === 'unreachable' ? now : null
    if ('gap' in found) return unknown(found.gap)
    if (found.status === 'unknown') return unknown('responder-says-unknown')
    const answer = { status: found.status }
    kept.set(keyOf(question), { answer, from: now, until: Math.min(found.until, now + maxAgeMs) })
    return answer
  }

  return {
    known,
    ask(question, at) {
      const [key, now] = [keyOf(question), at.getTime()]
      const same = underWay.get(key)
      if (same !== undefined) return same
      const resting = downSince !== null && now >= downSince && now < downSince + retryMs
      if (resting || underWay.size >= maxUnderWay) return Promise.resolve(unknown('unreachable'))
      const asked = askNow(question, now).finally(() => underWay.delete(key))
      underWay.set(key, asked)
      return asked
    },
  }
}

const keyOf = ({ issuer, serial }: RevocationQuestion): string => `${issuer.keyHash}:${serial}`

type Transport = { url: string; fetch: Fetch; timeoutMs: number; maxBytes: number; requireNonce: boolean; skewMs: number }

async function askResponder(transport: Transport, question: RevocationQuestion, now: number): Promise<OcspAnswer | { gap: RevocationGap }> {
  const id = certificateIdOf(question.issuer.certificate, question.serial)
  const nonce = randomBytes(32)
  const post = { contentType: 'application/ocsp-request', body: Uint8Array.from(buildOcspRequest({ id, nonce })) }
  const bytes = await fetchBounded({ ...transport, post }).catch(() => null)
  if (bytes === null) return { gap: 'unreachable' }
  const { requireNonce, skewMs } = transport
  const read = readOcspAnswer(bytes, { id, nonce, requireNonce, issuer: question.issuer, now, skewMs })
  return 'fault' in read ? { gap: read.fault } : read
}
