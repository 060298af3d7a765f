import { X509Certificate } from 'node:crypto'
import { describe as group, expect, test } from 'vitest'
import { createDemoCa, issueTlsCertificate } from '#adapters/mynumber-card'
import { generateKeyPairSync } from 'node:crypto'
import { callerOf, rulesOf } from '../tests/harness/caller.ts'
import { HOSPITAL, openPlatform } from '../tests/harness/platform.ts'
import { httpServer } from './http.ts'
import { certificateFromProxy, describe } from './tls.ts'

const { root } = await createDemoCa({ name: 'Test TLS' })
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const times = { notBefore: new Date('2026-11-01T00:00:00Z'), notAfter: new Date('2026-12-01T00:00:00Z') }
const pem = issueTlsCertificate(root, { common: 'emr', organization: 'Hospital', usage: 'client', names: [], publicKey, ...times })
const certificate = new X509Certificate(pem)

group('a certificate that a proxy hands over', () => {
  test.each([
    ['PEM, percent-encoded', encodeURIComponent(pem)],
    ['bytes, as RFC 9440 writes them', `:${certificate.raw.toString('base64')}:`],
  ])('%s', (_, value) => {
    expect(certificateFromProxy(value)).toEqual(describe(certificate))
    expect(certificateFromProxy(value)).toMatchObject({ subject: 'CN=emr,O=Hospital,C=JP', until: times.notAfter })
    expect(certificateFromProxy(value)?.thumbprint).toBe(
      Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    )
  })

  test.each([undefined, '', 'nonsense', '::', ':AAAA:', '%', encodeURIComponent(pem).slice(0, 300), 'x'.repeat(20_000)])(
    '%.20s is none',
    (value) => {
      expect(certificateFromProxy(value)).toBeUndefined()
    },
  )

  test('counts where the operator named its header, until it expires, and nowhere else', async () => {
    const platform = await openPlatform()
    const deps = { db: platform.db, clock: platform.clock, accounts: (await import('#care/person')).accounts, mint: platform.mint }
    const more = { batch: { durable: async () => undefined }, log: (await import('pino')).pino({ level: 'silent' }), secure: true }
    const app = httpServer(platform.rows, { ...deps, ...more, refusalPage: () => '', proxyCertificateHeader: 'x-client-cert' })
    await platform.token(HOSPITAL)
    const binding = { by: 'mtls', thumbprint: describe(certificate).thumbprint } as const
    const token = await platform.mint.issue(platform.clock.at, {
      clientId: `${HOSPITAL} system/*.cruds`,
      scopes: ['system/*.cruds'],
      binding,
    })
    const proof = { authorization: `Bearer ${token}`, 'x-client-cert': encodeURIComponent(pem) }
    expect((await callerOf(app, proof).get('/fhir/R4/Condition')).status).toBe(200)
    expect(rulesOf(await callerOf(app, { authorization: proof.authorization }).get('/fhir/R4/Condition'))).toEqual(['certificate-mismatch'])
    expect(rulesOf(await callerOf(platform.app, proof).get('/fhir/R4/Condition')), 'not configured').toEqual(['certificate-mismatch'])
    platform.clock.forward(times.notAfter.getTime() - platform.clock.at.getTime())
    const late = await platform.mint.issue(platform.clock.at, {
      clientId: `${HOSPITAL} system/*.cruds`,
      scopes: ['system/*.cruds'],
      binding,
    })
    expect(rulesOf(await callerOf(app, { ...proof, authorization: `Bearer ${late}` }).get('/fhir/R4/Condition')), 'expired').toEqual([
      'certificate-ended',
    ])
    await app.close()
    await platform.close()
  })
})
