/**
 * The software card inside a browser: WebCrypto only, no document, nothing of Node. Imported by the reader's and the
 * sign-in page's script directly. Where the count of wrong PINs is kept is the caller's.
 */
import { CardError, type CardPort, PIN_TRIES } from './card-port.ts'

export type CounterStore = {
  /** tries left, or null where the card is new */
  read(): Promise<number | null>
  write(triesLeft: number): Promise<void>
}

export type BrowserCardContent = { certificatePem: string; privateKeyPem: string; pin: string }

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

export function browserCard({ certificatePem, privateKeyPem, pin }: BrowserCardContent, counter: CounterStore): CardPort {
  let key: Promise<CryptoKey> | null = null
  let last: Promise<unknown> = Promise.resolve()

  async function signOnce(entered: string, challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const before = Math.min((await counter.read()) ?? PIN_TRIES, PIN_TRIES)
    if (!(before > 0)) throw new CardError('card-locked', 0)
    const triesLeft = before - 1
    // Stored before it is compared: closing the page in between does not give the try back.
    await counter.write(triesLeft)
    if (!(await samePin(entered, pin))) throw new CardError(triesLeft === 0 ? 'card-locked' : 'card-pin-wrong', triesLeft)
    await counter.write(PIN_TRIES)
    key ??= crypto.subtle.importKey('pkcs8', bytesOfPem(privateKeyPem), algorithm, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign(algorithm, await key, Uint8Array.from(challenge)))
  }

  return {
    certificatePem: async () => certificatePem,
    sign(entered, challenge) {
      // One after another: two tries together must not read the same count.
      const turn = last.then(() => signOnce(entered, challenge))
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

async function samePin(a: string, b: string): Promise<boolean> {
  const digest = async (text: string) => new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const [x, y] = await Promise.all([digest(a), digest(b)])
  return x.reduce((difference, byte, i) => difference | (byte ^ y[i]!), 0) === 0
}

function bytesOfPem(pem: string): Uint8Array<ArrayBuffer> {
  const base64 = pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
