/** A provider that answers what a test tells it to: right, wrong, or nothing at all. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { OutsideSettings } from './model.ts'

export type Heard = { path: string; form: URLSearchParams; headers: Record<string, string | string[] | undefined> }
type Minted = {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey | Uint8Array
  text?: (token: string) => string
}

export async function waywardProvider() {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const { privateKey: theirs } = await generateKeyPair('ES256')
  const own = await generateKeyPair('ES256', { extractable: true })
  const heard: Heard[] = []
  const keys: JWK[] = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }]
  const state = { metadata: {} as Record<string, unknown>, idToken: '', tokenStatus: 200, down: false }
  const server: Server = createServer((req, res) => {
    let body = ''
    req.on('data', (piece) => {
      body += String(piece)
    })
    req.on('end', () => {
      const path = new URL(req.url!, 'http://x').pathname
      heard.push({ path, form: new URLSearchParams(body), headers: req.headers })
      const say = (status: number, json: object) => res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
      if (state.down) return say(503, {})
      if (path === '/.well-known/openid-configuration') return say(200, { ...metadata(), ...state.metadata })
      if (path === '/jwks') return say(200, { keys })
      if (path === '/par') return say(201, { request_uri: 'urn:one', expires_in: 60 })
      if (path === '/token' && state.tokenStatus !== 200) return say(state.tokenStatus, { error: 'invalid_grant' })
      return say(200, { access_token: 'x', token_type: 'bearer', id_token: state.idToken })
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metadata = () => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })
  return {
    origin,
    heard,
    keys,
    state,
    theirs,
    settings: async (more: Partial<OutsideSettings> = {}): Promise<OutsideSettings> => ({
      audience: 'citizen',
      name: { ja: '県民ID', en: 'Prefecture ID' },
      issuer: origin,
      clientId: 'enishi',
      proof: { by: 'key', jwk: { ...(await exportJWK(own.privateKey)), kid: 'ours' }, alg: 'ES256', audience: 'issuer' },
      claim: 'sub',
      acr: ['urn:level:high'],
      amr: [],
      hosts: [{ host: '127.0.0.1', port: '*', plain: true, inside: true }],
      ...more,
    }),
    /** Makes the next ID token: a good one for this nonce, but for what is said. */
    async mint(nonce: string, { claims = {}, header = {}, key = privateKey, text = (token) => token }: Minted = {}): Promise<void> {
      const seconds = Math.floor(Date.now() / 1000)
      const said = {
        iss: origin,
        aud: 'enishi',
        sub: 'someone',
        iat: seconds,
        exp: seconds + 300,
        auth_time: seconds,
        nonce,
        acr: 'urn:level:high',
        ...claims,
      }
      const kept = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
      state.idToken = text(await new SignJWT(kept).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key))
    },
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
