import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sealRingWith } from '#kernel/key-ring'
import { sealer, type Sealer } from '#kernel/sealed'
import { badConfig } from './config.ts'
import { writePrivate } from './demo/secrets.ts'

const shape = z.object({
  keys: z.array(z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/), key: z.base64url().length(43) })).min(1),
})

const path = (home: string) => join(home, 'secret-keys.json')

/** Keys for secrets in the database (`secret-keys.json`, beside it and never in it): the first seals, all open. Undefined where there are none yet. */
export async function loadSecretKeys(home: string): Promise<Sealer | undefined> {
  const text = await readFile(path(home), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return undefined
  const read = shape.safeParse(parsed(text))
  if (!read.success) throw badConfig(`${path(home)}: {"keys": [{"id": "…", "key": "32 bytes, base64url"}]}`)
  return sealer(read.data.keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') })))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The keys, made on the first start. */
export async function secretKeys(home: string): Promise<Sealer> {
  const known = await loadSecretKeys(home)
  if (known) return known
  const key = { id: `k${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`, key: randomBytes(32).toString('base64url') }
  await writePrivate(path(home), `${JSON.stringify({ keys: [key] }, null, 1)}\n`)
  return (await loadSecretKeys(home))!
}

/** Lets this process read and write the ring of a data folder, as it is sealed now and as it will be. */
export async function openRingOf(home: string): Promise<void> {
  const read = async () => (await loadSecretKeys(home)) ?? null
  sealRingWith(await read(), read)
}
