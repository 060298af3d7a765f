import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { httpServer, type HttpDeps } from '#kernel/http'
import type { Row } from '#kernel/route'
import { cspReportRow, violationsIn } from './csp-reports.ts'

const page: Row = {
  ...{ kind: 'read', method: 'GET', path: '/clinic/patients/:patientId', who: ['public'], why: ['HOPERAT'], audit: 'none', law: '法' },
  ...{ summary: { ja: '試し', en: 'Try' }, handle: async () => ({ text: 'x' }) },
} as Row // biome-ignore format: a row

function open(rate?: HttpDeps['rate']) {
  const noted: string[] = []
  const counts = { note: (what: string, about: string) => void noted.push(`${what}: ${about}`), flush: async () => [] }
  const rows: Row[] = [page, cspReportRow({ surface: () => rows, baseUrl: 'https://enishi.example', counts })]
  const app = httpServer(rows, {
    ...{ db: {}, clock: { now: () => new Date(0) }, accounts: {}, mint: {}, batch: { durable: async () => undefined } },
    ...{ log: pino({ level: 'silent' }), refusalPage: () => '', secure: true, counts, ...(rate ? { rate } : {}) },
  } as unknown as HttpDeps)
  const send = (payload: string, type = 'application/csp-report') =>
    app.inject({ method: 'POST', url: '/csp-reports', payload, headers: { 'content-type': type }, remoteAddress: '203.0.113.9' })
  return { app, noted, send }
}
const old = (report: object) => JSON.stringify({ 'csp-report': report })
const patient = 'https://enishi.example/clinic/patients/secret-of-somebody?tab=1'

describe('what browsers report', () => {
  test('is counted by rule, kind and page of the program, without an address', async () => {
    const { noted, send } = open()
    expect(
      (await send(old({ 'document-uri': patient, 'effective-directive': 'script-src-elem', 'blocked-uri': 'inline' }))).statusCode,
    ).toBe(204)
    const body = { documentURL: patient, effectiveDirective: 'img-src', blockedURL: 'https://evil.example/secret-of-somebody.png' }
    const together = JSON.stringify([
      { type: 'csp-violation', body },
      { type: 'deprecation', body },
    ])
    expect((await send(together, 'application/reports+json')).statusCode).toBe(204)
    expect(noted).toEqual([
      'csp-violation: script-src-elem inline /clinic/patients/:patientId',
      'csp-violation: img-src elsewhere /clinic/patients/:patientId',
    ])
    expect(noted.join()).not.toMatch(/secret|evil/)
  })

  test.each([
    ['not JSON', '{'],
    ['something else', '{"a":1}'],
    ['a number', '3'],
    ['nothing', ''],
    ['nested', '[[[]]]'],
  ])('%s is answered alike and not counted', async (_, payload) => {
    const { noted, send } = open()
    expect((await send(payload)).statusCode).toBe(204)
    expect(noted).toEqual([])
  })

  test('words of their own are not kept', async () => {
    const { noted, send } = open()
    await send(old({ 'document-uri': 'https://x.example/nowhere', 'violated-directive': '<b>', 'blocked-uri': 'chrome-extension://abc/x' }))
    expect(noted).toEqual(['csp-violation: other extension other'])
  })

  test('a body beyond 16 KB is not read', async () => {
    const { noted, send } = open()
    const heard = await send(old({ 'document-uri': 'x'.repeat(20_000) }))
    expect([heard.statusCode, heard.json().issue[0].details.text]).toEqual([413, expect.stringContaining('16 KB')])
    expect(noted).toEqual([])
  })

  test('who sends too many is turned away, and that is counted too', async () => {
    const { noted, send } = open({ perSecond: 0.1, burst: 2 })
    const codes = []
    for (let n = 0; n < 4; n++) codes.push((await send('{}')).statusCode)
    expect(codes).toEqual([204, 204, 429, 429])
    expect(noted).toEqual(['too-many-requests: POST /csp-reports', 'too-many-requests: POST /csp-reports'])
  })

  test('ten are read of one report', () => {
    const one = { type: 'csp-violation', body: {} }
    expect(violationsIn(JSON.stringify(Array.from({ length: 50 }, () => one)))).toHaveLength(10)
  })
})

test('every page says where to report', async () => {
  const { headers } = await open().app.inject({ url: '/clinic/patients/x' })
  expect(headers['content-security-policy']).toMatch(/^report-uri \/csp-reports; default-src/)
})
