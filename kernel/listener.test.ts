import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { connectionGuard, connectionsAllowed } from './listener.ts'

let platform: Platform
let port: number
beforeAll(async () => {
  platform = await openPlatform()
  await platform.app.listen({ port: 0, host: '127.0.0.1' })
  port = (platform.app.server.address() as AddressInfo).port
})
afterAll(() => platform?.close())

/** A connection, with everything it hears; `until` waits for a text, or for the end. */
async function open(to = port) {
  const socket: Socket = connect({ port: to, host: '127.0.0.1' })
  let heard = ''
  let ended = false
  socket.on('data', (chunk) => (heard += chunk.toString('utf8')))
  socket.on('error', () => undefined)
  socket.on('close', () => (ended = true))
  await once(socket, 'connect')
  const until = async (text: string | null, times = 1): Promise<string> => {
    while (!ended && (text === null || heard.split(text).length <= times)) await new Promise((done) => setTimeout(done, 10))
    return heard
  }
  return { socket, until, ended: () => ended }
}

const head = (path: string, ...lines: string[]) =>
  `${['POST '.concat(path, ' HTTP/1.1'), 'host: localhost', 'content-type: application/fhir+json', ...lines].join('\r\n')}\r\n\r\n`
const GET = 'GET /fhir/R4/metadata HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'
const MB = 1024 * 1024

describe('a body that is too large', () => {
  test('of 100 MB is answered before it has come, and the connection serves the next request', async () => {
    const { socket, until } = await open()
    socket.write(head('/fhir/R4/Patient', `content-length: ${100 * MB}`))
    expect(await until('body-too-large')).toMatch(/^HTTP\/1\.1 413 .*12 MB/s)
    const piece = Buffer.alloc(MB, 0x20)
    for (let i = 0; i < 100; i++) if (!socket.write(piece)) await once(socket, 'drain')
    socket.write(GET)
    const heard = await until('CapabilityStatement')
    expect(heard.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  test('in chunks is answered as soon as the limit is passed, not at its end', async () => {
    const { socket, until } = await open()
    socket.write(head('/fhir/R4/Patient', 'transfer-encoding: chunked'))
    const piece = Buffer.alloc(MB, 0x20)
    const chunk = Buffer.concat([Buffer.from(`${MB.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
    for (let i = 0; i < 13; i++) if (!socket.write(chunk)) await once(socket, 'drain')
    expect(await until('body-too-large')).toMatch(/^HTTP\/1\.1 413/)
    socket.write(`0\r\n\r\n${GET}`)
    expect((await until('CapabilityStatement')).match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  test('that is only asked about is not sent; a smaller one is invited', async () => {
    const refused = await open()
    refused.socket.write(head('/fhir/R4/Patient', `content-length: ${100 * MB}`, 'expect: 100-continue'))
    expect(await refused.until(null)).toMatch(/^HTTP\/1\.1 413 /)
    const invited = await open()
    invited.socket.write(head('/fhir/R4/Patient', 'content-length: 2', 'expect: 100-continue', 'connection: close'))
    expect(await invited.until('100 Continue')).toMatch(/^HTTP\/1\.1 100 /)
    invited.socket.write('{}')
    expect((await invited.until(null)).match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 401'])
  })

  test('announced beyond all measure is answered, and the connection ended', async () => {
    const { socket, until } = await open()
    socket.write(head('/fhir/R4/Patient', `content-length: ${10 ** 12}`))
    expect(await until(null)).toMatch(/^HTTP\/1\.1 413 .*body-too-large/s)
  })

  test('the control: 11 MB are read and judged for what they are', async () => {
    const { socket, until } = await open()
    socket.write(head('/fhir/R4/Patient', `content-length: ${11 * MB}`, 'connection: close'))
    socket.write(Buffer.alloc(11 * MB, 0x20))
    expect(await until(null)).not.toMatch(/^HTTP\/1\.1 413 /)
  })
})

describe('what cannot be read as a request', () => {
  test.each<[string, string, string]>([
    ['not HTTP', 'hello\r\n\r\n', '400 body-malformed'],
    ['headers without end', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(40_000)}`, '431 headers-too-large'],
    ['two lengths', head('/fhir/R4/Patient', 'content-length: 1', 'content-length: 2'), '400 body-malformed'],
    ['a length and chunks', head('/fhir/R4/Patient', 'content-length: 1', 'transfer-encoding: chunked'), '400 body-malformed'],
  ])('%s is answered in both languages', async (_, bytes, expected) => {
    const { socket, until } = await open()
    socket.write(bytes)
    const heard = await until(null)
    const body = JSON.parse(heard.slice(heard.indexOf('\r\n\r\n'))) as {
      issue: { details: { text: string; coding: { code: string }[] }; diagnostics: string }[]
    }
    const { details, diagnostics } = body.issue[0]!
    expect(`${heard.slice(9, 12)} ${details.coding[0]!.code}`).toBe(expected)
    expect([details.text.length > 0, diagnostics.length > 0]).toEqual([true, true])
  })

  test.each([
    ['headers', 'POST /fhir/R4/Patient HTTP/1.1\r\nhost: localhost\r\nx: ', { headersTimeout: 100 }],
    ['body', head('/fhir/R4/Patient', 'content-length: 1000'), { headersTimeout: 50, requestTimeout: 100 }],
  ])('a client that sends its %s a letter at a time is told so and let go', async (_, bytes, limits) => {
    const { server } = platform.app
    const usual = { headersTimeout: server.headersTimeout, requestTimeout: server.requestTimeout }
    Object.assign(server, limits)
    const { socket, until } = await open()
    const trickle = setInterval(() => socket.writable && socket.write('y'), 50)
    socket.write(bytes)
    const heard = await until(null)
    clearInterval(trickle)
    Object.assign(server, usual)
    expect(heard).toMatch(/^HTTP\/1\.1 408 .*request-slow/s)
  })
})

describe('too many connections', () => {
  let server: Server
  beforeAll(async () => {
    server = createServer((_request, reply) => reply.end('served'))
    connectionGuard(2)(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(() => server.closeAllConnections())

  test('one beyond what the system allows is told to come again; those within are served, and so is the next when one has left', async () => {
    const to = (server.address() as AddressInfo).port
    const [a, b] = [await open(to), await open(to)]
    const c = await open(to)
    expect(await c.until(null)).toMatch(/^HTTP\/1\.1 503 .*retry-after: 2.*try-again/s)
    for (const within of [a, b]) {
      within.socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
      expect(await within.until('served')).toMatch(/^HTTP\/1\.1 200/)
    }
    a.socket.destroy()
    await a.until(null)
    const answered = async (): Promise<string> => {
      const d = await open(to)
      d.socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
      return d.until(null)
    }
    // The server hears of an ended connection a moment later.
    let heard = await answered()
    for (let tries = 0; tries < 50 && heard.includes(' 503 '); tries++) heard = await answered()
    expect(heard).toMatch(/^HTTP\/1\.1 200/)
    b.socket.destroy()
    server.close()
  })

  test.each([
    [null, Number.POSITIVE_INFINITY],
    [64, 16],
    [256, 160],
    [1024, 768],
    [1_048_576, 786_432],
  ])('%s files allowed: %s connections', (files, connections) => {
    expect(connectionsAllowed(files)).toBe(connections)
  })
})
