/** A file on its way to being an extract: chunk by chunk, so that a stop costs no more than the last of them. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import { CHUNK, FORMAT, MAGIC, type Manifest, sealChunk, sealManifest } from './format.ts'
import type { PersonLine } from './person-line.ts'

const compressed = promisify(zstdCompress)

/** How far a file is written; it is on the disk so far. */
export type Reached = { path: string; bytes: number; chunks: number; people: number }
/** What a file says of itself beside what was written into it. */
export type Heading = Omit<Manifest, 'format' | 'people' | 'chunks' | 'bytes' | 'sha256' | 'signerPem'>
/** The manifest, and what is there to compare a copy of the file by. */
export type WholeFile = Manifest & { fileBytes: number; fileSha256: string }

/**
 * Begins a file, or goes on with one that was left: what it had reached is copied, because whoever left it may wake up and write on.
 * @throws ENOENT where the file to go on with is gone
 */
export async function openDraft(about: { path: string; id: string; key: Buffer; from?: Reached }) {
  const { path, id, key, from } = about
  const handle = await open(path, 'w', 0o600)
  const [chunkHash, fileHash] = [createHash('sha256'), createHash('sha256')]
  let [bytes, chunks, people, size] = [0, 0, 0, 0]
  let held: string[] = []
  const write = async (piece: Buffer, isChunk: boolean) => {
    if (isChunk) chunkHash.update(piece)
    fileHash.update(piece)
    if (isChunk) bytes += piece.length
    await handle.writeFile(piece)
  }
  const put = async (isLast: boolean) => {
    const plain = await compressed(Buffer.from(held.map((line) => `${line}\n`).join('')))
    await write(sealChunk({ key, id, n: chunks++, isLast }, plain), true)
    ;[held, size] = [[], 0]
  }
  const add = async (line: string) => {
    if (size > 0 && size + line.length > CHUNK) await put(false)
    held.push(line)
    size += line.length
  }
  const drop = async () => {
    await handle.close().catch(() => undefined)
    await rm(path, { force: true })
  }
  const reached = (): Reached => ({ path, bytes, chunks, people })
  try {
    await write(MAGIC, false)
    if (from && from.bytes > 0) {
      const copied = createReadStream(from.path, { start: MAGIC.length, end: MAGIC.length + from.bytes - 1, highWaterMark: 1 << 20 })
      for await (const piece of copied) await write(piece as Buffer, true)
      if (bytes !== from.bytes) throw Object.assign(new Error('the file to go on with is cut off'), { code: 'ENOENT' })
      ;[chunks, people] = [from.chunks, from.people]
    }
  } catch (error) {
    await drop()
    throw error
  }
  return {
    add,
    async addPerson(line: PersonLine): Promise<void> {
      await add(JSON.stringify(line))
      people++
    },
    reached,
    /** What was added so far is on the disk, in chunks of its own. */
    async settle(): Promise<Reached> {
      if (held.length > 0) await put(false)
      await handle.datasync()
      return reached()
    },
    /** The last chunk, manifest and signature; then the file gets its name. */
    async finish({ heading, signer, path: name }: { heading: Heading; signer: KeyObject; path: string }): Promise<WholeFile> {
      await put(true)
      const signerPem = createPublicKey(signer).export({ type: 'spki', format: 'pem' }).toString()
      const manifest: Manifest = { format: FORMAT, ...heading, people, chunks, bytes, sha256: chunkHash.digest('hex'), signerPem }
      const tail = sealManifest(manifest, signer)
      await write(tail, false)
      await handle.sync()
      await handle.close()
      await rename(path, name)
      await syncFolder(dirname(name))
      return { ...manifest, fileBytes: MAGIC.length + bytes + tail.length, fileSha256: fileHash.digest('hex') }
    },
    drop,
    /** Leaves the file as it is, to be gone on with. */
    leave: (): Promise<void> => handle.close().catch(() => undefined),
  }
}
export type Draft = Awaited<ReturnType<typeof openDraft>>

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
