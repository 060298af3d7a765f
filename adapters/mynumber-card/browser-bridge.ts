/**
 * A card in a reader on this machine, from inside a browser: asked over the bridge program. Nothing of Node, no document; imported
 * by the reader's script directly. Where the token is kept is the caller's.
 */
import { CardError, type CardErrorCode, cardErrors, type CardPort, ReaderError, type ReaderErrorCode, readerErrors } from './card-port.ts'

/** `base`: where the bridge stands, e.g. http://127.0.0.1:8377; `token`: what pairing gave. */
export type BridgeAddress = { base: string; token: string }
export type Fetch = typeof globalThis.fetch

/** Longer than the bridge waits for a card. */
const TIMEOUT_MS = 60_000

export const BRIDGE_BASE = 'http://127.0.0.1:8377'

/**
 * Enters the code that the bridge shows. @returns the token to keep, good for this page's origin on this machine only
 * @refuses bridge-absent, bridge-code-wrong
 */
export async function pairWithBridge(base: string, code: string, fetch: Fetch = globalThis.fetch): Promise<string> {
  const { token } = await asked({ base, token: '' }, '/pair', { code: code.normalize('NFKC').replace(/\D/g, '') }, fetch)
  if (typeof token !== 'string') throw new ReaderError('bridge-refused')
  return token
}

/** The card as the port sees one; its PIN goes to this machine's own bridge and nowhere else. */
export function browserCardOverBridge(address: BridgeAddress, fetch: Fetch = globalThis.fetch): CardPort {
  return {
    async certificatePem() {
      const { certificatePem } = await asked(address, '/certificate', {}, fetch)
      if (typeof certificatePem !== 'string') throw new ReaderError('bridge-refused')
      return certificatePem
    },
    async sign(pin, challenge) {
      const { signature } = await asked(address, '/sign', { pin, challenge: base64url(challenge) }, fetch)
      if (typeof signature !== 'string') throw new ReaderError('bridge-refused')
      return bytesOf(signature)
    },
  }
}

type Answered = Record<string, unknown>

async function asked({ base, token }: BridgeAddress, path: string, body: object, fetch: Fetch): Promise<Answered> {
  // A PIN must not be sent to another machine because an address was mistyped or planted.
  if (!/^http:\/\/(127\.0\.0\.1|localhost):\d{1,5}$/.test(base)) throw new ReaderError('bridge-refused')
  const headers = { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const sent = { method: 'POST', headers, body: JSON.stringify(body), signal, credentials: 'omit', redirect: 'error' } as const
  const response = await fetch(`${base}${path}`, sent).catch(() => {
    throw new ReaderError('bridge-absent')
  })
  const answer = (await response.json().catch(() => ({}))) as Answered
  if (response.ok) return answer
  const { error, triesLeft } = answer
  if (typeof error === 'string' && Object.hasOwn(cardErrors, error)) throw new CardError(error as CardErrorCode, Number(triesLeft))
  throw new ReaderError(typeof error === 'string' && Object.hasOwn(readerErrors, error) ? (error as ReaderErrorCode) : 'bridge-refused')
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))
}
