import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import { CHUNK, FORMAT, MAGIC, type Manifest, sealChunk, sealManifest } from './format.ts'
import type { AboutLine, PersonLine } from './person-line.ts'
import { type Invited, inviteAll } from './recipients.ts'

const compressed = promisify(zstdCompress)
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()

export type ToWrite = Pick<Manifest, 'id' | 'disasterId' | 'disasterName' | 'law' | 'areas' | 'madeAt' | 'expiresAt'> & {
  path: string
  institutions: AboutLine['institutions']
  people: AsyncIterable<PersonLine>
  invited: readonly Invited[]
  /** The platform's Ed25519 key. */
  signer: KeyObject
  progress?: (people: number) => void
}

/** Pairs of keys for a laptop's log: the private half goes into the file, the public one stays with the platform. */
export function newLogKey(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicPem: pem(publicKey) }
}

/**
 * Writes an extract, a chunk in memory at a time. It gets its name when it is whole and on the disk; what a stop leaves behind is
 * overwritten by the next try.
 */
export async function writeExtract(w: ToWrite, logKey: { privatePem: string; publicPem: string }): Promise<Manifest> {
  const draft = `${w.path}.part`
  const handle = await open(draft, 'w', 0o600)
  try {
    const key = randomBytes(32)
    const hash = createHash('sha256')
    let [bytes, chunks, people] = [0, 0, 0]
    await handle.writeFile(MAGIC)
    const put = async (lines: readonly string[], isLast: boolean) => {
      const plain = await compressed(Buffer.from(lines.map((line) => `${line}\n`).join('')))
      const sealed = sealChunk({ key, id: w.id, n: chunks++, isLast }, plain)
      hash.update(sealed)
      bytes += sealed.length
      await handle.writeFile(sealed)
    }
    let held = [JSON.stringify({ logKeyPem: logKey.privatePem, institutions: w.institutions } satisfies AboutLine)]
    let size = held[0]!.length
    for await (const one of w.people) {
      const line = JSON.stringify(one)
      if (size + line.length > CHUNK) {
        await put(held, false)
        ;[held, size] = [[], 0]
      }
      held.push(line)
      size += line.length
      people++
      w.progress?.(people)
    }
    await put(held, true)
    const manifest: Manifest = {
      format: FORMAT,
      ...{
        id: w.id,
        disasterId: w.disasterId,
        disasterName: w.disasterName,
        law: w.law,
        areas: w.areas,
        madeAt: w.madeAt,
        expiresAt: w.expiresAt,
      },
      ...{ people, chunks, bytes, sha256: hash.digest('hex') },
      recipients: inviteAll(key, w, w.invited),
      signerPem: pem(createPublicKey(w.signer)),
      logKeyPem: logKey.publicPem,
    }
    await handle.writeFile(sealManifest(manifest, w.signer))
    await handle.sync()
    await handle.close()
    await rename(draft, w.path)
    await syncFolder(dirname(w.path))
    return manifest
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(draft, { force: true })
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
