/**
 * A client that keeps to the letter of the specifications, over mutual TLS: it finds the token endpoint, proves itself by a signed
 * assertion, kicks off, waits as long as it is told, fetches each file and deletes the job.
 *
 * @spec FHIR Bulk Data Access 2.0.0; SMART App Launch 2.2 Backend Services; RFC 8705
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'

export type Heard = { status: number; headers: IncomingMessage['headers']; text: string }
export type Manifest = {
  transactionTime: string
  request: string
  requiresAccessToken: boolean
  output: { type: string; url: string; count?: number }[]
  deleted?: { type: string; url: string }[]
  error: { type: string; url: string }[]
}
type Pair = { cert: string; key: string }

/** Requests over one kept connection that shows the client's certificate. */
export function overTls(ca: string, pair?: Pair) {
  const agent = new Agent({ keepAlive: true, ca, ...pair })
  const send = async (method: string, url: string, headers: Record<string, string> = {}, body?: string): Promise<Heard> => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const request = httpsRequest(url, { agent, method, family: 4, headers: { ...headers, ...length } })
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const pieces: Buffer[] = []
    for await (const piece of response) pieces.push(piece as Buffer)
    return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString('utf8') }
  }
  return { send, close: () => agent.destroy() }
}

type About = { base: string; ca: string; pair: Pair; form: (endpoint: string) => Promise<URLSearchParams> }

export function bulkClient({ base, ca, pair, form }: About) {
  const { send, close } = overTls(ca, pair)
  let held: { token: string; until: number } | undefined

  /** The token endpoint for clients with a certificate, as the server's own configuration names it. */
  async function endpoint(): Promise<string> {
    const found = await send('GET', `${base}/.well-known/smart-configuration`, { accept: 'application/json' })
    expect([found.status, found.headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)])
    const said = JSON.parse(found.text) as { [member: string]: unknown; mtls_endpoint_aliases: { token_endpoint: string } }
    expect(said.token_endpoint_auth_methods_supported).toContain('private_key_jwt')
    expect(said.grant_types_supported).toContain('client_credentials')
    expect(said.capabilities).toContain('client-confidential-asymmetric')
    return said.mtls_endpoint_aliases.token_endpoint
  }

  async function authorization(): Promise<{ authorization: string }> {
    if (held === undefined || held.until < Date.now()) {
      const at = await endpoint()
      const body = (await form(at)).toString()
      const answer = await send('POST', at, { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }, body)
      expect(answer.status, answer.text).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
      const said = JSON.parse(answer.text) as { access_token: string; token_type: string; expires_in: number; scope: string }
      expect([said.token_type.toLowerCase(), said.expires_in <= 300]).toEqual(['bearer', true])
      held = { token: said.access_token, until: Date.now() + (said.expires_in - 30) * 1000 }
    }
    return { authorization: `Bearer ${held.token}` }
  }

  return {
    send: async (method: string, url: string, headers: Record<string, string> = {}, body?: string) =>
      send(method, url, { ...(await authorization()), ...headers }, body),
    /** @returns the status address */
    async kickOff(path: string, more: { method?: string; body?: string } = {}): Promise<string> {
      const headers = {
        accept: 'application/fhir+json',
        prefer: 'respond-async',
        ...(more.body ? { 'content-type': 'application/fhir+json' } : {}),
      }
      const answer = await this.send(more.method ?? 'GET', `${base}/${path}`, headers, more.body)
      expect(answer.status, answer.text).toBe(202)
      const status = answer.headers['content-location']!
      expect(URL.canParse(status), status).toBe(true)
      return status
    },
    /** Asks for the status no sooner than it is told. `between`: what the server's leader does meanwhile. */
    async wait(status: string, between: () => Promise<void>): Promise<Manifest> {
      for (let tries = 0; tries < 60; tries++) {
        await between()
        const answer = await this.send('GET', status, { accept: 'application/json' })
        if (answer.status === 200) return manifestOf(answer)
        expect(answer.status, answer.text).toBe(202)
        const after = Number(answer.headers['retry-after'] ?? 1)
        expect(Number.isFinite(after) && String(answer.headers['x-progress'] ?? '').length <= 100).toBe(true)
        await sleep(after * 1000)
      }
      throw new Error('the job never ended')
    },
    /** The resources of a file, held against its entry in the manifest. */
    async file({ type, url, count }: Manifest['output'][number]): Promise<{ resourceType: string; id: string }[]> {
      const answer = await this.send('GET', url, { accept: 'application/fhir+ndjson' })
      expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/fhir\+ndjson/)])
      const resources = answer.text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { resourceType: string; id: string })
      expect(resources.map((r) => r.resourceType)).toEqual(resources.map(() => type))
      if (count !== undefined) expect(resources).toHaveLength(count)
      return resources
    },
    close,
  }
}

function manifestOf(answer: Heard): Manifest {
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
  const manifest = JSON.parse(answer.text) as Manifest
  expect(manifest.transactionTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
  expect([typeof manifest.request, typeof manifest.requiresAccessToken]).toEqual(['string', 'boolean'])
  expect([Array.isArray(manifest.output), Array.isArray(manifest.error)]).toEqual([true, true])
  return manifest
}
