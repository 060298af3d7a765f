import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** Folder of the reference data (official examples, oracles); not part of the project. Set by ENISHI_SHARED. */
export const sharedRoot = resolve(process.env.ENISHI_SHARED ?? resolve(import.meta.dirname, '../../shared'))

/**
 * Path of a reference file or folder, or undefined where this machine has none.
 * In CI an absent file throws, so that a silent skip can never look like a pass.
 */
export function shared(path: string): string | undefined {
  const full = resolve(sharedRoot, path)
  if (existsSync(full)) return full
  const message = `reference data '${path}' is not here (ENISHI_SHARED=${sharedRoot}); tests that need it are skipped`
  if (process.env.CI) throw new Error(message)
  console.warn(message)
  return undefined
}
