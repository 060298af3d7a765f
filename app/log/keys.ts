import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { readLogKeys } from '#packages/log-proof'
import { badConfig } from '../config.ts'

/** Public keys of the witnesses an operator named; none where no file was named. @throws BadConfig */
export async function readWitnessKeys(path: string | null): Promise<KeyObject[]> {
  if (path === null) return []
  const keys = readLogKeys(await readFile(path, 'utf8').catch(() => ''))
  if (keys === null) throw badConfig('ENISHI_WITNESS_KEYS: Ed25519 public keys (PEM)')
  return keys
}
