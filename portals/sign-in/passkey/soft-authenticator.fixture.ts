/** An authenticator in software: makes passkeys and answers challenges as a browser hands them on, for tests of the rows. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const HAS_KEY = 0x40

type Change = {
  origin?: string
  rpId?: string
  flags?: number
  type?: string
  counter?: number
  userHandle?: string
  crossOrigin?: boolean
}
export type SoftPasskey = ReturnType<typeof softPasskey>

/** @param counts whether it counts its signatures, as a key of hardware does */
export function softPasskey({ origin, rpId, counts = true }: { origin: string; rpId: string; counts?: boolean }) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return authenticator({ id: randomBytes(16), publicKey, privateKey, origin, rpId, counts, counter: 0, userHandle: '' })
}

/** @spec RFC 9053 section 7.1: ES256 over P-256 */
function coseOf(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' })
  const cose = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, new Uint8Array(Buffer.from(x ?? '', 'base64url'))],
    [-3, new Uint8Array(Buffer.from(y ?? '', 'base64url'))],
  ])
  return Buffer.from(isoCBOR.encode(cose))
}

type Kept = {
  id: Buffer
  publicKey: KeyObject
  privateKey: KeyObject
  origin: string
  rpId: string
  counts: boolean
  counter: number
  userHandle: string
}

function authenticator(kept: Kept) {
  let { counter, userHandle } = kept
  const id = kept.id.toString('base64url')
  const clientData = (type: string, challenge: string, change: Change) =>
    Buffer.from(
      JSON.stringify({
        type: change.type ?? type,
        challenge,
        origin: change.origin ?? kept.origin,
        ...(change.crossOrigin ? { crossOrigin: true } : { crossOrigin: false }),
      }),
    )
  const data = (flags: number, change: Change, rest: Buffer = Buffer.alloc(0)) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(change.counter ?? counter)
    return Buffer.concat([sha256(change.rpId ?? kept.rpId), Buffer.from([change.flags ?? flags]), count, rest])
  }
  const text = (bytes: Buffer) => bytes.toString('base64url')

  return {
    id,
    /** The public key as a platform keeps it. */
    cose: coseOf(kept.publicKey),
    /** The same key again, as somebody who copied it has it. */
    copy: () => authenticator({ ...kept, counter, userHandle }),
    make({ challenge, user }: { challenge: string; user: { id: string } }, change: Change = {}) {
      userHandle = user.id
      const length = Buffer.alloc(2)
      length.writeUInt16BE(kept.id.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, kept.id, coseOf(kept.publicKey)])
      const authData = data(USER_PRESENT | USER_VERIFIED | HAS_KEY, change, attested)
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ])
      const attestationObject = Buffer.from(isoCBOR.encode(attestation as unknown as Parameters<typeof isoCBOR.encode>[0]))
      const response = {
        clientDataJSON: text(clientData('webauthn.create', challenge, change)),
        attestationObject: text(attestationObject),
      }
      return { id, rawId: id, type: 'public-key', response: { ...response, transports: ['internal'] } }
    },
    answer({ challenge }: { challenge: string }, change: Change = {}) {
      if (kept.counts && change.counter === undefined) counter++
      const clientDataJSON = clientData('webauthn.get', challenge, change)
      const authenticatorData = data(USER_PRESENT | USER_VERIFIED, change)
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), kept.privateKey)
      return {
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: text(clientDataJSON),
          authenticatorData: text(authenticatorData),
          signature: text(signature),
          userHandle: (change.userHandle ?? userHandle) || null,
        },
      }
    },
  }
}
