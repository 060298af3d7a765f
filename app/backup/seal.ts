import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { Transform } from 'node:stream'

/**
 * Sealed files: AES-256-GCM in chunks of 64 KiB, each under a key of the file's own (HKDF of the generation's key, salted with the
 * generation, for the file's name). A chunk's nonce is its number and whether it is the last, so that a chunk changed, moved, left out
 * or cut off at the end is found, and a file put in another's place too. On disk a chunk is its text followed by the tag of 16 bytes.
 */
export const CHUNK = 64 * 1024
const TAG = 16

/** The bytes do not belong to this key, or were changed. */
export class NotAuthentic extends Error {}

const derived = (key: Buffer, generation: string, use: string): Buffer => Buffer.from(hkdfSync('sha256', key, generation, use, 32))

function nonce(n: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeBigUInt64BE(BigInt(n), 0)
  bytes[11] = isLast ? 1 : 0
  return bytes
}

export type SealOf = { key: Buffer; generation: string; file: string }

/** Cuts a stream into pieces of `size`; the last (1 to `size` bytes, or none at all for an empty stream) is marked. */
function inPieces(size: number, each: (piece: Buffer, n: number, isLast: boolean) => Buffer): Transform {
  let held: Buffer[] = []
  let heldBytes = 0
  let n = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        held.push(chunk)
        heldBytes += chunk.length
        if (heldBytes > size) {
          let all = Buffer.concat(held)
          // One piece always stays behind, because the last is told apart by its nonce.
          while (all.length > size) {
            this.push(each(all.subarray(0, size), n++, false))
            all = all.subarray(size)
          }
          held = [all]
          heldBytes = all.length
        }
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
    flush(done) {
      try {
        done(null, each(Buffer.concat(held), n, true))
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}

export function sealing({ key, generation, file }: SealOf): Transform {
  const own = derived(key, generation, `file ${file}`)
  return inPieces(CHUNK, (piece, n, isLast) => {
    const cipher = createCipheriv('aes-256-gcm', own, nonce(n, isLast))
    return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
  })
}

/** The way back. The stream fails with NotAuthentic at the first chunk that is not what was sealed. */
export function unsealing({ key, generation, file }: SealOf): Transform {
  const own = derived(key, generation, `file ${file}`)
  return inPieces(CHUNK + TAG, (piece, n, isLast) => {
    if (piece.length < TAG) throw new NotAuthentic(file)
    const decipher = createDecipheriv('aes-256-gcm', own, nonce(n, isLast), { authTagLength: TAG })
    decipher.setAuthTag(piece.subarray(piece.length - TAG))
    try {
      return Buffer.concat([decipher.update(piece.subarray(0, piece.length - TAG)), decipher.final()])
    } catch {
      throw new NotAuthentic(file)
    }
  })
}

/** Names a key without giving it away: 16 hexadecimal digits. */
export const keyIdOf = (key: Buffer): string => derived(key, '', 'key id').subarray(0, 8).toString('hex')

/** Seal of the manifest: HMAC-SHA256, hexadecimal. */
export const manifestSeal = (key: Buffer, generation: string, manifest: string): string =>
  createHmac('sha256', derived(key, generation, 'manifest'))
    .update(manifest)
    .digest('hex')

export function sameSeal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
