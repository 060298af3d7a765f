import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { fingerprintOf, MAGIC, type Manifest, manifestLength, openChunk, openManifest, readLength, refuseExtract } from './format.ts'
import { type AboutLine, type PersonLine, readAbout, readPerson } from './person-line.ts'
import { type Secret, unlock } from './recipients.ts'

const decompressed = promisify(zstdDecompress)
const SIGNATURE = 64
/** A laptop's clock may be this far behind the platform's. */
const CLOCK_SLACK_MS = 10 * 60_000

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, at)
  return bytesRead === length ? buffer : refuseExtract('changed')
}

/** What a file says of itself, once its signature holds. @throws ExtractRefused */
export async function readManifest(path: string): Promise<Manifest> {
  const handle = await open(path, 'r').catch(() => refuseExtract('unreadable'))
  try {
    const { size } = await handle.stat()
    if (size < MAGIC.length + 8 + SIGNATURE || !(await bytesAt(handle, 0, MAGIC.length)).equals(MAGIC)) refuseExtract('not-an-extract')
    const length = manifestLength(await bytesAt(handle, size - 8, 8))
    const from = size - 8 - SIGNATURE - length
    if (from < MAGIC.length) refuseExtract('not-an-extract')
    const manifest = openManifest(await bytesAt(handle, from, length), await bytesAt(handle, from + length, SIGNATURE))
    return manifest.bytes === from - MAGIC.length ? manifest : refuseExtract('changed')
  } finally {
    await handle.close()
  }
}

/** @throws ExtractRefused `expired`, or `clock` where the clock stands before the file was made: one set back would never let it end */
export function mustBeInTime(m: Pick<Manifest, 'madeAt' | 'expiresAt'>, now: Date, lastSeen: Date = new Date(m.madeAt)): void {
  const latest = Math.max(lastSeen.getTime(), new Date(m.madeAt).getTime())
  if (now.getTime() < latest - CLOCK_SLACK_MS) refuseExtract('clock')
  if (now.getTime() >= new Date(m.expiresAt).getTime()) refuseExtract('expired')
}

/** @param signer fingerprint that somebody was told, spaces or not */
export function mustBeSignedBy(m: Pick<Manifest, 'signerPem'>, signer: string): void {
  const plain = (text: string) => text.toLowerCase().replace(/[^0-9a-f]/g, '')
  if (plain(signer) !== plain(fingerprintOf(m.signerPem))) refuseExtract('other-signer')
}

/** Where a person's line stands. */
export type Address = { at: number; length: number; n: number; line: number }
export type OpenExtract = {
  manifest: Manifest
  about: AboutLine
  /** Every person once, in the order of the file. */
  people(each: (line: PersonLine, address: Address) => void): Promise<void>
  person(address: Address): Promise<PersonLine>
  close(): Promise<void>
}

/**
 * Opens an extract: signature, time, secret, then every chunk as it is read.
 * @throws ExtractRefused
 */
export async function openExtract(
  path: string,
  about: { secret: Secret; now: Date; lastSeen?: Date; signer?: string },
): Promise<OpenExtract> {
  const manifest = await readManifest(path)
  if (about.signer !== undefined) mustBeSignedBy(manifest, about.signer)
  mustBeInTime(manifest, about.now, about.lastSeen)
  const key = unlock(manifest, about.secret)
  const handle = await open(path, 'r')
  const chunk = async ({ at, length, n }: Omit<Address, 'line'>): Promise<{ lines: string[]; raw: Buffer }> => {
    const raw = await bytesAt(handle, at, length)
    const plain = await decompressed(openChunk({ key, id: manifest.id, n, isLast: n === manifest.chunks - 1 }, raw))
    return { lines: plain.toString('utf8').split('\n').slice(0, -1), raw }
  }
  async function* chunks() {
    const hash = createHash('sha256')
    let at = MAGIC.length
    for (let n = 0; n < manifest.chunks; n++) {
      const header = await bytesAt(handle, at, 4)
      const place = { at: at + 4, length: readLength(header), n }
      const { lines, raw } = await chunk(place)
      hash.update(header).update(raw)
      yield { lines, place }
      at = place.at + place.length
    }
    if (at - MAGIC.length !== manifest.bytes || hash.digest('hex') !== manifest.sha256) refuseExtract('changed')
  }
  const aboutLine = await firstLine(chunks()).catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  return {
    manifest,
    about: aboutLine,
    async people(each) {
      let count = 0
      for await (const { lines, place } of chunks())
        for (const [line, text] of lines.entries()) {
          if (place.n === 0 && line === 0) continue
          each(readPerson(text), { ...place, line })
          count++
        }
      if (count !== manifest.people) refuseExtract('changed')
    },
    person: async (address) => readPerson((await chunk(address)).lines[address.line] ?? ''),
    close: () => handle.close(),
  }
}

async function firstLine(chunks: AsyncGenerator<{ lines: string[] }>): Promise<AboutLine> {
  const first = await chunks.next()
  return first.done ? refuseExtract('changed') : readAbout(first.value.lines[0] ?? '')
}
