/** @spec SMART App Launch 2.2; FAPI 2.0; by openid-client, which is not ours, over real sockets */
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endApp, endAppGrant, listAppGrants } from '#care/person'
import { openServed, type Served } from '../../../tests/harness/served.ts'
import { makeLaunch } from '../launch/index.ts'
import { aDoctor, type AppSide, anApp, appSide, browser, REDIRECT, register, someone, start, toCode, tokensFor } from './launch.fixture.ts'

let served: Served
let side: AppSide
beforeAll(async () => {
  served = await openServed()
  await register(served, anApp('diary'))
  side = await appSide(served, 'diary')
})
afterAll(() => served?.close())

const read = (token: string, path: string, by = side) =>
  oidc.fetchProtectedResource(by.config, token, new URL(`${served.base}${path}`), 'GET', null, undefined, { DPoP: by.DPoP })
/** What came of a read: its status, also where the library throws at the challenge that comes with a refusal. */
const statusOf = (token: string, path = '/Observation?_count=1', by = side) =>
  read(token, path, by).then(
    (answer) => answer.status,
    (error: { status?: number; response?: Response; cause?: { status?: number } }) =>
      error.status ?? error.response?.status ?? String(error),
  )
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'went through',
    (error: { error?: string; code?: string; message: string }) => error.error ?? error.code ?? error.message,
  )
const refresh = (token: string, by = side) => oidc.refreshTokenGrant(by.config, token, undefined, { DPoP: by.DPoP })
const grantOf = async (id: string, kind: 'citizen' | 'staff' = 'citizen') => (await listAppGrants(served.db, { kind, id }))[0]!

async function letIn(by = side, more: Record<string, string> = {}) {
  const who = await someone(served)
  return { who, tokens: await tokensFor(by, await toCode(served, by, who.browser, more)) }
}

describe('an app of a person: PAR, PKCE, DPoP', () => {
  test('is let in, reads that record, and goes on while they are away', async () => {
    const who = await someone(served)
    const launched = await toCode(served, side, who.browser)
    expect(launched.back.origin).toBe('https://app.example')
    expect(launched.back.searchParams.get('iss')).toBe(served.origin)
    const tokens = await tokensFor(side, launched)
    expect(tokens).toMatchObject({ token_type: 'dpop', expires_in: 300, patient: who.key, need_patient_banner: false })
    expect(tokens.claims()).toMatchObject({ sub: who.id, fhirUser: `${served.base}/Patient/${who.key}`, iss: served.origin, amr: ['card'] })
    expect(await statusOf(tokens.access_token)).toBe(200)
    const renewed = await refresh(tokens.refresh_token!)
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    expect(await statusOf(renewed.access_token)).toBe(200)
    expect(await grantOf(who.id)).toMatchObject({ clientId: 'diary', patientKey: who.key, endedAt: null })
  })

  test('who says yes twice means the latest: the earlier grant ends with its tokens; another’s record stays apart', async () => {
    const who = await someone(served)
    const first = await tokensFor(side, await toCode(served, side, who.browser))
    const other = await letIn()
    const pending = await toCode(served, side, who.browser)
    const second = await tokensFor(side, await toCode(served, side, who.browser))
    expect([await statusOf(first.access_token), await errorOf(refresh(first.refresh_token!))]).toEqual([401, 'invalid_grant'])
    expect(await errorOf(tokensFor(side, pending)), 'a code between them neither').toBe('invalid_grant')
    expect(await statusOf(second.access_token), 'the control').toBe(200)
    expect(await statusOf(other.tokens.access_token), 'the same app, another person').toBe(200)
    const grants = await listAppGrants(served.db, { kind: 'citizen', id: who.id })
    expect(grants.map((grant) => grant.endedBy)).toEqual([null, 'replaced', 'replaced'])
  })

  test('a person may leave parts out: the token says so, and says no more after it is renewed', async () => {
    const who = await someone(served)
    const started = await start(served, side)
    const page = await who.browser.open(started.url.href)
    const back = await who.browser.decide(page.at, await page.answer.text(), { part: ['medicines.read', 'away'] })
    const tokens = await tokensFor(side, { ...started, back: new URL(back.at) })
    expect(tokens.scope).toContain('MedicationRequest')
    expect(tokens.scope).not.toMatch(/patient\/\*|Observation|profile|fhirUser/)
    expect(tokens.claims()).not.toHaveProperty('fhirUser')
    expect((await refresh(tokens.refresh_token!)).scope).toBe(tokens.scope)
    expect(await statusOf(tokens.access_token, '/Observation?_count=1')).toBe(403)
    expect(await statusOf(tokens.access_token, '/MedicationRequest?_count=1')).toBe(200)
  })

  test('without offline_access ticked there is nothing to go on with', async () => {
    const who = await someone(served)
    const started = await start(served, side)
    const page = await who.browser.open(started.url.href)
    const back = await who.browser.decide(page.at, await page.answer.text(), { part: ['medicines.read'] })
    expect(await tokensFor(side, { ...started, back: new URL(back.at) })).not.toHaveProperty('refresh_token')
  })

  test('a granular scope is kept as it was asked', async () => {
    const scope = 'openid launch/patient patient/Observation.rs?category=laboratory'
    const { tokens } = await letIn(side, { scope })
    expect(tokens.scope).toContain('patient/Observation.rs?category=laboratory')
  })

  test('a person says no: the app is told so, by us', async () => {
    const who = await someone(served)
    const started = await start(served, side)
    const page = await who.browser.open(started.url.href)
    const back = new URL((await who.browser.decide(page.at, await page.answer.text(), { decision: 'deny' })).at)
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: started.state, iss: served.origin })
  })

  test('whoever is not signed in does so first, and comes back', async () => {
    const who = browser(served)
    const { url } = await start(served, side)
    const { at } = await who.open(url.href)
    expect(new URL(at).pathname).toBe('/sign-in/card')
    const next = new URL(at).searchParams.get('next')!
    expect(next).toMatch(/^\/oauth\/interaction\/[\w-]+$/)
    const person = await someone(served)
    who.jar.set('enishi_session', person.browser.jar.get('enishi_session')!)
    expect((await who.open(`${served.origin}${next}`)).answer.status).toBe(200)
  })

  test('another browser cannot answer in its place', async () => {
    const [who, other] = [await someone(served), await someone(served)]
    const page = await who.browser.open((await start(served, side)).url.href)
    expect((await other.browser.open(page.at)).answer.status).toBe(410)
    expect((await other.browser.send('POST', page.at, { decision: 'allow', part: 'medicines.read', for: other.id })).status).toBe(410)
    expect(await grantOf(other.id)).toBeUndefined()
  })

  test('an app that runs where its key can be copied reads its own person’s record untied; it needs no PAR', async () => {
    const scopes = ['openid', 'fhirUser', 'launch/patient', 'patient/*.rs']
    await register(served, anApp('page', { binding: 'none', parRequired: false, scopes, grantTypes: ['authorization_code'] }))
    const page = await appSide(served, 'page')
    const who = await someone(served)
    const launched = await toCode(served, page, who.browser, { scope: scopes.join(' ') }, false)
    const tokens = await tokensFor(page, launched, false)
    expect(tokens.token_type).toBe('bearer')
    const answer = await fetch(`${served.base}/Observation?_count=1`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect(answer.status).toBe(200)
  })
})

describe('for another person', () => {
  test('a parent chooses the child: the token is for the child’s record, and ends with the right to act', async () => {
    const [parent, child] = [await someone(served), await someone(served)]
    await sql`update person.person set birth_date = '2015-05-05' where id = ${child.id}`.execute(served.db)
    await sql`insert into person.proxy (represented_id, id, proxy_id, basis, evidence, valid_from, until, made_at, made_by, accepted_at)
      values (${child.id}, 'p1', ${parent.id}, 'parent', '戸籍', '2020-01-01', null, now(), 'test', now())`.execute(served.db)
    const started = await start(served, side)
    const page = await parent.browser.open(started.url.href)
    const html = await page.answer.text()
    expect(html).toContain(child.id)
    const back = new URL((await parent.browser.decide(page.at, html, { for: child.id })).at)
    const tokens = await tokensFor(side, { ...started, back })
    expect(tokens).toMatchObject({ patient: child.key })
    expect(tokens.claims(), 'no key of the parent’s own').not.toHaveProperty('fhirUser')
    expect(await statusOf(tokens.access_token)).toBe(200)
    await sql`update person.proxy set ended_at = now() where id = 'p1'`.execute(served.db)
    expect(await statusOf(tokens.access_token)).toBe(401)
  })

  test('nobody chooses somebody they do not represent', async () => {
    const [who, other] = [await someone(served), await someone(served)]
    const page = await who.browser.open((await start(served, side)).url.href)
    const answer = await who.browser.decide(page.at, await page.answer.text(), { for: other.id })
    expect(answer.answer.status).toBe(400)
    expect(await grantOf(who.id)).toBeUndefined()
  })
})

describe('staff', () => {
  const scope = 'openid fhirUser launch user/*.rs patient/*.rs'
  beforeAll(async () => {
    await register(served, anApp('chart', { forCitizens: false, forStaff: true, scopes: scope.split(' ') }))
  })

  test('an app started from a chart is for that patient, once', async () => {
    const [doctor, patient, chart] = [await aDoctor(served), await someone(served), await appSide(served, 'chart')]
    const launch = await makeLaunch(served.db, new Date(), { staffId: doctor.id, clientId: 'chart', patientKey: patient.key })
    const tokens = await tokensFor(chart, await toCode(served, chart, doctor.browser, { scope, launch }))
    expect(tokens).toMatchObject({ patient: patient.key, need_patient_banner: true })
    expect(tokens.claims()).toMatchObject({ fhirUser: `${served.base}/Practitioner/${doctor.id}` })
    expect(await statusOf(tokens.access_token, '/Observation?_count=1', chart)).toBe(200)
    const again = await tokensFor(chart, await toCode(served, chart, doctor.browser, { scope, launch }))
    expect(again, 'a launch that was used').not.toHaveProperty('patient')
  })

  test('an app of staff is not for people, and the other way round', async () => {
    const [doctor, person, chart] = [await aDoctor(served), await someone(served), await appSide(served, 'chart')]
    expect((await person.browser.open((await start(served, chart, { scope })).url.href)).answer.status).toBe(403)
    expect((await doctor.browser.open((await start(served, side)).url.href)).answer.status).toBe(403)
  })
})

describe('an end', () => {
  test.each<[string, (made: Awaited<ReturnType<typeof letIn>>) => Promise<unknown>]>([
    [
      'the person ends it',
      async ({ who }) =>
        endAppGrant(served.db, new Date(), { grantId: (await grantOf(who.id)).id, subject: { kind: 'citizen', id: who.id }, by: 'person' }),
    ],
    ['the app gives back its refresh token', ({ tokens }) => oidc.tokenRevocation(side.config, tokens.refresh_token!)],
    ['the app gives back its access token', ({ tokens }) => oidc.tokenRevocation(side.config, tokens.access_token)],
  ])('%s: at the next request nothing works', async (_name, end) => {
    const made = await letIn()
    expect(await statusOf(made.tokens.access_token), 'the control').toBe(200)
    await end(made)
    expect(await statusOf(made.tokens.access_token)).toBe(401)
    expect(await errorOf(refresh(made.tokens.refresh_token!))).toBe('invalid_grant')
    expect((await grantOf(made.who.id)).endedAt).not.toBeNull()
  })

  test('an operator ends the app', async () => {
    await register(served, anApp('gone'))
    const gone = await appSide(served, 'gone')
    const { tokens } = await letIn(gone)
    await endApp(served.db, new Date(), 'gone')
    expect(await statusOf(tokens.access_token, '/Observation?_count=1', gone)).toBe(401)
    expect(await errorOf(refresh(tokens.refresh_token!, gone))).toBe('invalid_client')
  })

  test('a refresh token that comes twice ends everything, the newer tokens too, and says why', async () => {
    const { who, tokens } = await letIn()
    const newer = await refresh(tokens.refresh_token!)
    expect(await errorOf(refresh(tokens.refresh_token!))).toBe('invalid_grant')
    expect(await errorOf(refresh(newer.refresh_token!))).toBe('invalid_grant')
    expect(await statusOf(newer.access_token)).toBe(401)
    expect(await grantOf(who.id)).toMatchObject({ endedBy: 'reuse' })
  })

  test('of one refresh token sent many times at once, at most one is answered, and the grant ends', async () => {
    const { who, tokens } = await letIn()
    const said = await Promise.all(Array.from({ length: 6 }, () => errorOf(refresh(tokens.refresh_token!))))
    expect(said.filter((one) => one === 'went through').length).toBeLessThanOrEqual(1)
    expect(await grantOf(who.id)).toMatchObject({ endedBy: 'reuse' })
  })

  test('an app whose scopes were cut loses them at once', async () => {
    await register(served, anApp('cut'))
    const cut = await appSide(served, 'cut')
    const { tokens } = await letIn(cut)
    expect(await statusOf(tokens.access_token, '/Observation?_count=1', cut)).toBe(200)
    await sql`update person.client set scopes = ${['openid', 'patient/Patient.rs']} where client_id = 'cut'`.execute(served.db)
    expect(await statusOf(tokens.access_token, '/Observation?_count=1', cut)).toBe(403)
  })
})

describe('an app with a key of its own (private_key_jwt)', () => {
  test('asks about its tokens and who signed in; another app learns nothing', async () => {
    const [mine, theirs] = [await generateKeyPair('ES256', { extractable: true }), await generateKeyPair('ES256', { extractable: true })]
    for (const [id, { publicKey }] of [
      ['server', mine],
      ['other', theirs],
    ] as const) {
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: id, alg: 'ES256', use: 'sig' }] }
      await register(served, anApp(id, { kind: 'confidential', authMethod: 'private_key_jwt', jwks }))
    }
    const server = await appSide(served, 'server', oidc.PrivateKeyJwt(mine.privateKey))
    const other = await appSide(served, 'other', oidc.PrivateKeyJwt(theirs.privateKey))
    const { who, tokens } = await letIn(server, { scope: 'openid profile fhirUser launch/patient offline_access patient/*.rs' })
    for (const token of [tokens.access_token, tokens.refresh_token!]) {
      expect(await oidc.tokenIntrospection(server.config, token)).toMatchObject({ active: true, client_id: 'server', sub: who.id })
      expect(await oidc.tokenIntrospection(other.config, token)).toEqual({ active: false })
    }
    expect(await oidc.tokenIntrospection(server.config, tokens.access_token)).toHaveProperty('cnf.jkt')
    const user = await oidc.fetchUserInfo(server.config, tokens.access_token, who.id, { DPoP: server.DPoP })
    expect(user).toEqual({ sub: who.id, name: '山川 花子', fhirUser: `${served.base}/Patient/${who.key}` })
    expect(await errorOf(oidc.tokenRevocation(other.config, tokens.refresh_token!))).not.toBe('server_error')
    expect(await statusOf(tokens.access_token, '/Observation?_count=1', server), 'another app ends nothing').toBe(200)
    expect(await errorOf(refresh(tokens.refresh_token!, other))).toBe('invalid_grant')
  })
})

test('no secret is kept: neither code, nor refresh token, nor cookie', async () => {
  const { tokens } = await letIn()
  const { rows } = await sql<{
    found: boolean
  }>`select bool_or(position(${tokens.refresh_token!} in o::text) > 0) as found from sign_in.oauth_state o`.execute(served.db)
  expect(rows[0]).toEqual({ found: false })
  await served.job('sign-in.clear-oauth')
})

test('what the app is told of us is where we are, and the redirect is what was registered', async () => {
  const metadata = side.config.serverMetadata()
  expect(metadata.issuer).toBe(served.origin)
  expect(metadata.pushed_authorization_request_endpoint).toBe(`${served.origin}/oauth/par`)
  const keys = (await (await fetch(metadata.jwks_uri!)).json()) as { keys: { d?: string; alg: string }[] }
  expect(keys.keys.map(({ d, alg }) => [d, alg])).toEqual([[undefined, 'ES256']])
  expect(REDIRECT).toBe(anApp('x').redirectUris[0])
})
