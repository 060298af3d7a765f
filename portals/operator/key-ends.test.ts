/** Keys of systems and apps, from one to the next. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findApp, judgeKeyEnd, registers } from '#care/person'
import { A, openOperator, type Operator } from './operator.fixture.ts'

let op: Operator
beforeAll(async () => {
  op = await openOperator()
}, 60_000)
afterAll(() => op?.close())

const pair = async (kid: string) => {
  const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true })
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES384', use: 'sig' } }
}
type Pair = Awaited<ReturnType<typeof pair>>
const keysOf = (...pairs: Pair[]) => JSON.stringify({ keys: pairs.map((one) => one.jwk) })
const ENDPOINT = 'http://localhost:8080/oauth/token'
let serial = 0

async function assertionOf(clientId: string, { kid, privateKey }: Pair): Promise<string> {
  const seconds = Math.floor(op.clock.at.getTime() / 1000)
  return new SignJWT({ jti: `k-${serial++}` })
    .setProtectedHeader({ alg: 'ES384', kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(ENDPOINT)
    .setExpirationTime(seconds + 200)
    .sign(privateKey)
}

async function ask(clientId: string, key: Pair, more: Record<string, string> = {}) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertionOf(clientId, key),
    ...more,
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await op.app.inject({ method: 'POST', url: '/oauth/token', headers, payload: form.toString() })
  return { status: answer.statusCode, said: String((answer.json() as { error_description?: string }).error_description ?? '') }
}

async function system(clientId: string): Promise<{ first: Pair; next: Pair }> {
  const [first, next] = [await pair(`${clientId}-1`), await pair(`${clientId}-2`)]
  const given = { name: '電子カルテ', scopes: ['system/*.cruds'], binding: 'dpop', institutionNumber: A, clientId, keys: keysOf(first) }
  expect((await op.post('operator', '/operator/clients', given)).status).toBe(200)
  return { first, next }
}
const outcomes = async () => (await op.audits('token.issue')).map((one) => one.outcome)
/** Past the proof of the client: what is asked for next is the binding that was not brought. */
const THROUGH = /DPoP/
const day = (days: number) => new Date(op.clock.at.getTime() + 9 * 3600_000 + days * 86_400_000).toISOString().slice(0, 10)

describe('a key of a system', () => {
  test('is followed by another: both count until the last day of the old one, which is then refused by its own code', async () => {
    const { first, next } = await system('emr-turn')
    expect((await op.post('operator', '/operator/clients/emr-turn/keys', { keys: keysOf(next), oldUntil: day(3) })).status).toBe(200)
    for (const key of [first, next]) expect((await ask('emr-turn', key)).said).toMatch(THROUGH)
    op.minutesLater(4 * 24 * 60)
    const ended = await ask('emr-turn', first)
    expect([ended.status, ended.said]).toEqual([401, expect.stringContaining('"emr-turn-1" ended at')])
    expect((await outcomes()).at(-1)).toBe('key-ended')
    expect((await ask('emr-turn', next)).said, 'the control').toMatch(THROUGH)
    await registers.retireEndedKeys({ db: op.db, now: op.clock.at })
    expect((await ask('emr-turn', first)).said, 'and after it was tidied away').toContain('ended at')
    const thief = { ...(await pair('x')), kid: 'emr-turn-1' }
    expect((await ask('emr-turn', thief)).said, 'whoever does not hold it learns nothing').toContain('unknown client')
    expect((await outcomes()).at(-1)).toBe('client-invalid')
  })

  test('whose end is planned is told of before, on the page and at home; the plan can be changed and dropped', async () => {
    const { first } = await system('emr-plan')
    const thumbprint = ((await op.get('operator', '/operator/clients/emr-plan')).body.client as { keys: { thumbprint: string }[] }).keys[0]!
      .thumbprint
    const settle = (until: string) => op.post('operator', '/operator/clients/emr-plan/keys/end', { thumbprint, until })
    expect((await op.page('operator', '/operator')).text, 'the control').not.toContain('/operator/clients/emr-plan')
    expect((await settle(day(29))).status).toBe(200)
    const page = (await op.page('operator', '/operator/clients/emr-plan')).text
    expect(page).toContain('あとに続く鍵がありません')
    expect((await op.page('operator', '/operator')).text).toContain('/operator/clients/emr-plan')
    expect((await settle(day(-1))).status).toBe(400)
    expect((await settle('soon')).status).toBe(400)
    expect((await settle('')).status).toBe(200)
    op.minutesLater(40 * 24 * 60)
    expect((await ask('emr-plan', first)).said, 'no end any more').toMatch(THROUGH)
    const { changes } = (await op.get('operator', '/operator/clients/emr-plan')).body as { changes: { act: string }[] }
    expect(changes.map((one) => one.act)).toEqual(['client.key-end', 'client.key-end', 'client.enter'])
    expect((await op.post('keeper-b', '/operator/clients/emr-plan/keys/end', { thumbprint, until: '' })).status, 'another facility’s').toBe(
      404,
    )
  })
})

describe('a key of an app', () => {
  const APP = {
    clientId: 'diary',
    name: 'おくすり手帳',
    nameEn: 'Diary',
    maker: 'みどり',
    aboutJa: '薬を見せます。',
    aboutEn: 'Shows medicines.',
    audience: ['citizens'],
    kind: 'confidential',
    redirectUris: 'https://app.example/back',
    scopes: 'openid launch/patient patient/*.rs',
    binding: 'dpop',
  }
  const redeem = (key: Pair) =>
    ask('diary', key, {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: 'https://app.example/back',
      code_verifier: 'v'.repeat(43),
    })

  test('is followed, ended on a day and at once; the last one goes only with the app', async () => {
    const [first, next] = [await pair('d-1'), await pair('d-2')]
    expect((await op.post('operator', '/operator/apps', { ...APP, keys: keysOf(first) })).status).toBe(200)
    const thumbprintOf = async (kid: string) =>
      ((await op.get('operator', '/operator/apps/diary')).body.keys as { kid: string; thumbprint: string }[]).find((k) => k.kid === kid)!
        .thumbprint
    expect((await op.post('operator', `/operator/apps/diary/keys/${await thumbprintOf('d-1')}/retire`)).text).toContain('last-key')
    expect((await op.post('operator', '/operator/apps/diary/keys', { keys: keysOf(next), oldUntil: day(1) })).status).toBe(200)
    expect((await redeem(first)).said, 'the control: the code is wrong, the key is not').not.toContain('ended')
    op.minutesLater(2 * 24 * 60)
    expect((await redeem(first)).said).toContain('"d-1" ended at')
    expect((await op.audits('token.issue')).at(-1)).toMatchObject({ outcome: 'key-ended' })
    const third = await pair('d-3')
    await op.post('operator', '/operator/apps/diary/keys', { keys: keysOf(third), oldUntil: '' })
    expect((await op.post('operator', `/operator/apps/diary/keys/${await thumbprintOf('d-2')}/retire`)).status).toBe(200)
    expect(
      (await findApp(op.db, 'diary'))!.jwks.keys.map((key) => (key as { kid: string }).kid),
      'd-1 is tidied by the job',
    ).toContain('d-3')
    expect((await redeem(next)).said).toContain('"d-2" ended at')
    expect((await op.post('keeper-a', '/operator/apps/diary/keys', { keys: keysOf(third) })).status, 'apps are the operator’s').toBe(403)
    expect((await op.page('operator', '/operator/apps/diary')).text).toContain('次の鍵・証明書を加える')
  })
})

test.each([
  ['2026-11-22', '2026-11-22', 0],
  ['2026-11-21', '2026-11-22', 1],
  ['2026-02-30', '2026-01-01', 1],
  ['20261-01-01', '2026-11-22', 1],
  ['2036-12-31', '2026-11-22', 0],
  ['2037-01-01', '2026-11-22', 1],
])('a last day of %s, said on %s, has %i findings', (until, today, findings) => {
  expect(judgeKeyEnd(until, today)).toHaveLength(findings)
})
