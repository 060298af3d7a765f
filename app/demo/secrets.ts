import { randomInt } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createDemoCa, type DemoCard, exportDemoCa, makeCards } from '#adapters/mynumber-card'
import { newTotpSecret } from '#care/person'
import type { Region } from '#packages/synthetic'
import { demoStaff } from './keepers.ts'

type Card = { certificatePem: string; privateKeyPem: string; pin: string }
type ClientSecret = { institutionNumber: string; clientId: string; privateKeyJwk: JWK; publicKeyJwk: JWK }
type StaffSecret = { loginName: string; password: string; totpSecret: string }

/** Secrets of the demo region, made once and kept in a file only the owner reads. They protect nothing real. */
export type DemoSecrets = {
  until: string
  ca: ReturnType<typeof exportDemoCa>
  cards: (Card & { serial: string })[]
  /** Cards that must be refused: revoked, expired, and issued by a CA nobody trusts. */
  refusedCards: Record<'revoked' | 'expired' | 'unknownCa', Card & { serial: string }>
  clients: ClientSecret[]
  staff: StaffSecret[]
}

const file = (home: string) => join(home, 'demo-secrets.json')

/** Writes a file whole or not at all, readable by its owner alone, and on the disk when this returns: power may go at any moment. */
export async function writePrivate(path: string, text: string | Uint8Array): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}

export async function loadDemoSecrets(home: string): Promise<DemoSecrets | undefined> {
  try {
    return JSON.parse(await readFile(file(home), 'utf8')) as DemoSecrets
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function makeDemoSecrets(home: string, region: Region, now: Date): Promise<DemoSecrets> {
  const ca = await createDemoCa({ now })
  const stranger = await createDemoCa({ now })
  const cards = await makeCards(ca, region.people.length + 1)
  const day = 86_400_000
  const [expired] = await makeCards(ca, 1, { notBefore: new Date(now.getTime() - 400 * day), notAfter: new Date(now.getTime() - 30 * day) })
  const [unknownCa] = await makeCards(stranger, 1)
  const secrets: DemoSecrets = {
    until: region.until,
    ca: exportDemoCa(ca),
    cards: cards.slice(0, -1),
    refusedCards: { revoked: cards.at(-1) as DemoCard, expired: expired!, unknownCa: unknownCa! },
    clients: await Promise.all(region.facilities.map((f) => makeClient(f.institutionNumber))),
    staff: demoStaff(region).map((s) => ({
      loginName: s.loginName,
      password: `demo-${randomInt(10 ** 8, 10 ** 9)}`,
      totpSecret: newTotpSecret(),
    })),
  }
  await writePrivate(file(home), JSON.stringify(secrets))
  return secrets
}

async function makeClient(institutionNumber: string): Promise<ClientSecret> {
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true })
  const about = { alg: 'ES384', use: 'sig', kid: `${institutionNumber}-1` }
  return {
    institutionNumber,
    clientId: `facility-${institutionNumber}`,
    privateKeyJwk: { ...(await exportJWK(privateKey)), ...about },
    publicKeyJwk: { ...(await exportJWK(publicKey)), ...about },
  }
}
