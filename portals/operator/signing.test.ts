/** Certificates by which staff sign: what the register takes in, whose, and how one ends. */
import { signatureService, type StaffCertificate } from '#care/signature'
import { keys, NOW, publish, signing } from '../clinician/signing/signing-lab.fixture.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { type Operator, openOperator } from './operator.fixture.ts'

let operator: Operator
beforeAll(async () => {
  operator = await openOperator({ signature: (db) => signatureService(signing(db)) })
})
afterAll(() => operator?.close())
beforeEach(async () => {
  operator.clock.at = NOW
  publish(['revoked'], NOW)
  await sql`delete from signature.certificate`.execute(operator.db)
})

const href = (staff: string, rest = '') => `/operator/staff/${staff}/signing${rest}`
const given = (certificate: string, more: object = {}) => ({ certificate, keyRef: 'card-1', ...more })
const codeOf = (body: Record<string, unknown>) =>
  (body.issue as { details: { coding: { code: string }[] } }[] | undefined)?.[0]?.details.coding[0]?.code
const listed = async (who: string, staff: string) => (await operator.get(who, href(staff))).body.certificates as StaffCertificate[]

describe('the administrator enters a certificate', () => {
  test('and it stands with licence, issuer, number and days; the history says who entered it', async () => {
    expect((await operator.post('keeper-a', href('doctor-a'), given(keys.good.certificatePem))).status).toBe(200)
    expect(await listed('keeper-a', 'doctor-a')).toMatchObject([
      { roles: ['physician'], serial: keys.good.serial, issuerName: 'Demo HPKI-like Signing CA', keyRef: 'card-1', endedAt: null },
    ])
    const history = (await operator.get('keeper-a', '/operator/staff/doctor-a')).body.changes as { act: string; byName: string }[]
    expect(history[0]).toMatchObject({ act: 'staff.certificate-enter', byName: '職員 keeper-a' })
    const page = await operator.page('keeper-a', href('doctor-a'))
    expect(page.text).toContain('使えます')
    expect(page.text).toContain(keys.good.serial)
  })

  const pem = (name: keyof typeof keys) => keys[name].certificatePem
  const table: [string, string, object, string | undefined][] = [
    ['the control', 'doctor-a', given(pem('good')), undefined],
    ['DER in base64', 'doctor-a', given(pem('good').replace(/-----[A-Z ]+-----/g, '')), undefined],
    ['nothing', 'doctor-a', given(''), 'signing-certificate-malformed'],
    ['an unknown authority', 'doctor-a', given(pem('strange')), 'signing-certificate-unknown-ca'],
    ['one for signing in', 'doctor-a', given(pem('signIn')), 'signing-certificate-wrong-key-usage'],
    ['revoked', 'doctor-a', given(pem('revoked')), 'signing-certificate-revoked'],
    ['without a licence', 'doctor-a', given(pem('unlicensed')), 'signing-role-missing'],
    ['of a licence that the register does not hold', 'doctor-a', given(pem('pharmacist')), 'signing-certificate-not-licensed'],
    ['for a clerk', 'nobody', given(pem('good')), 'signing-certificate-not-licensed'],
    ['a name of a key that leads out of the configuration', 'doctor-a', given(pem('good'), { keyRef: '../x' }), 'input-invalid'],
    ['a last day that is none', 'doctor-a', given(pem('good'), { until: '2026-02-31' }), 'input-invalid'],
    ['for somebody of another facility', 'doctor-b', given(pem('good')), 'not-found'],
  ]
  test.each(table)('%s', async (_name, staff, payload, expected) => {
    const answer = await operator.post('keeper-a', href(staff), payload)
    expect(codeOf(answer.body)).toBe(expected)
    const { rows } = await sql`select 1 from signature.certificate`.execute(operator.db)
    expect(rows.length).toBe(expected === undefined ? 1 : 0)
  })

  test('expired, when its days are over', async () => {
    operator.clock.at = new Date(NOW.getTime() + 5 * 86_400_000)
    publish(['revoked'], operator.clock.at)
    expect(codeOf((await operator.post('keeper-a', href('doctor-a'), given(pem('short')))).body)).toBe('signing-certificate-expired')
  })

  test('a private key that was pasted is not shown again', async () => {
    const cookie = await operator.cookie('keeper-a')
    const payload = new URLSearchParams({ certificate: keys.good.privateKeyPem, keyRef: 'card-1' }).toString()
    const headers = { cookie, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await operator.app.inject({ method: 'POST', url: href('doctor-a'), headers, payload })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain('電子証明書を読み取れません')
    expect(answer.body).not.toContain('PRIVATE KEY')
  })
})

describe('one certificate is one person’s', () => {
  test('it is entered once; ended as replaced it may come back, ended as revoked it may not', async () => {
    const enter = () => operator.post('keeper-a', href('doctor-a'), given(keys.good.certificatePem))
    const end = async (because: string) => {
      const live = (await listed('keeper-a', 'doctor-a')).find((one) => one.endedAt === null)!
      return operator.post('keeper-a', href('doctor-a', '/end'), { which: live.id, because })
    }
    await enter()
    expect(codeOf((await enter()).body)).toBe('signing-certificate-taken')
    expect(codeOf((await operator.post('operator', href('doctor-b'), given(keys.good.certificatePem))).body)).toBe(
      'signing-certificate-taken',
    )
    expect((await end('replaced')).status).toBe(200)
    expect((await enter()).status).toBe(200)
    expect((await end('revoked')).status).toBe(200)
    expect(codeOf((await enter()).body)).toBe('signing-certificate-taken')
    expect((await operator.page('keeper-a', href('doctor-a'))).text).toContain('失効した')
  })

  test('whoever keeps another facility can neither see nor end it', async () => {
    await operator.post('keeper-a', href('doctor-a'), given(keys.good.certificatePem))
    const [one] = await listed('keeper-a', 'doctor-a')
    expect((await operator.get('keeper-b', href('doctor-a'))).status).toBe(404)
    const ended = () => operator.post('keeper-b', href('doctor-a', '/end'), { which: one!.id, because: 'revoked' })
    expect((await ended()).status).toBe(404)
    expect(codeOf((await operator.post('keeper-a', href('doctor-a', '/end'), { which: one!.id, because: 'bored' })).body)).toBe(
      'input-invalid',
    )
    expect((await listed('keeper-a', 'doctor-a'))[0]!.endedAt, 'the control').toBeNull()
  })
})
