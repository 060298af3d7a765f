import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { OUT_OF_HANDS, pieceStream } from './pieces.ts'
import type { StreamRow } from './route.ts'

let platform: Platform
const durable = () => platform.audit.write
const asked: number[] = []

const row = (path: string, pieces: () => AsyncIterable<string | Uint8Array>): StreamRow => ({
  kind: 'stream',
  method: 'GET',
  path,
  who: ['public'],
  why: ['HOPERAT'],
  audit: 't.stream',
  law: 'test',
  summary: { ja: '試験', en: 'test' },
  handle: async () => ({ headers: { 'content-type': 'text/plain; charset=utf-8' }, pieces: pieces() }),
})

async function* three() {
  for (let n = 1; n <= 3; n++) {
    asked.push(n)
    yield `${n}\n`
  }
}

/** Letters (none that counts in the length of a chunk), each over and over, in one memory. */
const LETTERS = 'ghijklmnopqrstuvwxyz'
const letters = (memory: () => Buffer) =>
  async function* () {
    for (const letter of LETTERS) yield memory().fill(letter)
  }
const same = Buffer.alloc(OUT_OF_HANDS)

async function* broken() {
  yield 'first\n'
  throw new Error('the database went away')
}

beforeAll(async () => {
  platform = await openPlatform({
    rows: () => [
      row('/t/three', three),
      row('/t/broken', broken),
      row(
        '/t/letters',
        letters(() => same),
      ),
    ],
  })
})
afterAll(() => platform.close())

test('pieces arrive in order, under the platform’s headers', async () => {
  const answer = await platform.app.inject({ url: '/t/three' })
  expect([answer.statusCode, answer.body]).toEqual([200, '1\n2\n3\n'])
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
})

test('without a durable audit entry no piece is even asked for', async () => {
  const write = durable()
  asked.length = 0
  platform.audit.write = () => Promise.reject(new Error('disk'))
  const answer = await platform.app.inject({ url: '/t/three' })
  platform.audit.write = write
  expect(answer.statusCode).toBeGreaterThanOrEqual(500)
  expect([asked, answer.body.includes('1\n')]).toEqual([[], false])
  // The control: with the log back, the same request is answered.
  expect((await platform.app.inject({ url: '/t/three' })).body).toBe('1\n2\n3\n')
})

test('a piece that fails cuts the answer, so that a part is not taken for the whole', async () => {
  const answer = await fetch(`http://127.0.0.1:${await listening()}/t/broken`)
  await expect(answer.text()).rejects.toThrow()
})

/** The platform’s port. */
async function listening(): Promise<number> {
  const { app } = platform
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The letters of an answer in their order, as a reader hears them that takes its time: more stands on the way than a socket holds. */
async function heardSlowly(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  await pause(100)
  let [text, body] = ['', -1]
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    if (body < 0) body = text.indexOf('\r\n\r\n') + 4
    await pause(1)
  }
  return text
    .slice(body)
    .replace(/[0-9a-f]+\r\n|\r\n/g, '')
    .replace(/(.)\1+/g, '$1')
}

test('a large piece has left when the next is asked for: its memory may be used again', async () => {
  expect(await heardSlowly(await listening(), '/t/letters')).toBe(LETTERS)
})

test('nothing is asked for ahead, and whoever goes away ends the making', async () => {
  let [made, ended] = [0, false]
  async function* many() {
    try {
      for (; ; made++) yield Buffer.alloc(OUT_OF_HANDS)
    } finally {
      ended = true
    }
  }
  const stream = pieceStream(many())
  const first = await new Promise<Buffer>((resolve) => stream.once('data', (piece: Buffer) => resolve(stream.pause() && piece)))
  await pause(20)
  expect([first.length, made]).toEqual([OUT_OF_HANDS, 0])
  stream.destroy()
  await pause(20)
  expect(ended).toBe(true)
})
