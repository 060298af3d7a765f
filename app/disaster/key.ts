import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrivate } from '../demo/secrets.ts'

/** The key that signs extracts for laptops, made for the first one; its fingerprint goes with the laptop on paper. */
export async function extractSigner(home: string): Promise<KeyObject> {
  const path = join(home, 'disaster-key.pem')
  const pem = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    // A key that cannot be read now is not a key that was never made: laptops were told the fingerprint of the first.
    if (error.code !== 'ENOENT') throw error
    const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writePrivate(path, made)
    return made
  })
  return createPrivateKey(pem)
}
