/** Reads what the operator wrote about a provider. Wrong settings stop the start: a way in that half works is worse than none. */
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { z } from 'zod'
import { type AllowedHost, parseAllowedHosts } from '#kernel/outbound'
import type { ClientProof, OutsideAudience, OutsideSettings } from './model.ts'

const settings = z
  .strictObject({
    issuer: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1).max(300),
    /** File with our private key (PEM or JWK), beside this file. */
    keyFile: z.string().min(1).optional(),
    /** Name the provider knows the key by. */
    keyId: z.string().min(1).max(200).optional(),
    /** What an assertion names as its audience. */
    assertionAudience: z.enum(['issuer', 'token-endpoint']).default('issuer'),
    /** File with the secret that the provider gave, beside this file. */
    secretFile: z.string().min(1).optional(),
    claim: z
      .string()
      .regex(/^[\w:./-]{1,200}$/)
      .default('sub'),
    acr: z.array(z.string().min(1).max(300)).default([]),
    amr: z.array(z.string().min(1).max(100)).default([]),
    hosts: z.string().optional(),
    name: z.strictObject({ ja: z.string().trim().min(1).max(40), en: z.string().trim().min(1).max(40) }),
  })
  .refine((s) => (s.keyFile === undefined) !== (s.secretFile === undefined), {
    path: ['keyFile'],
    message: 'keyFile or secretFile, one of them',
  })
  .refine((s) => s.acr.length + s.amr.length > 0, { path: ['acr'], message: 'acr or amr: say what is strong enough' })

/** Ways of proof that one of them alone is a password, whatever a provider calls it. @spec RFC 8176 section 2 */
const weak = ['pwd', 'kba', 'sms', 'tel', 'user', 'password']

export type ReadFile = (name: string) => Promise<string>

const onThisMachine = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host)

/**
 * The settings of one provider.
 * @param text JSON of the settings file
 * @param read reads a file that the settings name
 * @throws Error saying what is wrong, without repeating values, because one of them may be a secret
 */
export async function outsideSettings(audience: OutsideAudience, text: string, read: ReadFile): Promise<OutsideSettings> {
  const parsed = settings.safeParse(jsonOf(text))
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const { data } = parsed
  const issuer = new URL(data.issuer)
  if (issuer.search !== '' || issuer.hash !== '' || issuer.username !== '') throw new Error('issuer: no query, fragment or credentials')
  // Without TLS only where nobody is between: for whoever tries this out on one machine.
  if (issuer.protocol === 'http:' && !onThisMachine(issuer.hostname)) throw new Error('issuer: https')
  const amr = data.amr.find((way) => weak.includes(way.toLowerCase()))
  if (amr !== undefined) throw new Error(`amr: ${amr} is not enough by itself`)
  const { name, clientId, claim, acr } = data
  return {
    audience,
    name,
    issuer: data.issuer,
    clientId,
    claim,
    acr,
    amr: data.amr,
    proof: await proofOf(data, read),
    hosts: hostsOf(data.hosts, issuer),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('JSON')
  }
}

function hostsOf(hosts: string | undefined, issuer: URL): AllowedHost[] {
  if (hosts === undefined) {
    const local = onThisMachine(issuer.hostname)
    const port = issuer.port === '' ? null : Number(issuer.port)
    return [{ host: issuer.hostname, port, plain: issuer.protocol === 'http:', inside: local }]
  }
  try {
    return parseAllowedHosts(hosts)
  } catch {
    throw new Error('hosts: host[:port|:*][+private][+http], …')
  }
}

async function proofOf(given: z.infer<typeof settings>, read: ReadFile): Promise<ClientProof> {
  const file = given.keyFile ?? given.secretFile ?? ''
  const content = await read(file).catch(() => {
    throw new Error(`${file}: cannot be read`)
  })
  if (given.keyFile === undefined) {
    const secret = content.trim()
    if (secret.length < 16) throw new Error('secretFile: at least 16 characters')
    return { by: 'secret', secret }
  }
  const key = keyOf(content)
  const alg = algorithmOf(key)
  if (alg === null) throw new Error('keyFile: P-256, P-384, or RSA of at least 2048 bits')
  const jwk = { ...(key.export({ format: 'jwk' }) as JWK), ...(given.keyId === undefined ? {} : { kid: given.keyId }) }
  return { by: 'key', jwk, alg, audience: given.assertionAudience }
}

function keyOf(content: string): KeyObject {
  try {
    return content.trim().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(content) as JsonWebKey, format: 'jwk' })
      : createPrivateKey(content)
  } catch {
    throw new Error('keyFile: a private key as PEM or JWK')
  }
}

function algorithmOf(key: KeyObject): string | null {
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= 2048 ? 'PS256' : null
  return ({ prime256v1: 'ES256', secp384r1: 'ES384' } as Record<string, string>)[namedCurve] ?? null
}
