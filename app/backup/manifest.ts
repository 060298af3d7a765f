import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { problem } from './problem.ts'
import { keyIdOf, manifestSeal, sameSeal } from './seal.ts'

/** Version of the form a backup has. Raise it where an older program could not restore it. */
export const FORMAT = 1

const name = z.string().regex(/^[A-Za-z0-9._-]+$/)
const sealed = { file: name, bytes: z.number().int().min(0), sha256: z.string() }

const schema = z.object({
  format: z.literal(FORMAT),
  generation: name,
  madeAt: z.string(),
  appVersion: z.string(),
  postgres: z.string(),
  keyId: z.string(),
  schemaSteps: z.array(z.string()),
  tables: z.array(
    z.object({ schema: z.string(), name: z.string(), columns: z.array(z.string()), rows: z.number(), content: z.string(), ...sealed }),
  ),
  sequences: z.array(z.object({ schema: z.string(), name: z.string(), value: z.string(), isCalled: z.boolean() })),
  /** Key files of the data folder; `name` is the path inside it. */
  homeFiles: z.array(z.object({ name: z.string(), ...sealed })),
  /** The audit tree by its newest checkpoint; hexadecimal. `withoutLeaf` are entries the sequencer had not reached. */
  audit: z.object({
    size: z.number().int(),
    root: z.string(),
    withoutLeaf: z.number().int(),
    checkpoint: z.object({ at: z.string(), keyId: z.string(), signature: z.string() }).nullable(),
  }),
})

/** What a backup says of itself. Names no person; readable without the key, but only the key's holder can make one. */
export type Manifest = z.infer<typeof schema>

export const MANIFEST = 'manifest.json'
export const SEAL = 'manifest.seal'

/** The backup's own folder: the one named, or the newest complete one inside it. @refuses no-backup */
export async function findGeneration(folder: string): Promise<string> {
  if (await isFile(join(folder, MANIFEST))) return folder
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  // A folder still being written begins with a dot.
  const names = entries.filter((e) => e.isDirectory() && !e.name.startsWith('.')).map((e) => e.name)
  for (const newest of names.sort().reverse()) if (await isFile(join(folder, newest, MANIFEST))) return join(folder, newest)
  return problem('no-backup', { folder })
}

const isFile = (path: string) =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  )

/** The manifest, not yet known to be genuine: enough to find its key. @refuses no-backup, newer-format, corrupted */
export async function peekManifest(folder: string): Promise<{ text: string; manifest: Manifest }> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => problem('no-backup', { folder }))
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return problem('corrupted', { file: MANIFEST })
  }
  const format = z.object({ format: z.number() }).safeParse(read).data?.format
  if (format !== undefined && format > FORMAT) return problem('newer-format', { found: `format ${format}` })
  const manifest = schema.safeParse(read)
  return manifest.success ? { text, manifest: manifest.data } : problem('corrupted', { file: MANIFEST })
}

/** @refuses wrong-key, corrupted */
export async function proveManifest(
  folder: string,
  read: { text: string; manifest: Manifest },
  key: { bytes: Buffer; file: string },
): Promise<Manifest> {
  const { manifest, text } = read
  const seal = (await readFile(join(folder, SEAL), 'utf8').catch(() => problem('corrupted', { file: SEAL }))).trim()
  if (sameSeal(seal, manifestSeal(key.bytes, manifest.generation, text))) return manifest
  // With the right key only a changed manifest or seal is left as the cause.
  if (manifest.keyId !== keyIdOf(key.bytes)) return problem('wrong-key', { file: key.file })
  return problem('corrupted', { file: `${MANIFEST} / ${SEAL}` })
}
