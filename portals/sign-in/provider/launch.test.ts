/** @spec SMART App Launch 2.2; FAPI 2.0; by openid-client, which is not ours, over real sockets */
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listAppGrants } from '#care/person'
import { openServed, type Served } from '../../../tests/harness/served.ts'
import { type AppSide, anApp, appSide, register, someone, start, toCode, tokensFor } from './launch.fixture.ts'

let served: Served
let side: AppSide
beforeAll(async () => {
  served = await openServed()
  await register(served, anApp('diary'))
  side = await appSide(served, 'diary')
})
afterAll(() => served?.close())

const read = (token: string, path: string) =>
  oidc.fetchProtectedResource(side.config, token, new URL(`${served.base}${path}`), 'GET', null, undefined, { DPoP: side.DPoP })

describe('an app of a person: PAR, PKCE, DPoP', () => {
  test('is let in, reads that record, goes on while they are away, and ends when they end it', async () => {
    const who = await someone(served)
    const launched = await toCode(served, side, who.browser)
    expect(launched.back.origin).toBe('https://app.example')
    expect(launched.back.searchParams.get('iss')).toBe(served.origin)
    const tokens = await tokensFor(side, launched)
    expect(tokens).toMatchObject({ token_type: 'dpop', expires_in: 300, patient: who.key })
    expect(tokens.claims()).toMatchObject({ sub: who.id, fhirUser: `${served.base}/Patient/${who.key}`, iss: served.origin })
    const patient = await read(tokens.access_token, `/Observation?patient=${who.key}`)
    expect(patient.status, await patient.clone().text()).toBe(200)
    const renewed = await oidc.refreshTokenGrant(side.config, tokens.refresh_token!, undefined, { DPoP: side.DPoP })
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    expect((await read(renewed.access_token, `/Observation?patient=${who.key}`)).status).toBe(200)
    const [grant] = await listAppGrants(served.db, { kind: 'citizen', id: who.id })
    expect(grant).toMatchObject({ clientId: 'diary', patientKey: who.key, endedAt: null })
  })
})
void start
