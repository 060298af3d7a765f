import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mayConnect, noOutbound, outbound, type OutboundCall, parseAllowedHosts } from './outbound.ts'

const heard: { method: string; url: string; host: string; body: string }[] = []
let server: Server
let port: number

beforeAll(async () => {
  server = createServer((req, res) => {
    let body = ''
    req.on('data', (piece) => {
      body += String(piece)
    })
    req.on('end', () => {
      heard.push({ method: req.method!, url: req.url!, host: req.headers.host!, body })
      if (req.url === '/elsewhere') res.writeHead(307, { location: `http://127.0.0.1:${port}/secret` }).end()
      else if (req.url === '/busy') res.writeHead(503, { 'retry-after': '7' }).end()
      else if (req.url === '/endless') {
        const more = setInterval(() => res.write('x'.repeat(16_384)), 1)
        res.on('close', () => clearInterval(more))
      } else if (req.url !== '/silent') res.end('ok')
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const call = (url: string, more: Partial<OutboundCall> = {}): OutboundCall => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'text/plain' },
  body: 'hello',
  timeoutMs: 5_000,
  ...more,
})
const open = () => outbound(parseAllowedHosts('localhost:*+private+http,127.0.0.1:*+private+http'))

describe('the operator’s list', () => {
  test('is read', () => {
    expect(parseAllowedHosts(' Hooks.Example.jp , ehr.local:8443+private, localhost:*+private+http')).toEqual([
      { host: 'hooks.example.jp', port: null, plain: false, inside: false },
      { host: 'ehr.local', port: 8443, plain: false, inside: true },
      { host: 'localhost', port: '*', plain: true, inside: true },
    ])
    expect(parseAllowedHosts('')).toEqual([])
  })
  test.each(['https://a.jp', 'a b', '*', 'a.jp:99999', 'a.jp+everything'])('%s is no entry', (entry) => {
    expect(() => parseAllowedHosts(entry)).toThrow(RangeError)
  })
  test.each([
    ['https://hooks.example.jp/a', null],
    ['https://hooks.example.jp:8443/a', 'host-not-allowed'],
    ['http://hooks.example.jp/a', 'https-required'],
    ['http://hooks.example.jp:443/a', 'host-not-allowed'],
    ['https://hooks.example.jp.evil.example/a', 'host-not-allowed'],
    ['https://hooks.example.jp@evil.example/a', 'credentials-in-url'],
    ['https://evil.example/?hooks.example.jp', 'host-not-allowed'],
    ['https://sub.hooks.example.jp/a', 'host-not-allowed'],
    ['ftp://hooks.example.jp/a', 'not-a-url'],
    ['file:///etc/passwd', 'not-a-url'],
    ['hooks.example.jp', 'not-a-url'],
  ])('%s: %s', (url, why) => {
    expect(outbound(parseAllowedHosts('hooks.example.jp')).whyNot(url)).toBe(why)
  })
  test('where there is none, nothing is called', async () => {
    expect(await noOutbound.call(call(`http://127.0.0.1:${port}/`))).toEqual({ outcome: 'refused', reason: 'host-not-allowed' })
  })
})

describe('addresses', () => {
  test.each(['10.1.2.3', '127.0.0.1', '192.168.0.1', '172.31.0.1', '100.64.0.1', '::1', 'fc00::1', '::ffff:10.0.0.1', '::ffff:7f00:1'])(
    '%s lies inside',
    (address) => {
      expect(mayConnect(address, false)).toBe(false)
      expect(mayConnect(address, true), 'the control: allowed where the operator says so').toBe(true)
    },
  )
  test.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0.0.0.0',
    '::',
    'fe80::1',
    '224.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'x',
  ])('%s is never called', (address) => {
    expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([false, false])
  })
  test('the control: an address of the world is called', () => {
    expect([mayConnect('93.184.215.14', false), mayConnect('2606:2800:21f:cb07::1', false)]).toEqual([true, true])
  })

  test('a name that leads inside is refused, also where only one of its addresses does', async () => {
    const names = outbound(parseAllowedHosts('hooks.example.jp+http'), async () => [
      { address: '93.184.215.14', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ])
    expect(await names.call(call('http://hooks.example.jp/'))).toEqual({ outcome: 'refused', reason: 'address-not-allowed' })
  })

  test('a name is resolved once: an answer that changes changes nothing', async () => {
    const answers = [[{ address: '127.0.0.1', family: 4 }], [{ address: '169.254.169.254', family: 4 }]]
    let asked = 0
    const rebinding = outbound(parseAllowedHosts('hooks.example.jp:*+private+http'), async () => answers[asked++]!)
    expect(await rebinding.call(call(`http://hooks.example.jp:${port}/here`))).toMatchObject({ outcome: 'status', status: 200 })
    expect(asked).toBe(1)
    expect(heard.at(-1)).toMatchObject({ url: '/here', host: `hooks.example.jp:${port}` })
    expect(await rebinding.call(call(`http://hooks.example.jp:${port}/`)), 'the control: the second answer is judged too').toEqual({
      outcome: 'refused',
      reason: 'address-not-allowed',
    })
  })
})

describe('a call', () => {
  test('arrives with its body', async () => {
    expect(await open().call(call(`http://localhost:${port}/a?b`))).toEqual({ outcome: 'status', status: 200, retryAfterMs: null })
    expect(heard.at(-1)).toMatchObject({ method: 'POST', url: '/a?b', body: 'hello' })
  })
  test('follows nobody elsewhere', async () => {
    expect(await open().call(call(`http://localhost:${port}/elsewhere`))).toMatchObject({ outcome: 'status', status: 307 })
    expect(heard.some((h) => h.url === '/secret')).toBe(false)
  })
  test('waits no longer than it was told, and reads no more than it needs', async () => {
    expect(await open().call(call(`http://localhost:${port}/silent`, { timeoutMs: 100 }))).toEqual({ outcome: 'failed', reason: 'timeout' })
    expect(await open().call(call(`http://localhost:${port}/endless`))).toMatchObject({ outcome: 'status', status: 200 })
  })
  test('hands back what it was told, where that was asked for, up to 64 KB', async () => {
    const kept = await open().call(call(`http://localhost:${port}/a`, { method: 'GET', body: '', keep: true }))
    expect(kept).toMatchObject({ outcome: 'status', status: 200, answer: { body: expect.any(String) } })
    expect(heard.at(-1)).toMatchObject({ method: 'GET', url: '/a', body: '' })
    expect(await open().call(call(`http://localhost:${port}/endless`, { keep: true }))).toEqual({
      outcome: 'failed',
      reason: 'answer-too-long',
    })
    expect(await open().call(call(`http://localhost:${port}/a`)), 'the control: not asked, not kept').not.toHaveProperty('answer')
  })
  test('hears how long it should wait', async () => {
    expect(await open().call(call(`http://localhost:${port}/busy`))).toEqual({ outcome: 'status', status: 503, retryAfterMs: 7_000 })
  })
  test('says that nobody is there', async () => {
    expect(await open().call(call('http://127.0.0.1:1/'))).toEqual({ outcome: 'failed', reason: 'unreachable' })
  })
})
