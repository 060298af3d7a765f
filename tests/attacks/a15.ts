/** A15: the attacker model of FAPI 2.0 against apps: other algorithms and keys, replay, mix-up, redirects, tokens in other hands. */
import { SignJWT } from 'jose'
import type { Row } from '#kernel/route'
import { REDIRECT, start, toCode, tokensFor } from '../../portals/sign-in/provider/launch.fixture.ts'
import { openServed } from '../harness/served.ts'
import { led, mixUp, requests } from './a15-requests.ts'
import { type AppWorld, type Attempt, hasToken, JWT_BEARER, newKey, openApps, signedWithSecret, unsigned } from './a15-tools.ts'
import type { Attack } from './result.ts'

/** Claims of a token that would open the victim's record, if anybody believed them: those of one that did, which is tied to nothing. */
async function wished(world: AppWorld): Promise<Record<string, unknown>> {
  return JSON.parse(Buffer.from((await untied(world)).split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
}
/** A token of an app that may do without a key. */
async function untied(w: AppWorld): Promise<string> {
  const { body } = await w.redeem({ code: await w.code('loose', { scope: 'openid launch/patient patient/*.rs' }), client_id: 'loose' })
  return String(body.access_token)
}
const kidOf = async ({ endpoint }: AppWorld): Promise<{ kid: string; x: string }> =>
  ((await (await fetch(endpoint('/oauth/jwks'))).json()) as { keys: { kid: string; x: string }[] }).keys[0]!

const forged: Attempt[] = [
  {
    name: 'a token with alg none',
    gained: async (w) => (await w.read(unsigned({ alg: 'none', typ: 'at+jwt', kid: (await kidOf(w)).kid }, await wished(w)))) === 200,
  },
  {
    name: 'a token with HS256, the public key as its secret',
    gained: async (w) => {
      const { kid, x } = await kidOf(w)
      return (await w.read(signedWithSecret({ alg: 'HS256', typ: 'at+jwt', kid }, await wished(w), Buffer.from(x, 'base64url')))) === 200
    },
  },
  ...['our kid', '../../dev/null', "' or '1'='1", 'https://thief.example/jwks'].map(
    (kid): Attempt => ({
      name: `a token of another issuer’s key under the kid ${kid}`,
      gained: async (w) => {
        const [key, own] = [await newKey(), await kidOf(w)]
        const header = {
          alg: 'ES256',
          typ: 'at+jwt',
          kid: kid === 'our kid' ? own.kid : kid,
          jwk: key.jwk,
          jku: 'https://thief.example/jwks',
        }
        return (await w.read(await new SignJWT(await wished(w)).setProtectedHeader(header).sign(key.privateKey))) === 200
      },
    }),
  ),
  {
    name: 'an ID token as an access token',
    gained: async (w) => {
      const { body } = await w.redeem({ code: await w.code('loose', { scope: 'openid launch/patient patient/*.rs' }), client_id: 'loose' })
      return (await w.read(String(body.id_token))) === 200
    },
  },
]

/** An app with a key of its own, impersonated. */
const asserted = (name: string, made: (w: AppWorld) => Promise<string>): Attempt => ({
  name: `the app’s assertion: ${name}`,
  gained: async (w) => {
    const auth = { client_assertion_type: JWT_BEARER, client_assertion: await made(w) }
    return (await w.post('/oauth/par', { ...w.request('server'), ...auth })).status === 201
  },
})
const claimsOf = ({ endpoint }: AppWorld) => ({
  iss: 'server',
  sub: 'server',
  aud: endpoint('/oauth/token'),
  jti: 'x',
  exp: Math.floor(Date.now() / 1000) + 100,
})
const assertions: Attempt[] = [
  asserted('alg none', async (w) => unsigned({ alg: 'none' }, claimsOf(w))),
  asserted('HS256 with the public key', async (w) =>
    signedWithSecret({ alg: 'HS256', kid: 'server' }, claimsOf(w), JSON.stringify(w.theirKey.jwk)),
  ),
  asserted('another app’s key under this one’s kid', (w) => w.assertion(w.otherKey, {}, { kid: 'server' })),
  asserted('another app’s key under its own kid', (w) => w.assertion(w.otherKey, {}, { kid: 'other' })),
  asserted('a key sent along', async (w) => {
    const key = await newKey()
    return w.assertion(key, {}, { jwk: key.jwk, kid: 'server' })
  }),
  asserted('for another server', (w) => w.assertion(w.theirKey, { aud: 'https://other.example/oauth/token' })),
  asserted('an end a day ahead', (w) => w.assertion(w.theirKey, { exp: Math.floor(Date.now() / 1000) + 86_400 })),
  asserted('used before', async (w) => {
    const once = await w.assertion(w.theirKey)
    await w.post('/oauth/par', { ...w.request('server'), client_assertion_type: JWT_BEARER, client_assertion: once })
    return once
  }),
  { name: 'an app with a key, without any proof', gained: async (w) => (await w.post('/oauth/par', w.request('server'))).status === 201 },
]

const codes: Attempt[] = [
  {
    name: 'a code used twice gives nothing the second time',
    gained: async (w) => {
      const [code, key] = [await w.code(), await newKey()]
      await w.redeem({ code }, { dpop: await w.proof({ key }) })
      return hasToken(await w.redeem({ code }, { dpop: await w.proof({ key }) }))
    },
  },
  {
    name: 'a code used twice: the tokens of the first use go on working',
    gained: async (w) => {
      const [code, key] = [await w.code(), await newKey()]
      const { body } = await w.redeem({ code }, { dpop: await w.proof({ key }) })
      const token = String(body.access_token)
      await w.redeem({ code }, { dpop: await w.proof({ key }) })
      const url = `${w.served.base}/Observation`
      return (await w.read(token, { dpop: await w.proof({ key, method: 'GET', url, token }) }, 'DPoP')) === 200
    },
  },
  {
    name: 'another verifier',
    gained: async (w) =>
      hasToken(await w.redeem({ code: await w.code(), code_verifier: 'w'.repeat(64) }, { dpop: await w.proof({ key: await newKey() }) })),
  },
  {
    name: 'no verifier',
    gained: async (w) =>
      hasToken(await w.redeem({ code: await w.code(), code_verifier: '' }, { dpop: await w.proof({ key: await newKey() }) })),
  },
  {
    name: 'another app’s name',
    gained: async (w) =>
      hasToken(await w.redeem({ code: await w.code(), client_id: 'thief' }, { dpop: await w.proof({ key: await newKey() }) })),
  },
  {
    name: 'another redirect',
    gained: async (w) =>
      hasToken(await w.redeem({ code: await w.code(), redirect_uri: `${REDIRECT}/` }, { dpop: await w.proof({ key: await newKey() }) })),
  },
  { name: 'no proof of a key', gained: async (w) => hasToken(await w.redeem({ code: await w.code() })) },
  {
    name: 'another key than the request was pushed with',
    gained: async (w) => {
      const started = await toCode(w.served, w.diary, w.victim.browser)
      const code = started.back.searchParams.get('code')!
      return hasToken(await w.redeem({ code, code_verifier: started.verifier }, { dpop: await w.proof({ key: await newKey() }) }))
    },
  },
]

const bound: Attempt[] = [
  {
    name: 'a DPoP proof sent twice',
    gained: async (w) => {
      const dpop = await w.proof({ key: await newKey() })
      await w.redeem({ code: await w.code() }, { dpop })
      return hasToken(await w.redeem({ code: await w.code() }, { dpop }))
    },
  },
  ...(
    [
      ['of another address', { url: 'https://other.example/oauth/token' }],
      ['of another method', { method: 'GET' }],
      ['of yesterday', { claims: { iat: Math.floor(Date.now() / 1000) - 86_400 } }],
      ['of tomorrow', { claims: { iat: Math.floor(Date.now() / 1000) + 86_400 } }],
      ['without a jti', { claims: { jti: '' } }],
      ['of another type', { header: { typ: 'JWT' } }],
    ] as const
  ).map(
    ([what, change]): Attempt => ({
      name: `a DPoP proof ${what}`,
      gained: async (w) => hasToken(await w.redeem({ code: await w.code() }, { dpop: await w.proof({ key: await newKey(), ...change }) })),
    }),
  ),
  {
    name: 'a stolen access token, with a key of the thief’s',
    gained: async (w) => {
      const { access: token } = await w.tokens(await newKey())
      const url = `${w.served.base}/Observation`
      return (await w.read(token, { dpop: await w.proof({ key: await newKey(), method: 'GET', url, token }) }, 'DPoP')) === 200
    },
  },
  { name: 'a stolen access token as a plain bearer', gained: async (w) => (await w.read((await w.tokens(await newKey())).access)) === 200 },
  {
    name: 'a stolen refresh token, with a key of the thief’s',
    gained: async (w) =>
      hasToken(await w.refresh((await w.tokens(await newKey())).refresh, { dpop: await w.proof({ key: await newKey() }) })),
  },
  {
    name: 'a stolen refresh token, without a key',
    gained: async (w) => hasToken(await w.refresh((await w.tokens(await newKey())).refresh)),
  },
  {
    name: 'a stolen refresh token by another app',
    gained: async (w) => {
      const key = await newKey()
      return hasToken(await w.refresh((await w.tokens(key)).refresh, { dpop: await w.proof({ key }) }, 'thief'))
    },
  },
]

export const attempts: readonly Attempt[] = [...forged, ...assertions, ...codes, ...bound, ...led, ...requests, ...mixUp]

/** What must go through, or the refusals prove nothing. */
export const controls: readonly Attempt[] = [
  { name: 'a token that is tied to nothing, of an app that may have one', gained: async (w) => (await w.read(await untied(w))) === 200 },
  { name: 'an app’s own launch', gained: async (w) => (await w.tokens(await newKey())).access.split('.').length === 3 },
  {
    name: 'its token, with its key',
    gained: async (w) => {
      const key = await newKey()
      const { access: token } = await w.tokens(key)
      const url = `${w.served.base}/Observation`
      return (await w.read(token, { dpop: await w.proof({ key, method: 'GET', url, token }) }, 'DPoP')) === 200
    },
  },
  {
    name: 'its refresh token, with its key',
    gained: async (w) => {
      const key = await newKey()
      return hasToken(await w.refresh((await w.tokens(key)).refresh, { dpop: await w.proof({ key }) }))
    },
  },
  {
    name: 'an assertion of its own',
    gained: async (w) => {
      const auth = { client_assertion_type: JWT_BEARER, client_assertion: await w.assertion(w.theirKey) }
      return (await w.post('/oauth/par', { ...w.request('server'), ...auth })).status === 201
    },
  },
  {
    name: 'a request in a link, where that is allowed',
    gained: async (w) =>
      (await w.victim.browser.open(w.endpoint(`/oauth/authorize?${new URLSearchParams(w.request('direct'))}`))).at.includes(
        '/oauth/interaction/',
      ),
  },
  {
    name: 'our answer, as it was given',
    gained: async (w) => 'access_token' in (await tokensFor(w.diary, await toCode(w.served, w.diary, w.victim.browser))),
  },
  { name: 'a request that was pushed', gained: async (w) => (await start(w.served, w.diary)).url.searchParams.has('request_uri') },
]

/** A product made wrong on purpose: its doors to apps take whatever comes. */
const careless = (rows: Row[]): Row[] =>
  rows.map((row): Row => {
    if (row.kind !== 'write' || row.method !== 'POST') return row
    if (row.path === '/oauth/par') return { ...row, handle: async () => ({ status: 201, json: { request_uri: 'urn:x', expires_in: 60 } }) }
    return row.path === '/oauth/token' ? { ...row, handle: async () => ({ json: { access_token: 'x', token_type: 'bearer' } }) } : row
  })

export const a15: Attack = {
  what: 'Forged and replayed tokens, codes, assertions and proofs, redirects, mix-up, tokens in other hands',
  control: 'a token endpoint and pushed requests that take whatever comes',
  async run({ mutated, tell }) {
    const served = await openServed({ demo: false, ...(mutated ? { rows: careless } : {}) })
    try {
      const world = await openApps(served)
      const leaks: string[] = []
      for (const { name, gained } of attempts) if (await gained(world).catch(() => false)) leaks.push(name)
      if (!mutated) for (const { name, gained } of controls) if (!(await gained(world))) throw new Error(`the control fails: ${name}`)
      tell(`${attempts.length} attempts`)
      return { tried: attempts.length, leaks }
    } finally {
      await served.close()
    }
  },
}
