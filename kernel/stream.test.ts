import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import type { StreamRow } from './route.ts'

let platform: Platform
const durable = () => platform.audit.write
const asked: number[] = []

const row = (path: string, pieces: () => AsyncIterable<string>): StreamRow => ({
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

async function* broken() {
  yield 'first\n'
  throw new Error('the database went away')
}

beforeAll(async () => {
  platform = await openPlatform({ rows: () => [row('/t/three', three), row('/t/broken', broken)] })
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
  await platform.app.listen({ port: 0, host: '127.0.0.1' })
  const address = platform.app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const answer = await fetch(`http://127.0.0.1:${port}/t/broken`)
  await expect(answer.text()).rejects.toThrow()
})
