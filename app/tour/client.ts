import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importJWK, type JWK, SignJWT } from 'jose'
import * as OTPAuth from 'otpauth'
import { softwareCard } from '#adapters/mynumber-card'

/** What `demo.json` says: addresses, and who can sign in. */
export type Demo = {
  baseUrl: string
  fhirBase: string
  tokenEndpoint: string
  facilities: { institutionNumber: string; name: string; kind: string; clientId: string; privateKeyJwk: JWK; scope: string }[]
  people: { patientId: string; memberId: string; name: string; birthDate: string; card: Card }[]
  staff: { loginName: string; password: string; totpSecret: string; role: string; institutionNumber: string }[]
  refusedCards: Record<'revoked' | 'expired' | 'unknownCa', Card>
}
export type Card = { certificatePem: string; privateKeyPem: string; pin: string }
export type Reply = { status: number; body: Record<string, unknown>; text: string; headers: Headers }

export async function readDemo(home: string): Promise<Demo> {
  return JSON.parse(await readFile(join(home, 'demo.json'), 'utf8')) as Demo
}

type Call = {
  method?: string
  json?: unknown
  form?: Record<string, string>
  text?: string
  token?: string
  cookie?: string
  accept?: string
  type?: string
}

/** One request to the platform, as any program would make it. */
export async function call(
  url: string,
  { method, json, form, text, token, cookie, accept = 'application/json', type }: Call = {},
): Promise<Reply> {
  const body = json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form).toString() : text
  const contentType = type ?? (form ? 'application/x-www-form-urlencoded' : 'application/json')
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      accept,
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const answer = await response.text()
  return { status: response.status, text: answer, body: parsed(answer), headers: response.headers }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** A token by SMART Backend Services: the client proves itself with its private key. */
export async function systemToken(demo: Demo, facility: Demo['facilities'][number]): Promise<string> {
  const alg = facility.privateKeyJwk.alg ?? 'ES384'
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg, typ: 'JWT', ...(facility.privateKeyJwk.kid ? { kid: facility.privateKeyJwk.kid } : {}) })
    .setIssuer(facility.clientId)
    .setSubject(facility.clientId)
    .setAudience(demo.tokenEndpoint)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(await importJWK(facility.privateKeyJwk, alg))
  const reply = await call(demo.tokenEndpoint, {
    form: {
      grant_type: 'client_credentials',
      scope: facility.scope,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
  })
  if (reply.status !== 200) throw new Error(`token: ${reply.status} ${reply.text.slice(0, 200)}`)
  return String(reply.body.access_token)
}

/** The card's answer to a challenge; the PIN goes to the card and no further. */
export async function answerWith(card: Card, challenge: string): Promise<{ certificatePem: string; signature: string }> {
  const software = softwareCard(card)
  const signature = await software.sign(card.pin, Buffer.from(challenge, 'base64url'))
  return { certificatePem: card.certificatePem, signature: Buffer.from(signature).toString('base64url') }
}

const sessionOf = (reply: Reply): string => reply.headers.get('set-cookie')?.split(';')[0] ?? ''

/** Signs a citizen in by card and returns the session cookie. */
export async function citizenSession(demo: Demo, card: Card): Promise<string> {
  const { body } = await call(`${demo.baseUrl}/sign-in/card/challenge`, { method: 'POST', json: {} })
  const reply = await call(`${demo.baseUrl}/sign-in/card`, { json: { id: body.id, ...(await answerWith(card, String(body.challenge))) } })
  if (reply.status >= 400) throw new Error(`card sign-in: ${reply.status} ${reply.text.slice(0, 200)}`)
  return sessionOf(reply)
}

/** Signs a member of staff in with password and one-time code. */
export async function staffSession(demo: Demo, staff: Demo['staff'][number]): Promise<string> {
  const totp = new OTPAuth.TOTP({ secret: OTPAuth.Secret.fromBase32(staff.totpSecret) }).generate()
  const reply = await call(`${demo.baseUrl}/sign-in/staff`, { json: { loginName: staff.loginName, password: staff.password, totp } })
  if (reply.status >= 400) throw new Error(`staff sign-in: ${reply.status} ${reply.text.slice(0, 200)}`)
  return sessionOf(reply)
}
