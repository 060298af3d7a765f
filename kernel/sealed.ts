/**
 * Secrets that the database keeps and must not be able to tell: AES-256-GCM under keys that stand outside of it. What a secret
 * belongs to is bound to it, so that one row's secret put into another row opens nothing.
 *
 * @spec NIST SP 800-38D
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** `id`: what a sealed text names its key by; `key`: 32 bytes. */
export type SealKey = { id: string; key: Buffer }

export type Sealer = {
  /** Seals under the first key. */
  seal(secret: string, belongsTo: string): string
  /** The secret; null where the text is of no key here, of another owner, or was changed. */
  open(sealed: string, belongsTo: string): string | null
  /** Whether the text is sealed under the key that seals now. */
  isCurrent(text: string): boolean
}

const FORM = /^s1\.([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/
export const isSealed = (text: string): boolean => FORM.test(text)

/** @param keys the first seals; the others open what was sealed before it */
export function sealer(keys: readonly SealKey[]): Sealer {
  const [first] = keys
  if (first === undefined || keys.some(({ key }) => key.length !== 32)) throw new RangeError('a sealer needs keys of 32 bytes')
  return {
    seal(secret, belongsTo) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(belongsTo, 'utf8'))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `s1.${first.id}.${iv.toString('base64url')}.${sealed.toString('base64url')}`
    },
    open(sealed, belongsTo) {
      const [, id, iv = '', text = ''] = FORM.exec(sealed) ?? []
      const key = keys.find((one) => one.id === id)
      if (key === undefined) return null
      const bytes = Buffer.from(text, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key.key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(belongsTo, 'utf8')).setAuthTag(bytes.subarray(-16))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8')
      } catch {
        return null
      }
    },
    isCurrent: (text) => FORM.exec(text)?.[1] === first.id,
  }
}
