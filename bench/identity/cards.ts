/** Demo cards for the bench, kept on disk: certificates of their own serial, few key pairs shared among them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createDemoCa, exportDemoCa, importDemoCa, issueUserCertificate, type ExportedDemoCa } from '#adapters/mynumber-card'
import { say } from '../measure.ts'

/** Making an RSA key takes a hundred times longer than using it; what is measured does not see whose key it is. */
export const KEY_PAIRS = 200

type Kept = { ca: ExportedDemoCa; issuer: string; privateKeys: string[]; cards: { serial: string; certificatePem: string }[] }
export type BenchCards = Kept

export const benchFolder = (): string => join(resolve(process.env.ENISHI_HOME || '.enishi'), 'bench')

const make = promisify(generateKeyPair)
const serialOf = (index: number): string => `40${createHash('sha256').update(`card ${index}`).digest('hex').slice(0, 30)}`

export async function benchCards(count: number): Promise<BenchCards> {
  const file = join(benchFolder(), `cards-${count}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Kept
  const from = performance.now()
  const ca = await createDemoCa()
  const privateKeys = await Promise.all(
    Array.from({ length: Math.min(KEY_PAIRS, count) }, async () =>
      (await make('rsa', { modulusLength: 2048 })).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ),
  )
  const publicKeys: KeyObject[] = privateKeys.map((pem) => createPublicKey(pem))
  const notBefore = new Date(Date.now() - 86_400_000)
  const notAfter = new Date(Date.now() + 365 * 86_400_000)
  const cards = Array.from({ length: count }, (_, i) => {
    const serial = serialOf(i)
    return {
      serial,
      certificatePem: issueUserCertificate(ca, { serial, notBefore, notAfter, publicKey: publicKeys[i % publicKeys.length]! }),
    }
  })
  const issuer = createHash('sha256')
    .update(ca.users.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
  const kept: Kept = { ca: exportDemoCa(ca), issuer, privateKeys, cards }
  mkdirSync(benchFolder(), { recursive: true, mode: 0o700 })
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 })
  say(`${count} cards made with ${privateKeys.length} shared key pairs in ${Math.round((performance.now() - from) / 1000)} s`)
  return kept
}

export const demoCaOf = (kept: BenchCards) => importDemoCa(kept.ca)

export const privateKeysOf = (kept: BenchCards): KeyObject[] => kept.privateKeys.map((pem) => createPrivateKey(pem))
