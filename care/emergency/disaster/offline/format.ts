/**
 * The file that goes on a laptop: chunks under a key of the file's own, then a manifest that says what it is, for whom and until when, then
 * the platform's signature over it. Pure.
 *
 *   magic | chunk | chunk | … | manifest (JSON) | signature (64 bytes) | length of the manifest (4 bytes) | end mark
 *   chunk = length (4 bytes) | nonce (12 bytes) | AES-256-GCM text | tag (16 bytes); bound to its number and whether it is the last. The nonce
 *   is drawn, so that a chunk which is written anew after a stop shares none with the one before.
 */
import { createCipheriv, createDecipheriv, createHash, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { z } from 'zod'

export const FORMAT = 'enishi-disaster-extract-2'
export const MAGIC = Buffer.from(`${FORMAT}\n`)
export const END = Buffer.from('END1')
const TAG = 16
const NONCE = 12
/** A manifest longer than this is none of ours. */
const MOST_MANIFEST = 4 * 1024 * 1024
/** Plain bytes of a chunk, about. */
export const CHUNK = 256 * 1024
const MOST_CHUNK = 64 * 1024 * 1024

const base64 = z.string().regex(/^[A-Za-z0-9_-]+$/)
export const recipient = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('passphrase'),
    name: z.string(),
    salt: base64,
    cost: z
      .number()
      .int()
      .min(2)
      .max(2 ** 20),
    nonce: base64,
    wrapped: base64,
  }),
  z.object({ by: z.literal('x25519'), name: z.string(), publicKey: base64, ephemeral: base64, nonce: base64, wrapped: base64 }),
])
export type Recipient = z.infer<typeof recipient>

const manifest = z.object({
  format: z.literal(FORMAT),
  id: z.string(),
  disasterId: z.string(),
  disasterName: z.string(),
  law: z.string(),
  areas: z.array(z.string()),
  madeAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  people: z.number().int(),
  chunks: z.number().int(),
  /** Bytes of the chunks, and their SHA-256, hexadecimal. */
  bytes: z.number().int(),
  sha256: z.string(),
  recipients: z.array(recipient).min(1),
  /** Public key that signed this, and the one that signs the laptop's log. */
  signerPem: z.string(),
  logKeyPem: z.string(),
})
export type Manifest = z.infer<typeof manifest>

/** Why a file cannot be opened; each is a sentence in `problems.ts`. */
export type ExtractProblem =
  | 'not-an-extract'
  | 'changed'
  | 'not-signed'
  | 'other-signer'
  | 'expired'
  | 'clock'
  | 'wrong-secret'
  | 'unreadable'
export class ExtractRefused extends Error {
  readonly problem: ExtractProblem
  constructor(problem: ExtractProblem) {
    super(problem)
    this.problem = problem
  }
}
export const refuseExtract = (problem: ExtractProblem): never => {
  throw new ExtractRefused(problem)
}

type Place = { key: Buffer; id: string; n: number; isLast: boolean }

const bound = ({ id, n, isLast }: Place) => Buffer.from(`${FORMAT} ${id} ${n} ${isLast ? 'last' : 'more'}`)

/** A chunk as it stands in the file, its length in front. */
export function sealChunk(place: Place, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', place.key, nonce).setAAD(bound(place))
  const text = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}

/** @throws ExtractRefused `changed` where one bit differs */
export function openChunk(place: Place, text: Buffer): Buffer {
  if (text.length < NONCE + TAG) refuseExtract('changed')
  const decipher = createDecipheriv('aes-256-gcm', place.key, text.subarray(0, NONCE), { authTagLength: TAG }).setAAD(bound(place))
  decipher.setAuthTag(text.subarray(text.length - TAG))
  try {
    return Buffer.concat([decipher.update(text.subarray(NONCE, text.length - TAG)), decipher.final()])
  } catch {
    return refuseExtract('changed')
  }
}

export const readLength = (bytes: Buffer): number => {
  const length = bytes.length === 4 ? bytes.readUInt32BE() : 0
  return length >= NONCE + TAG && length <= MOST_CHUNK ? length : refuseExtract('changed')
}

const signed = (text: Buffer) => Buffer.concat([MAGIC, text])

/** What stands behind the chunks. */
export function sealManifest(m: Manifest, signer: KeyObject): Buffer {
  const text = Buffer.from(JSON.stringify(m))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([text, sign(null, signed(text), signer), length, END])
}

/** How long manifest and signature are, by the last eight bytes of the file. */
export function manifestLength(tail: Buffer): number {
  if (tail.length !== 8 || !tail.subarray(4).equals(END)) refuseExtract('not-an-extract')
  const length = tail.readUInt32BE(0)
  return length <= MOST_MANIFEST ? length : refuseExtract('not-an-extract')
}

/** @throws ExtractRefused where it is none, or was not signed by the key it names */
export function openManifest(text: Buffer, signature: Buffer): Manifest {
  const read = manifest.safeParse(jsonOf(text))
  if (!read.success) return refuseExtract('changed')
  const fine = (() => {
    try {
      return verify(null, signed(text), createPublicKey(read.data.signerPem), signature)
    } catch {
      return false
    }
  })()
  return fine ? read.data : refuseExtract('not-signed')
}

function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'))
  } catch {
    return null
  }
}

/** A public key as people read it to each other: eight groups of four. */
export function fingerprintOf(pem: string): string {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  return (createHash('sha256').update(der).digest('hex').slice(0, 32).match(/.{4}/g) ?? []).join(' ')
}
