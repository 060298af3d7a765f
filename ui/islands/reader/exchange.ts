/** What goes between the reader's screen and the platform. */
import { lang, says } from './words.ts'

type Refusal = { issue?: { details?: { text?: string; coding?: { code: string }[] }; diagnostics?: string }[] }

/** Something to tell the person; `code` where the platform said no, `network` where it could not be asked. */
export class Told extends Error {
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** @param again the same for each try of one answer, so that an answer that was lost on its way is not kept twice */
export async function asked<T>(method: 'GET' | 'POST', url: string, body?: object, again?: string): Promise<T> {
  const headers = {
    accept: 'application/json',
    ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
    ...(again ? { 'idempotency-key': again } : {}),
  }
  const response = await fetch(url, { method, headers, ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}) }).catch(() => {
    throw new Told(says('network'), 'network')
  })
  const answer = (await response.json().catch(() => ({}))) as T & Refusal
  if (response.ok) return answer
  // Signed out at the desk: the sign-in page says what to do, and comes back here.
  if (response.status === 401) location.assign('/sign-in?next=/reader')
  const issue = answer.issue?.[0]
  const text = lang === 'ja' ? issue?.details?.text : issue?.diagnostics?.replace(/^[a-z-]+: /, '')
  throw new Told(text ?? says('network'), response.status >= 500 ? 'network' : (issue?.details?.coding?.[0]?.code ?? 'network'))
}

export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

/** Tries left of a card, kept under the digest of its certificate, as the sign-in page keeps them. */
export async function counterOf(certificatePem: string) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(certificatePem)))
  const key = `enishi.card.${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const read = async () => (localStorage.getItem(key) === null ? null : Number(localStorage.getItem(key)))
  return { read, write: async (triesLeft: number) => localStorage.setItem(key, String(triesLeft)) }
}
