/** Keys in memory, each with its PIN and its lock. For the demo, the tour and the tests. */
import { constants, createHash, createPrivateKey, type KeyObject, sign, timingSafeEqual } from 'node:crypto'
import { refuse } from '#kernel/refusal'
import type { SignatureAlgorithm, Signed, Signer } from '#kernel/signing'

export type SoftwareKey = { certificateChain: readonly string[]; privateKeyPem: string; pin: string; algorithm?: SignatureAlgorithm }

/** Wrong PINs in a row before a key locks itself. */
export const SIGNING_PIN_TRIES = 3

type Held = SoftwareKey & { key: KeyObject; triesLeft: number }

/** `keys` by their `keyRef`. */
export function softwareSigner(keys: Readonly<Record<string, SoftwareKey>>): Signer {
  const held = new Map(
    Object.entries(keys).map(([ref, key]): [string, Held] => [
      ref,
      { ...key, key: createPrivateKey(key.privateKeyPem), triesLeft: SIGNING_PIN_TRIES },
    ]),
  )
  const find = (keyRef: string): Held => held.get(keyRef) ?? refuse('signing-key-missing')
  return {
    holdMinutes: 0,
    certificateChain: async (keyRef) => find(keyRef).certificateChain,
    algorithm: async (keyRef) => algorithmOf(find(keyRef)),
    async sign({ data, keyRef, pin }): Promise<Signed> {
      const own = find(keyRef)
      if (own.triesLeft === 0) refuse('signing-pin-locked')
      // Counted before it is compared, so that tries under way together cannot share one count.
      own.triesLeft--
      if (!same(pin, own.pin)) refuse(own.triesLeft === 0 ? 'signing-pin-locked' : 'signing-pin-wrong')
      own.triesLeft = SIGNING_PIN_TRIES
      const algorithm = algorithmOf(own)
      return { signature: Uint8Array.from(signBy(algorithm, own.key, data)), algorithm, certificateChain: own.certificateChain }
    },
  }
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function algorithmOf({ algorithm, key }: Held): SignatureAlgorithm {
  if (algorithm !== undefined) return algorithm
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256'
}

/** Signs by a name of RFC 7518; the tests make wrong combinations with it. */
export function signBy(algorithm: SignatureAlgorithm, key: KeyObject, data: Uint8Array): Buffer {
  switch (algorithm) {
    case 'RS256':
      return sign('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING })
    case 'PS256':
      return sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
    case 'ES256':
      return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
    case 'ES384':
      return sign('sha384', data, { key, dsaEncoding: 'ieee-p1363' })
  }
}
