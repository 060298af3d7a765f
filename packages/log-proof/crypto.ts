/** The few primitives that proofs rest on, all of them computed in memory. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'

/** A public key that signs logs (Ed25519). */
export type LogKey = KeyObject

export function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The public key of a PEM, or null where it is none of the kind that signs logs. */
export function readLogKey(pem: string): LogKey | null {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : null
  } catch {
    return null
  }
}

/** The public keys in a text of PEM blocks, or null where there is none or one is of another kind. */
export function readLogKeys(text: string): LogKey[] | null {
  const pems = text.match(/-----BEGIN PUBLIC KEY-----[^-]{1,1000}-----END PUBLIC KEY-----/g) ?? []
  const keys = pems.map(readLogKey).filter((key) => key !== null)
  return keys.length > 0 && keys.length === pems.length ? keys : null
}

/** Short name of a key: the first 16 hexadecimal digits of the SHA-256 over its SPKI. */
export const keyIdOf = (key: LogKey): string =>
  sha256(key.export({ type: 'spki', format: 'der' }))
    .toString('hex')
    .slice(0, 16)

export const isSignature = (key: LogKey, message: Buffer, signature: Buffer): boolean => verify(null, message, key, signature)
