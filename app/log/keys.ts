import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { readLogKey } from '#packages/log-proof'
import { badConfig } from '../config.ts'

/** Public keys of the witnesses an operator named; none where no file was named. @throws BadConfig */
export async function readWitnessKeys(path: string | null): Promise<KeyObject[]> {
  if (path === null) return []
  const text = await readFile(path, 'utf8').catch(() => '')
  const pems = text.match(/-----BEGIN PUBLIC KEY-----[^-]{1,1000}-----END PUBLIC KEY-----/g) ?? []
  const keys = pems.map(readLogKey).filter((key) => key !== null)
  if (keys.length === 0 || keys.length !== pems.length) throw badConfig('ENISHI_WITNESS_KEYS: Ed25519 public keys (PEM)')
  return keys
}
