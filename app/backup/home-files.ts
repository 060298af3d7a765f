import { chmod, mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { problem, reasonOf } from './problem.ts'

/** Files of the data folder without which the data cannot be used: the key of the audit log, the demo's cards, trusted authorities. */
const single = ['audit-key.pem', 'disaster-key.pem', 'secret-keys.json', 'signing-keys.json', 'demo-secrets.json', 'demo-staff-ca.json']
const folders = ['card-trust', 'signing-trust']

/** Paths inside the data folder, of those that are there. */
export async function homeFilesOf(home: string): Promise<string[]> {
  const inside = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(home, folder), { recursive: true, withFileTypes: true }).catch(() => null)
      return (entries ?? []).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(home.length + 1))
    }),
  )
  const top = await readdir(home).catch((): string[] => [])
  return [...single.filter((name) => top.includes(name)), ...inside.flat().sort()]
}

/**
 * Puts a key file back. One that is there already and differs is kept beside it, because it may sign a log of its own.
 * @returns where the earlier file went; null where there was none or it was the same
 * @refuses files-not-restored
 */
export async function putBack(home: string, name: string, content: Buffer): Promise<string | null> {
  if (isAbsolute(name) || normalize(name).startsWith('..')) return problem('corrupted', { file: name })
  const path = join(home, name)
  try {
    const there = await readFile(path).catch(() => null)
    if (there?.equals(content)) return null
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const aside = there === null ? null : `${path}.before-restore-${new Date().toISOString().replace(/[:.]/g, '')}`
    if (aside) await rename(path, aside)
    const handle = await open(`${path}.new`, 'w', 0o600)
    await handle.writeFile(content)
    await handle.sync()
    await handle.close()
    await chmod(`${path}.new`, 0o600)
    await rename(`${path}.new`, path)
    return aside
  } catch (error) {
    return problem('files-not-restored', { file: name, reason: reasonOf(error) })
  }
}
