/** A card made of software: certificate, key, PIN and its lock in memory. For the demo, the tour and the tests. */
import { constants, createHash, createPrivateKey, sign, timingSafeEqual } from 'node:crypto'
import { CardError, type CardPort, PIN_TRIES } from './card-port.ts'

export type SoftwareCardContent = { certificatePem: string; privateKeyPem: string; pin: string }

export function softwareCard({ certificatePem, privateKeyPem, pin }: SoftwareCardContent): CardPort {
  const key = createPrivateKey(privateKeyPem)
  let triesLeft = PIN_TRIES
  return {
    certificatePem: async () => certificatePem,
    async sign(entered, challenge) {
      if (triesLeft === 0) throw new CardError('card-locked', 0)
      // Counted before it is compared, as a chip does, so that tries under way together cannot share one count.
      triesLeft--
      if (!samePin(entered, pin)) throw new CardError(triesLeft === 0 ? 'card-locked' : 'card-pin-wrong', triesLeft)
      triesLeft = PIN_TRIES
      return Uint8Array.from(sign('sha256', challenge, { key, padding: constants.RSA_PKCS1_PADDING }))
    },
  }
}

/** Compares digests, so that neither length nor the first differing digit shows in the time it takes. */
function samePin(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
