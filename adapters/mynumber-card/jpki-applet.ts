/**
 * The card's own application for the public individual authentication service (JPKI AP), spoken to by APDU.
 *
 * Names of files and commands are those that public open-source tools use (OpenSC, and what people published who read their
 * own cards); the specification itself is not public (要確認: 公的個人認証サービス 利用者クライアントソフト API仕様書, J-LIS).
 * Only the user-authentication half is touched: no name, no address, no My Number, and not the signing certificate.
 */
import { createHash } from 'node:crypto'
import { pemOf } from '#packages/x509'
import { type Answer, type CardAccess, type CardChannel, exchange, meaningOf } from './apdu.ts'
import { CardError, type CardPort, PIN_TRIES, ReaderError } from './card-port.ts'

export const JPKI = {
  aid: Buffer.from('d392f000260100000001', 'hex'),
  /** files of the user-authentication certificate (利用者証明用電子証明書) */
  certificate: 0x000a,
  key: 0x0017,
  pin: 0x0018,
} as const

/** DigestInfo of SHA-256 before the digest itself. @spec RFC 8017, 9.2, note 1 */
export const SHA256_PREFIX = Buffer.from('3031300d060960864801650304020105000420', 'hex')

const MAX_CERTIFICATE_BYTES = 8 * 1024
const CHUNK = 256

/** A card behind `access` as the port sees one. Commands of two callers never mix: one waits for the other. */
export function apduCard(access: CardAccess): CardPort {
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<T>(use: (channel: CardChannel) => Promise<T>): Promise<T> {
    const turn = last.then(() => access.exclusively(use))
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    certificatePem: () =>
      inTurn(async (channel) => {
        await selectApplication(channel)
        return pemOf(await readCertificate(channel))
      }),
    sign: (pin, challenge) =>
      inTurn(async (channel) => {
        await selectApplication(channel)
        await verifyPin(channel, pin)
        return signDigest(channel, createHash('sha256').update(challenge).digest())
      }),
  }
}

async function selectApplication(channel: CardChannel): Promise<void> {
  const { sw } = await exchange(channel, { cla: 0, ins: 0xa4, p1: 0x04, p2: 0x0c, data: JPKI.aid })
  if (meaningOf(sw).kind !== 'done') throw new ReaderError(meaningOf(sw).kind === 'not-found' ? 'card-other' : 'card-unreadable')
}

async function selectFile(channel: CardChannel, file: number): Promise<void> {
  const { sw } = await exchange(channel, { cla: 0, ins: 0xa4, p1: 0x02, p2: 0x0c, data: Buffer.from([file >> 8, file & 0xff]) })
  if (meaningOf(sw).kind !== 'done') throw new ReaderError('card-unreadable')
}

/** Reads exactly as many bytes as the certificate says it has; the file behind it is longer and padded. */
async function readCertificate(channel: CardChannel): Promise<Buffer> {
  await selectFile(channel, JPKI.certificate)
  const head = await readAt(channel, 0, 4)
  const wanted = head[0] === 0x30 && head[1] === 0x82 ? head.readUInt16BE(2) + 4 : 0
  if (wanted === 0 || wanted > MAX_CERTIFICATE_BYTES) throw new ReaderError('card-unreadable')
  const parts: Buffer[] = [head]
  for (let have = head.length; have < wanted; ) {
    const part = await readAt(channel, have, Math.min(CHUNK, wanted - have))
    parts.push(part)
    have += part.length
  }
  return Buffer.concat(parts)
}

/** READ BINARY; at least one byte, at most `length`. */
async function readAt(channel: CardChannel, offset: number, length: number): Promise<Buffer> {
  const { data, sw } = await exchange(channel, { cla: 0, ins: 0xb0, p1: offset >> 8, p2: offset & 0xff, le: length })
  if (meaningOf(sw).kind !== 'done' || data.length === 0 || data.length > length) throw new ReaderError('card-unreadable')
  if (offset === 0 && data.length < length) throw new ReaderError('card-unreadable')
  return data
}

/**
 * VERIFY. The card is asked first how many tries are left, which costs none: a locked card is told apart before a PIN is sent,
 * and a PIN that cannot be one (not four digits) is not sent at all.
 */
async function verifyPin(channel: CardChannel, pin: string): Promise<void> {
  await selectFile(channel, JPKI.pin)
  const before = triesIn(await exchange(channel, { cla: 0, ins: 0x20, p1: 0, p2: 0x80 })) ?? PIN_TRIES
  if (before === 0) throw new CardError('card-locked', 0)
  if (!/^[0-9]{4}$/.test(pin)) throw new CardError('card-pin-wrong', before)
  const data = Buffer.from(pin, 'latin1')
  const answer = await exchange(channel, { cla: 0, ins: 0x20, p1: 0, p2: 0x80, data }).finally(() => data.fill(0))
  if (meaningOf(answer.sw).kind === 'done') return
  const tries = triesIn(answer)
  if (tries === null) throw new ReaderError('card-unreadable')
  throw new CardError(tries === 0 ? 'card-locked' : 'card-pin-wrong', tries)
}

function triesIn({ sw }: Answer): number | null {
  const meaning = meaningOf(sw)
  return meaning.kind === 'tries-left' ? Math.min(meaning.tries, 15) : meaning.kind === 'locked' ? 0 : null
}

/** COMPUTE DIGITAL SIGNATURE: the card pads (PKCS #1, type 1) what it is given, so it is given the DigestInfo. */
async function signDigest(channel: CardChannel, digest: Buffer): Promise<Uint8Array<ArrayBuffer>> {
  await selectFile(channel, JPKI.key)
  const data = Buffer.concat([SHA256_PREFIX, digest])
  const { data: signature, sw } = await exchange(channel, { cla: 0x80, ins: 0x2a, p1: 0, p2: 0x80, data, le: 256 })
  if (meaningOf(sw).kind !== 'done' || signature.length < 256 || signature.length > 512) throw new ReaderError('card-unreadable')
  return Uint8Array.from(signature)
}
