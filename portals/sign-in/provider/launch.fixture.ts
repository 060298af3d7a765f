/** Apps of a register, a browser that keeps cookies, and people in front of it, for journeys over real sockets. */
import { randomUUID } from 'node:crypto'
import * as oidc from 'openid-client'
import { type AppClient, insertApp, insertStaff } from '#care/person'
import { startSession } from '#kernel/identity'
import { HOSPITAL, type Served } from '../../../tests/harness/served.ts'

export const REDIRECT = 'https://app.example/back'

/** An app that keeps no key, reads its person's record, and is tied to a key of its own by DPoP. */
export const anApp = (clientId: string, more: Partial<AppClient> = {}): AppClient => ({
  clientId,
  institutionNumber: '',
  name: 'おくすり手帳アプリ',
  nameEn: 'Medicine diary',
  maker: '株式会社みどり',
  about: { ja: '薬の記録を見せます。', en: 'Shows your medicines.' },
  logoText: '薬',
  homepageUrl: null,
  privacyUrl: null,
  jwks: { keys: [] },
  scopes: ['openid', 'fhirUser', 'profile', 'launch', 'launch/patient', 'offline_access', 'patient/*.rs'],
  binding: 'any',
  kind: 'public',
  forCitizens: true,
  forStaff: false,
  redirectUris: [REDIRECT],
  launchUrl: null,
  authMethod: 'none',
  parRequired: true,
  grantTypes: ['authorization_code', 'refresh_token'],
  ...more,
})

export const register = (served: Served, app: AppClient): Promise<void> => insertApp(served.db, new Date(), app)

/** A browser: it keeps cookies by their path, and shows where it is sent instead of going to other sites. */
export function browser(served: Served) {
  const jar = new Map<string, { value: string; path: string }>()
  async function send(method: 'GET' | 'POST', url: string, form?: Record<string, string | string[]>): Promise<Response> {
    const { pathname } = new URL(url)
    const cookies = [...jar].filter(([, c]) => pathname === c.path || pathname.startsWith(c.path.replace(/\/?$/, '/')))
    const body = new URLSearchParams(Object.entries(form ?? {}).flatMap(([name, v]) => [v].flat().map((one) => [name, one])))
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookies.map(([name, c]) => `${name}=${c.value}`).join('; ') },
      ...(form ? { body } : {}),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/'
      if (value === '' || /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, { value, path })
    }
    return answer
  }
  /** Goes where it is sent, as long as that is ours. */
  async function open(url: string): Promise<{ at: string; answer: Response }> {
    let at = url
    for (let hops = 0; hops < 8; hops++) {
      const answer = await send('GET', at)
      const to = answer.headers.get('location')
      if (to === null) return { at, answer }
      at = new URL(to, at).href
      if (!at.startsWith(served.origin)) return { at, answer }
    }
    throw new Error('sent in circles')
  }
  return {
    send,
    open,
    jar,
    async signIn(subject: { kind: 'citizen' | 'staff'; id: string }): Promise<void> {
      jar.set('enishi_session', { value: await startSession(served.db, new Date(), { ...subject, provenBy: 'card' }), path: '/' })
    },
    /** Ticks everything that the page asks, presses the button, and follows. */
    async decide(at: string, html: string, answers: { decision?: 'allow' | 'deny'; part?: string[]; for?: string } = {}) {
      const parts = [...html.matchAll(/name="part"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="part"/g)].map((m) => (m[1] ?? m[2])!)
      const chosen = answers.for ?? /name="for"[^>]*value="([^"]+)"/.exec(html)?.[1]
      const form = { decision: answers.decision ?? 'allow', part: answers.part ?? parts, ...(chosen === undefined ? {} : { for: chosen }) }
      const answer = await send('POST', at, form)
      const to = answer.headers.get('location')
      if (to === null) return { at, answer }
      return open(new URL(to, at).href)
    },
  }
}
export type Browser = ReturnType<typeof browser>

/** Somebody of the register, and a browser in which they signed in. */
export async function someone(served: Served): Promise<{ key: string; id: string; browser: Browser }> {
  const key = await served.enter()
  const person = await served.services.person.findByKey(served, key)
  const theirs = browser(served)
  await theirs.signIn({ kind: 'citizen', id: person!.id })
  return { key, id: person!.id, browser: theirs }
}

export async function aDoctor(served: Served): Promise<{ id: string; browser: Browser }> {
  const id = randomUUID()
  const about = {
    loginName: id,
    name: '医師 一郎',
    role: 'physician' as const,
    institutionNumber: HOSPITAL,
    passwordHash: '',
    totpSecret: '',
  }
  await insertStaff(served.db, { id, ...about })
  const theirs = browser(served)
  await theirs.signIn({ kind: 'staff', id })
  return { id, browser: theirs }
}

/** An app that speaks OAuth by a library that is not ours. */
export async function appSide(served: Served, clientId: string, auth: oidc.ClientAuth = oidc.None()) {
  const config = await oidc.discovery(new URL(served.origin), clientId, { redirect_uris: [REDIRECT] }, auth, {
    execute: [oidc.allowInsecureRequests],
  })
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
  return { config, DPoP }
}
export type AppSide = Awaited<ReturnType<typeof appSide>>

export type Started = { verifier: string; state: string; nonce: string; url: URL }

/** The app's request, pushed; `more` replaces parameters. */
export async function start(served: Served, { config, DPoP }: AppSide, more: Record<string, string> = {}, pushed = true): Promise<Started> {
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const params = {
    redirect_uri: REDIRECT,
    scope: 'openid fhirUser launch/patient offline_access patient/*.rs',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    aud: served.base,
    state,
    nonce,
    ...more,
  }
  const url = pushed ? await oidc.buildAuthorizationUrlWithPAR(config, params, { DPoP }) : oidc.buildAuthorizationUrl(config, params)
  return { verifier, state, nonce, url }
}

/** The whole way to a code: asked, let in, sent back. */
export async function toCode(served: Served, side: AppSide, who: Browser, more: Record<string, string> = {}, pushed = true) {
  const started = await start(served, side, more, pushed)
  const page = await who.open(started.url.href)
  if (page.answer.status !== 200)
    throw new Error(`no page at ${page.at}: ${page.answer.status} ${(await page.answer.text()).slice(0, 400)}`)
  const back = await who.decide(page.at, await page.answer.text())
  return { ...started, back: new URL(back.at) }
}

export const tokensFor = ({ config, DPoP }: AppSide, { back, verifier, state, nonce }: Started & { back: URL }, bound = true) =>
  oidc.authorizationCodeGrant(
    config,
    back,
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
    undefined,
    bound ? { DPoP } : undefined,
  )
