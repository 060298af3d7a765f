/** We as a client of an outside provider: the request, the code for an ID token, the token's proof. */
import { createHash, randomBytes } from 'node:crypto'
import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { type Outbound, outbound as outboundTo, type Resolve } from '#kernel/outbound'
import { refuse } from '#kernel/refusal'
import { knownOf } from './facts.ts'
import type { Facts, OutsideSettings, Proven, Try } from './model.ts'
import { acceptedAlgorithms, provenAtIn, subjectIn, whyNotClaims, whyNotFrom } from './rules.ts'
import { askProvider, errorWord, type Told } from './wire.ts'

const ASSERTION_SECONDS = 60
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

type Ask = { state: string; redirectUri: string; about: Pick<Try, 'nonce' | 'verifier' | 'since'> }
type Answered = { code: string; iss: string | null; redirectUri: string; about: Try }

export type OutsideClient = {
  settings: OutsideSettings
  /** Where the browser goes to be proven. @refuses outside-unreachable, outside-unfit, outside-code-refused */
  ask(now: Date, ask: Ask): Promise<string>
  /** Whether the answer came from the provider that was asked. @refuses outside-mixed-up */
  heldTo(now: Date, iss: string | null): Promise<void>
  /** Who was proven. @refuses outside-… as `rules.ts` says */
  prove(now: Date, answered: Answered): Promise<Proven>
}

/** @param resolve how names become addresses, for tests */
export function outsideClient(settings: OutsideSettings, resolve?: Resolve): OutsideClient {
  const outbound = outboundTo(settings.hosts, resolve)
  const known = knownOf(settings, outbound)
  const heldTo = async (now: Date, iss: string | null): Promise<void> => {
    const why = whyNotFrom(iss, await known.facts(now), settings.issuer)
    if (why !== null) refuse(why)
  }
  return {
    settings,
    heldTo,
    async ask(now, ask) {
      const facts = await known.facts(now)
      const params = requestOf(settings, ask)
      const url = new URL(facts.authorizationEndpoint)
      const sent = facts.parEndpoint === null ? params : await pushed({ settings, outbound, facts, now }, facts.parEndpoint, params)
      for (const [name, value] of sent) url.searchParams.set(name, value)
      return url.href
    },
    async prove(now, { code, iss, redirectUri, about }) {
      await heldTo(now, iss)
      const facts = await known.facts(now)
      const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: about.verifier })
      const idToken = await redeemed({ settings, outbound, facts, now }, form)
      const claims = await opened(settings.issuer, idToken, (kid) => known.keys(now, kid))
      const why = whyNotClaims(claims, { settings, now, about })
      if (why !== null) refuse(why, { claim: settings.claim })
      return { issuer: settings.issuer, subject: subjectIn(claims, settings.claim)!, provenAt: provenAtIn(claims) }
    },
  }
}

/** The request. Who must be proven anew is asked for by `prompt` and `max_age`, and held to `auth_time` afterwards. */
function requestOf({ clientId, acr }: OutsideSettings, { state, redirectUri, about }: Ask): URLSearchParams {
  return new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    state,
    nonce: about.nonce,
    code_challenge: createHash('sha256').update(about.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(acr.length > 0 ? { acr_values: acr.join(' ') } : {}),
    ...(about.since === null ? {} : { prompt: 'login', max_age: '0' }),
  })
}

type Calling = { settings: OutsideSettings; outbound: Outbound; facts: Facts; now: Date }

/** A form with the proof that we are the client. @spec RFC 7523; OpenID Connect Core 1.0 section 9 */
async function withProof(
  { settings, facts, now }: Calling,
  form: URLSearchParams,
): Promise<{ form: URLSearchParams; headers: Record<string, string> }> {
  const { proof, clientId, issuer } = settings
  if (proof.by === 'secret') {
    const pair = [clientId, proof.secret].map(encodeURIComponent).join(':')
    return { form, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
  }
  const seconds = Math.floor(now.getTime() / 1000)
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: proof.alg, ...(proof.jwk.kid === undefined ? {} : { kid: proof.jwk.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(proof.audience === 'issuer' ? issuer : facts.tokenEndpoint)
    .setJti(randomBytes(16).toString('base64url'))
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ASSERTION_SECONDS)
    .sign(await importJWK(proof.jwk, proof.alg))
  const sent = new URLSearchParams(form)
  sent.set('client_id', clientId)
  sent.set('client_assertion_type', JWT_BEARER)
  sent.set('client_assertion', assertion)
  return { form: sent, headers: {} }
}

/** @spec RFC 9126 */
async function pushed(calling: Calling, url: string, params: URLSearchParams): Promise<URLSearchParams> {
  const { status, json } = await askProvider(calling.outbound, { url, ...(await withProof(calling, params)) })
  const { request_uri: uri } = json
  if ((status !== 200 && status !== 201) || typeof uri !== 'string') return refuse('outside-unfit', { reason: errorWord(json.error) })
  return new URLSearchParams({ client_id: calling.settings.clientId, request_uri: uri })
}

/** The ID token that a code is worth. The access token beside it is not used, and not kept. */
async function redeemed(calling: Calling, form: URLSearchParams): Promise<string> {
  const { status, json } = await (calling.facts.dpop ? withKey(calling, form) : sendForm(calling, form))
  if (status !== 200) return refuse('outside-code-refused', { reason: errorWord(json.error) })
  return typeof json.id_token === 'string' ? json.id_token : refuse('outside-code-refused', { reason: 'id_token' })
}

async function sendForm(calling: Calling, form: URLSearchParams, more: Record<string, string> = {}): Promise<Told> {
  const { form: sent, headers } = await withProof(calling, form)
  return askProvider(calling.outbound, { url: calling.facts.tokenEndpoint, form: sent, headers: { ...headers, ...more } })
}

/** Providers may tie what they give to a key of ours; a key of this one moment is as good as any. @spec RFC 9449 */
async function withKey(calling: Calling, form: URLSearchParams): Promise<Told> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const proof = (nonce?: string) =>
    new SignJWT({ htm: 'POST', htu: calling.facts.tokenEndpoint, ...(nonce === undefined ? {} : { nonce }) })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
      .setJti(randomBytes(16).toString('base64url'))
      .setIssuedAt(Math.floor(calling.now.getTime() / 1000))
      .sign(privateKey)
  const first = await sendForm(calling, form, { dpop: await proof() })
  const nonce = first.headers['dpop-nonce']
  const again = first.status !== 200 && first.json.error === 'use_dpop_nonce' && nonce !== undefined
  return again ? sendForm(calling, form, { dpop: await proof(nonce) }) : first
}

/** The claims of an ID token, its signature checked by the provider's keys: never by one that the token brings along. */
async function opened(issuer: string, idToken: string, keysOf: (kid: string | undefined) => Promise<readonly JWK[]>): Promise<JWTPayload> {
  const { alg = 'none', kid } = headerOf(idToken)
  if (!acceptedAlgorithms.includes(alg)) return refuse('outside-algorithm', { alg: alg.slice(0, 20).replace(/[^\w-]/g, '') })
  // Said before the key is asked for: another issuer's token is not "wrongly signed", it is another's.
  if (decodeJwt(idToken).iss !== issuer) return refuse('outside-issuer')
  for (const jwk of await keysOf(kid)) {
    const payload = await verified(idToken, jwk, alg)
    if (payload !== null) return payload
  }
  return refuse('outside-signature')
}

function headerOf(idToken: string): { alg?: string; kid?: string } {
  try {
    const { alg, kid } = decodeProtectedHeader(idToken)
    decodeJwt(idToken)
    return { ...(alg === undefined ? {} : { alg }), ...(kid === undefined ? {} : { kid }) }
  } catch {
    return refuse('outside-signature')
  }
}

async function verified(idToken: string, jwk: JWK, alg: string): Promise<JWTPayload | null> {
  try {
    const key = await importJWK(jwk, alg)
    if (key instanceof Uint8Array) return null
    await compactVerify(idToken, key, { algorithms: [alg] })
    return decodeJwt(idToken)
  } catch {
    return null
  }
}
