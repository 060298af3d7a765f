/** Which pages may use the bridge: one enters a code shown on the same machine, once, and gets a token bound to its origin. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

const CODE_DIGITS = 8
const CODE_MS = 10 * 60_000
const WRONG_CODES = 5
const MOST_PAGES = 8

/** Digest of a token (SHA-256, hexadecimal) and the origin it is good for; the token itself is kept by the page alone. */
export type PairedPage = { digest: string; origin: string }
/** Where pairings outlive a restart; absent, each start pairs anew. */
export type PairedStore = { read(): Promise<readonly PairedPage[]>; write(pages: readonly PairedPage[]): Promise<void> }

export type Pairing = {
  /** A new code, eight digits; the one before ends. Good once, ten minutes, and for five wrong tries. */
  newCode(): string
  /** The page's token, or null where the code is wrong, spent or expired. */
  pair(code: unknown, origin: string): Promise<string | null>
  paired(token: string, origin: string): boolean
}

export async function pairing(now: () => number, store?: PairedStore): Promise<Pairing> {
  let current: { digest: Buffer; until: number; triesLeft: number } | null = null
  let pages: readonly PairedPage[] = ((await store?.read()) ?? []).slice(-MOST_PAGES)
  return {
    newCode() {
      const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0')
      current = { digest: digestOf(code), until: now() + CODE_MS, triesLeft: WRONG_CODES }
      return code
    },
    async pair(code, origin) {
      if (typeof code !== 'string' || current === null || now() >= current.until || current.triesLeft === 0) return null
      // Counted before it is compared: many tries at once share one count.
      current.triesLeft--
      if (!timingSafeEqual(digestOf(code), current.digest)) return null
      current = null
      const token = randomBytes(32).toString('base64url')
      pages = [...pages, { digest: digestOf(token).toString('hex'), origin }].slice(-MOST_PAGES)
      await store?.write(pages)
      return token
    },
    paired(token, origin) {
      const digest = digestOf(token)
      return pages.some((page) => page.origin === origin && timingSafeEqual(Buffer.from(page.digest, 'hex'), digest))
    },
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
