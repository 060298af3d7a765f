/** How the bench's client proves itself: a token tied to its certificate, to a DPoP key, or to nothing. Made once and kept. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDemoCa, issueTlsCertificate } from '#adapters/mynumber-card'
import { tokenMint } from '#kernel/token'
import { openRingOf } from '../../app/secret-keys.ts'
import { benchFolder } from '../identity/cards.ts'
import { CLIENT, openNamed, SCOPES } from './store.ts'

export const bindings = ['mtls', 'dpop', 'none'] as const
export type BindingName = (typeof bindings)[number]

const DAY_MS = 86_400_000
const folder = () => join(benchFolder(), 'platform', 'tls')
const pathOf = (name: string) => join(folder(), name)
const textOf = (name: string) => readFileSync(pathOf(name), 'utf8')

/** Files of the TLS listener, as settings of the platform. */
export async function tlsSettings(port: number): Promise<Record<string, string>> {
  if (!existsSync(pathOf('dpop.key'))) await make()
  return {
    ENISHI_TLS_PORT: String(port),
    ENISHI_TLS_CERT: pathOf('server.pem'),
    ENISHI_TLS_KEY: pathOf('server.key'),
    ENISHI_TLS_CLIENT_CA: pathOf('ca.pem'),
  }
}

async function make(): Promise<void> {
  mkdirSync(folder(), { recursive: true, mode: 0o700 })
  const now = new Date()
  const write = (name: string, text: string) => writeFileSync(pathOf(name), text, { mode: 0o600 })
  const { root } = await createDemoCa({ now, name: 'Enishi Bench' })
  write('ca.pem', root.certificatePem)
  const until = { notBefore: new Date(now.getTime() - DAY_MS), notAfter: new Date(now.getTime() + 1_000 * DAY_MS) }
  for (const usage of ['server', 'client'] as const) {
    const { publicKey, privateKey } = newKey()
    const names = usage === 'server' ? ['localhost', '127.0.0.1'] : []
    const about = { ...until, organization: 'Enishi Bench', common: usage === 'server' ? 'localhost' : CLIENT, usage, names, publicKey }
    write(`${usage}.pem`, issueTlsCertificate(root, about))
    write(`${usage}.key`, pemOf(privateKey))
  }
  write('dpop.key', pemOf(newKey().privateKey))
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** What a client needs for a connection with its certificate. */
export const clientTls = () => ({ ca: textOf('ca.pem'), cert: textOf('client.pem'), key: textOf('client.key'), servername: 'localhost' })

function publicJwk(): { crv: string; kty: string; x: string; y: string } {
  const { crv = '', kty = '', x = '', y = '' } = createPublicKey(textOf('dpop.key')).export({ format: 'jwk' })
  return { crv, kty, x, y }
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('base64url')

/** A token for the bench's own client, as the token endpoint would give it. */
export async function tokenFor(database: string, binding: BindingName): Promise<string> {
  const db = openNamed(database, 1)
  const thumbprint = () =>
    binding === 'mtls' ? sha256(new X509Certificate(textOf('client.pem')).raw) : sha256(JSON.stringify(publicJwk()))
  try {
    await openRingOf(join(benchFolder(), 'platform'))
    const bound = binding === 'none' ? null : { by: binding, thumbprint: thumbprint() }
    return await (await tokenMint(db)).issue(new Date(), { clientId: CLIENT, scopes: SCOPES, binding: bound })
  } finally {
    await db.destroy()
  }
}

/** Signs a new DPoP proof for each request. @spec RFC 9449 section 4.2 */
export function dpopSigner(token: string): (method: string, url: string) => string {
  const key = createPrivateKey(textOf('dpop.key'))
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk() })
  const ath = sha256(token)
  return (htm, htu) => {
    const claims = { jti: randomBytes(12).toString('base64url'), htm, htu, iat: Math.floor(Date.now() / 1000), ath }
    const signed = `${header}.${encoded(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }
}
