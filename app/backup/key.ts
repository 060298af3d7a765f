import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { problem, reasonOf } from './problem.ts'

/** Where a generation's key lies unless the operator names another place. */
export const usualKeyFile = (home: string, generation: string): string => join(home, 'backup-keys', `${generation}.key`)

const form = /^enishi backup key\n([A-Za-z0-9_-]{43})\n$/

/**
 * The key of a generation: 32 bytes in a file that only the owner reads. Destroying the file erases the generation.
 * @refuses key-missing where the file is absent, unreadable or something else
 */
export async function readKey(file: string): Promise<Buffer> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => problem('key-missing', { file, reason: reasonOf(error) }))
  const found = form.exec(text)?.[1] ?? problem('key-missing', { file, reason: 'not a backup key / 控えの鍵ではありません' })
  return Buffer.from(found, 'base64url')
}

/**
 * Makes the key, durable before anything is sealed with it; an existing file is used as it is, so that an operator may
 * let several backups be one generation.
 */
export async function makeKey(file: string): Promise<Buffer> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (reasonOf(error) === 'EEXIST') return null
    return problem('folder-unusable', { folder: dirname(file), reason: reasonOf(error) })
  })
  if (handle === null) return readKey(file)
  const key = randomBytes(32)
  try {
    await handle.writeFile(`enishi backup key\n${key.toString('base64url')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await nameIsDurable(dirname(file))
  return key
}

/** A new file outlives a power cut only once its folder, and a folder that was just made only once the one above it, are on the disk. */
async function nameIsDurable(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)]) {
    const handle = await open(path, 'r')
    await handle.sync().finally(() => handle.close())
  }
}
