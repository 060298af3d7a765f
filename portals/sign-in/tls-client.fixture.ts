/** Certificates of an authority made for a test, and requests over real TLS. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createDemoCa, type DemoAuthority, issueTlsCertificate } from '#adapters/mynumber-card'

export type Pair = { cert: string; key: string }
export type Heard = { status: number; headers: Record<string, unknown>; body: Record<string, unknown>; resumed: boolean }

const DAY_MS = 86_400_000

export async function testAuthority(now = new Date()) {
  const { root } = await createDemoCa({ now, name: 'Test TLS' })
  return {
    pem: root.certificatePem,
    pair: (common: string, more: Partial<{ days: number; usage: 'server' | 'client' }> = {}) => pairOf(root, common, more),
  }
}

function pairOf(root: DemoAuthority, common: string, { days = 30, usage = 'client' as 'server' | 'client' }): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const times = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() + days * DAY_MS) }
  const names = usage === 'server' ? ['localhost'] : []
  const cert = issueTlsCertificate(root, { common, organization: 'みどり総合病院', usage, names, publicKey, ...times })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** A client with a certificate, or without. Its connection is kept, and a new one takes up the old session. */
export function tlsClient(server: Server, ca: string, pair?: Pair, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') {
  const agent = new Agent({ keepAlive: true, ca, maxVersion, ...pair })
  const { port } = server.address() as AddressInfo
  async function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Heard> {
    const request = httpsRequest({ agent, host: 'localhost', family: 4, port, method, path, headers })
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    // Asked before the body, because the connection is handed back at its end.
    const resumed = (response.socket as TLSSocket).isSessionReused()
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const parsed = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: response.statusCode ?? 0, headers: response.headers, body: parsed, resumed }
  }
  return { send, close: () => agent.destroy(), agent }
}
