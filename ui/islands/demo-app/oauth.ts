/** The app's side of a launch: being sent for a code, changing it for tokens, renewing them. @spec SMART App Launch 2.2; RFC 7636 */

export type App = { clientId: string; fhir: string; redirect: string; scopes: string }
export type Tokens = { access_token: string; refresh_token?: string; patient?: string; scope: string }
type Begun = { state: string; verifier: string; launched: boolean }
type Endpoints = { issuer: string; authorization_endpoint: string; token_endpoint: string }

const BEGUN = 'demo-app begun'
const TOKENS = 'demo-app tokens'

const random = (): string => encoded(crypto.getRandomValues(new Uint8Array(32)))
const encoded = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

async function endpoints({ fhir }: App): Promise<Endpoints> {
  const answer = await fetch(`${fhir}/.well-known/smart-configuration`, { headers: { accept: 'application/json' } })
  if (!answer.ok) throw new Error(String(answer.status))
  return (await answer.json()) as Endpoints
}

/** Leaves for the page where somebody chooses what the app may see. @param launch handed over by a chart; null on its own */
export async function begin(app: App, launch: string | null): Promise<void> {
  const { authorization_endpoint } = await endpoints(app)
  const begun: Begun = { state: random(), verifier: random(), launched: launch !== null }
  sessionStorage.setItem(BEGUN, JSON.stringify(begun))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(begun.verifier))
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirect,
    scope: `${launch === null ? 'launch/patient' : 'launch'} ${app.scopes}`,
    state: begun.state,
    aud: app.fhir,
    code_challenge: encoded(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...(launch === null ? {} : { launch }),
  })
  location.assign(`${authorization_endpoint}?${asked}`)
}

export type Arrived = { tokens: Tokens } | { refused: string } | null

/** What came back in the address; null where nothing did. The address is cleaned, so that no code stays in the history. */
export async function arrive(app: App): Promise<Arrived> {
  const answer = new URLSearchParams(location.search)
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? 'null') as Begun | null
  if (!answer.has('state')) return null
  history.replaceState(null, '', location.pathname)
  sessionStorage.removeItem(BEGUN)
  if (begun === null || answer.get('state') !== begun.state) return { refused: 'state' }
  const error = answer.get('error')
  if (error !== null) return { refused: error }
  const { issuer } = await endpoints(app)
  // Another server's answer must not be taken for this one's.
  if (answer.get('iss') !== null && answer.get('iss') !== issuer) return { refused: 'iss' }
  const form = {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: app.redirect,
    code_verifier: begun.verifier,
  }
  return asked(app, form)
}

/** New tokens for the refresh token; the old one is worth nothing afterwards. */
export const renew = (app: App, { refresh_token = '' }: Tokens): Promise<Exclude<Arrived, null>> =>
  asked(app, { grant_type: 'refresh_token', refresh_token })

async function asked(app: App, form: Record<string, string>): Promise<Exclude<Arrived, null>> {
  const { token_endpoint } = await endpoints(app)
  const answer = await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams({ ...form, client_id: app.clientId }) })
  const body = (await answer.json()) as Tokens & { error?: string }
  if (!answer.ok) return { refused: body.error ?? String(answer.status) }
  keep(body)
  return { tokens: body }
}

/** Kept for this tab, until it is closed. */
const keep = (tokens: Tokens): void => sessionStorage.setItem(TOKENS, JSON.stringify(tokens))
export const kept = (): Tokens | null => JSON.parse(sessionStorage.getItem(TOKENS) ?? 'null') as Tokens | null
export const forget = (): void => sessionStorage.removeItem(TOKENS)
