import { generateKeyPair } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  createDemoCa,
  type DemoAuthority,
  exportDemoCa,
  type ExportedDemoCa,
  importDemoCa,
  issueTlsCertificate,
  type TlsCertificateRequest,
} from '#adapters/mynumber-card'
import { type Config, tlsAddress } from '../config.ts'
import { writePrivate } from './secrets.ts'

export type DemoTlsClient = { certificatePem: string; privateKeyPem: string; certificatePath: string; privateKeyPath: string }
/** `clients`: a certificate for each system client, by client id. */
export type DemoTls = { caPem: string; caPath: string; clients: Map<string, DemoTlsClient> }

const folderOf = (home: string) => join(home, 'demo-tls')
const DAY_MS = 86_400_000
const newKey = promisify(generateKeyPair)

/**
 * TLS certificates of the demo: an authority of its own, one for this machine, one for each system client.
 * What exists is kept, so that a client's registered thumbprint stays right.
 */
export async function makeDemoTls(home: string, clientIds: readonly string[], now: Date): Promise<DemoTls> {
  const folder = folderOf(home)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const authority = await authorityOf(folder, now)
  const caPath = join(folder, 'ca.pem')
  await writePrivate(caPath, authority.certificatePem)
  const about = {
    organization: 'Enishi Demo',
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 1825 * DAY_MS),
  }
  const names = ['localhost', '127.0.0.1']
  await pairOf(folder, 'server', authority, { ...about, common: 'localhost', usage: 'server', names })
  const clients = new Map<string, DemoTlsClient>()
  for (const id of clientIds) clients.set(id, await pairOf(folder, id, authority, { ...about, common: id, usage: 'client', names: [] }))
  return { caPem: authority.certificatePem, caPath, clients }
}

async function authorityOf(folder: string, now: Date): Promise<DemoAuthority> {
  const path = join(folder, 'authority.json')
  const kept = await readFile(path, 'utf8').catch(() => null)
  if (kept !== null) return importDemoCa(JSON.parse(kept) as ExportedDemoCa).root
  const made = await createDemoCa({ now, name: 'Enishi Demo TLS' })
  await writePrivate(path, JSON.stringify(exportDemoCa(made)))
  return made.root
}

async function pairOf(
  folder: string,
  name: string,
  authority: DemoAuthority,
  request: Omit<TlsCertificateRequest, 'publicKey'>,
): Promise<DemoTlsClient> {
  const [certificatePath, privateKeyPath] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const kept = await Promise.all([readFile(certificatePath, 'utf8'), readFile(privateKeyPath, 'utf8')]).catch(() => null)
  if (kept !== null) return { certificatePem: kept[0], privateKeyPem: kept[1], certificatePath, privateKeyPath }
  const { publicKey, privateKey } = await newKey('ec', { namedCurve: 'P-256' })
  const certificatePem = issueTlsCertificate(authority, { ...request, publicKey })
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  // The key first: a certificate without one would be taken for a whole pair.
  await writePrivate(privateKeyPath, privateKeyPem)
  await writePrivate(certificatePath, certificatePem)
  return { certificatePem, privateKeyPem, certificatePath, privateKeyPath }
}

/** The demo's TLS listener as settings for the workers. A port that is taken is changed for a free one, because nobody asked for it. */
export async function demoTlsSettings(config: Config): Promise<{ config: Config; env: Record<string, string> }> {
  if (!config.demo || config.tls !== null || config.tlsPort === 0) return { config, env: {} }
  const port = (await isFree(config.tlsPort, config.host)) ? config.tlsPort : await anyPort(config.host)
  const moved = port !== config.tlsPort
  const folder = folderOf(config.home)
  const env = {
    ENISHI_TLS_PORT: String(port),
    ENISHI_TLS_CERT: join(folder, 'server.pem'),
    ENISHI_TLS_KEY: join(folder, 'server.key'),
    ENISHI_TLS_CLIENT_CA: join(folder, 'ca.pem'),
  }
  return { config: { ...config, tlsPort: port, ...(moved ? { tlsBase: tlsAddress(config.baseUrl, port) } : {}) }, env }
}

const listen = (port: number, host: string) =>
  new Promise<number | null>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
    })
  })

const isFree = async (port: number, host: string): Promise<boolean> => (await listen(port, host)) !== null

async function anyPort(host: string): Promise<number> {
  const port = await listen(0, host)
  if (port === null) throw new Error('no port is free for the TLS listener')
  return port
}
