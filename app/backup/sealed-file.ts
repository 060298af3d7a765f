import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { problem } from './problem.ts'
import { sealing, type SealOf, unsealing } from './seal.ts'

export type SealedFile = { file: string; bytes: number; sha256: string }
type Place = SealOf & { folder: string }

/** Passes bytes through, counting and hashing them. */
function measuring(): { through: Transform; result: () => { bytes: number; sha256: string } } {
  const hash = createHash('sha256')
  let bytes = 0
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { through, result: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/** Leaves the file open, so that it can be synced. */
const writingTo = (handle: FileHandle) =>
  new Writable({ write: (chunk: Buffer, _encoding, done) => void handle.writeFile(chunk).then(() => done(), done) })

/** Compresses (zstd), seals and writes a stream (`via` sees it as it was); the file is on the disk, not only in its cache, when this resolves. */
export async function writeSealed(place: Place, source: AsyncIterable<Buffer>, via: Transform = new PassThrough()): Promise<SealedFile> {
  const measured = measuring()
  const handle = await open(join(place.folder, place.file), 'wx', 0o600)
  try {
    const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } })
    await pipeline(source, via, compress, sealing(place), measured.through, writingTo(handle))
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { file: place.file, ...measured.result() }
}

/**
 * What was written, block by block.
 * @refuses corrupted where a byte differs from what the manifest and the key say
 */
export async function* readSealed(place: Place, expected: SealedFile): AsyncGenerator<Buffer> {
  const measured = measuring()
  const source = createReadStream(join(place.folder, place.file))
  const opened = unsealing(place)
  const plain = createZstdDecompress()
  const running = pipeline(source, measured.through, opened, plain)
  running.catch(() => undefined)
  try {
    for await (const chunk of plain) yield chunk as Buffer
    await running
  } catch {
    problem('corrupted', { file: place.file })
  } finally {
    plain.destroy()
  }
  const { bytes, sha256 } = measured.result()
  if (bytes !== expected.bytes || sha256 !== expected.sha256) problem('corrupted', { file: place.file })
}
