/** Who can open a file: its key wrapped for a passphrase (scrypt) or for a key pair (X25519). */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scrypt,
  scryptSync,
} from 'node:crypto'
import { FORMAT, type Manifest, type Recipient, refuseExtract } from './format.ts'

/** Work of scrypt: 128 MiB of memory for each guess. */
export const SCRYPT_COST = 2 ** 17
/** A shorter passphrase is guessed. */
export const LEAST_PASSPHRASE = 16

export type Invited =
  | { by: 'passphrase'; name: string; passphrase: string; cost?: number }
  | { by: 'x25519'; name: string; publicKey: KeyObject }
export type Secret = { passphrase: string } | { privateKey: KeyObject }

const text = (bytes: Buffer) => bytes.toString('base64url')
const bytes = (written: string) => Buffer.from(written, 'base64url')

/** Spaces around what was typed or written on paper are none of the passphrase. */
export const plainPassphrase = (typed: string): string => typed.normalize('NFKC').trim()

/** What the wrapped key is bound to, so that neither its end nor its owner can be exchanged. */
type Bound = { id: string; expiresAt: string }
const aad = ({ id, expiresAt }: Bound, name: string) => Buffer.from(`${FORMAT} ${id} ${expiresAt} ${name}`)

function wrap(key: Buffer, under: Buffer, about: Buffer): { nonce: string; wrapped: string } {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', under, nonce).setAAD(about)
  return { nonce: text(nonce), wrapped: text(Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()])) }
}

function unwrap(r: Recipient, under: Buffer, about: Buffer): Buffer | null {
  const sealed = bytes(r.wrapped)
  if (sealed.length !== 48) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', under, bytes(r.nonce), { authTagLength: 16 }).setAAD(about)
    decipher.setAuthTag(sealed.subarray(32))
    return Buffer.concat([decipher.update(sealed.subarray(0, 32)), decipher.final()])
  } catch {
    return null
  }
}

const stretched = (passphrase: string, salt: Buffer, cost: number) =>
  scryptSync(plainPassphrase(passphrase), salt, 32, { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 })

const raw = (key: KeyObject): string => key.export({ format: 'jwk' }).x as string
const publicOf = (x: string): KeyObject => createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
const agreed = (privateKey: KeyObject, publicKey: KeyObject, about: string) =>
  Buffer.from(hkdfSync('sha256', diffieHellman({ privateKey, publicKey }), about, `${FORMAT} wrap`, 32))

const stretchedApart = (passphrase: string, salt: Buffer, cost: number) =>
  new Promise<Buffer>((done, fail) =>
    scrypt(plainPassphrase(passphrase), salt, 32, { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 }, (error, key) =>
      error ? fail(error) : done(key),
    ),
  )

/** Wraps the file's key for everybody, one after another: each takes 128 MiB for a moment. */
export async function inviteAll(key: Buffer, bound: Bound, invited: readonly Invited[]): Promise<Recipient[]> {
  const made: Recipient[] = []
  for (const one of invited) made.push(await invite(key, bound, one))
  return made
}

async function invite(key: Buffer, bound: Bound, one: Invited): Promise<Recipient> {
  if (one.by === 'passphrase') {
    const [salt, cost] = [randomBytes(16), one.cost ?? SCRYPT_COST]
    const under = await stretchedApart(one.passphrase, salt, cost)
    return { by: 'passphrase', name: one.name, salt: text(salt), cost, ...wrap(key, under, aad(bound, one.name)) }
  }
  const ephemeral = generateKeyPairSync('x25519')
  const [publicKey, mine] = [raw(one.publicKey), raw(ephemeral.publicKey)]
  const under = agreed(ephemeral.privateKey, one.publicKey, mine + publicKey)
  return { by: 'x25519', name: one.name, publicKey, ephemeral: mine, ...wrap(key, under, aad(bound, one.name)) }
}

/** The file's key. @throws ExtractRefused `wrong-secret` where the secret opens it for nobody */
export function unlock(m: Pick<Manifest, 'id' | 'expiresAt' | 'recipients'>, secret: Secret): Buffer {
  for (const r of m.recipients) {
    const found =
      'passphrase' in secret
        ? r.by === 'passphrase'
          ? unwrap(r, stretched(secret.passphrase, bytes(r.salt), r.cost), aad(m, r.name))
          : null
        : r.by === 'x25519' && raw(createPublicKey(secret.privateKey)) === r.publicKey
          ? unwrap(r, agreed(secret.privateKey, publicOf(r.ephemeral), r.ephemeral + r.publicKey), aad(m, r.name))
          : null
    if (found !== null) return found
  }
  return refuseExtract('wrong-secret')
}

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'
/** A passphrase that nobody chose: six groups of four, about 118 bits. */
export function newPassphrase(): string {
  const letter = (): string => {
    const byte = randomBytes(1)[0]!
    // Only whole turns of the alphabet, so that every letter is as likely.
    return byte < 248 ? LETTERS[byte % LETTERS.length]! : letter()
  }
  return Array.from({ length: 6 }, () => Array.from({ length: 4 }, letter).join('')).join('-')
}

/** @throws ExtractRefused `unreadable` for anything but an X25519 key */
export function readPrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'x25519' ? key : refuseExtract('unreadable')
  } catch {
    return refuseExtract('unreadable')
  }
}
export function readPublicKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'x25519' ? key : refuseExtract('unreadable')
  } catch {
    return refuseExtract('unreadable')
  }
}
