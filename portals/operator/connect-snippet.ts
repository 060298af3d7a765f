import type { ClientEntry } from '#care/person'

export type Addresses = { baseUrl: string; tlsBase: string | null }

/** What whoever runs a client's system does to get a token, for this client, without any secret. */
export function connectSnippet(client: ClientEntry, { baseUrl, tlsBase }: Addresses): string {
  const jwk = client.keys.find((k) => k.form === 'jwk' && k.retiredAt === null)
  const certificate = client.keys.some((k) => k.form === 'certificate' && k.retiredAt === null) || client.certificateSubject !== null
  const scope = client.scopes.join(' ')
  const parts = [
    ...(jwk ? byAssertion({ client, baseUrl, scope, kid: jwk.kid, alg: algorithmOf(jwk.jwk) }) : []),
    ...(certificate ? byCertificate({ client, base: tlsBase ?? 'https://(TLS listener)', scope }) : []),
  ]
  return parts.join('\n')
}

function algorithmOf(jwk: object | null): string {
  const { alg, crv } = (jwk ?? {}) as { alg?: string; crv?: string }
  return alg ?? (crv === 'P-256' ? 'ES256' : crv === 'P-384' ? 'ES384' : 'RS384')
}

type Assertion = { client: ClientEntry; baseUrl: string; scope: string; kid: string; alg: string }

const byAssertion = ({ client, baseUrl, scope, kid, alg }: Assertion): string[] => [
  '# 1. A JWT signed with the private key of this system (it never leaves the system):',
  `#    header  {"alg":"${alg}","typ":"JWT","kid":"${kid}"}`,
  `#    claims  {"iss":"${client.clientId}","sub":"${client.clientId}","aud":"${baseUrl}/oauth/token","exp":<now + 300>,"jti":"<new each time>"}`,
  '# 2. Exchange it for an access token (five minutes):',
  `curl -X POST '${baseUrl}/oauth/token' \\`,
  ...(client.binding === 'dpop' || client.binding === 'any' ? ["  -H 'DPoP: <proof for this request, RFC 9449>' \\"] : []),
  '  -d grant_type=client_credentials \\',
  '  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \\',
  '  -d client_assertion=<the JWT> \\',
  `  --data-urlencode 'scope=${scope}'`,
  '',
]

const byCertificate = ({ client, base, scope }: { client: ClientEntry; base: string; scope: string }): string[] => [
  '# With the registered certificate (mTLS), no JWT is needed:',
  `curl -X POST '${base}/oauth/token' --cert client.pem --key client.key \\`,
  `  -d grant_type=client_credentials -d client_id=${client.clientId} --data-urlencode 'scope=${scope}'`,
  '',
]
