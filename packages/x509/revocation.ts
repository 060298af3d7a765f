/**
 * Where it is learnt whether a certificate was revoked (失効). Every source fails closed: what is stale, unreachable,
 * unreadable or signed by another is `unknown`, never `good`.
 *
 * @spec RFC 5280, 6.3 and RFC 6960, 3.2
 */
import type { Authority } from './authority.ts'

export type RevocationQuestion = {
  issuer: Authority
  /** lower-case hexadecimal */
  serial: string
}

/** Why nothing could be learnt; for logs and metrics, not for the person at the desk. */
export type RevocationGap =
  | 'stale'
  | 'unreachable'
  | 'unreadable'
  | 'wrong-signer'
  | 'wrong-nonce'
  | 'rolled-back'
  | 'not-answered'
  | 'responder-says-unknown'
  | 'not-covered'

export type RevocationAnswer = { status: 'good' } | { status: 'revoked' } | { status: 'unknown'; because: RevocationGap }

export type RevocationSource = {
  /** What is already held and still fresh at `now`; never waits. Null where it must be asked. */
  known(question: RevocationQuestion, now: Date): RevocationAnswer | null
  /** Learns it from disk or network, within the source's own bounds of time and size. */
  ask(question: RevocationQuestion, now: Date): Promise<RevocationAnswer>
}

export const unknown = (because: RevocationGap): RevocationAnswer => ({ status: 'unknown', because })

/** An authority's clock may run this far ahead of ours. */
export const CLOCK_SKEW_MS = 5 * 60_000

/**
 * Asks the first source; where that cannot tell, the next. A fresh "revoked" held by any of them wins over another's "good".
 * The responder's own word "unknown certificate" is final: a list only proves that a certificate is not on it.
 */
export function combine(...sources: readonly RevocationSource[]): RevocationSource {
  const revokedElsewhere = (question: RevocationQuestion, now: Date) =>
    sources.some((source) => source.known(question, now)?.status === 'revoked')
  return {
    known(question, now) {
      const first = sources[0]?.known(question, now) ?? null
      if (first?.status === 'good' || first === null) return revokedElsewhere(question, now) ? { status: 'revoked' } : first
      return first.status === 'unknown' ? null : first
    },
    async ask(question, now) {
      let last: RevocationAnswer = unknown('not-covered')
      for (const source of sources) {
        const answer = source.known(question, now) ?? (await source.ask(question, now))
        if (answer.status !== 'unknown') return answer
        if (answer.because === 'responder-says-unknown') return answer
        last = answer
      }
      return last
    },
  }
}
