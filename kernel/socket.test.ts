import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { HOSPITAL, openPlatform, type Platform } from '../tests/harness/platform.ts'
import { refuse } from './refusal.ts'
import type { Line, SocketRow } from './route.ts'

let platform: Platform
let address: string
const sockets: WebSocket[] = []
const seen = { refused: false, closed: 0 }

const about = {
  kind: 'socket',
  method: 'GET',
  why: ['TREAT', 'HOPERAT'],
  law: 'test',
  summary: { ja: '試験', en: 'test' },
  maxMessageBytes: 100,
} as const
const listen = (line: Line) => ({
  async message(text: string) {
    if (text === 'refuse') refuse('not-found')
    if (text === 'fault') throw new Error('secret of a person')
    if (text === 'who') line.send(await line.act(async (ctx) => `${ctx.actor.kind} ${ctx.purpose}`))
    if (text === 'note') line.send(await line.act(async (ctx) => `noted${ctx.audit({ resource: 'seen' }) ?? ''}`))
    if (text === 'much') for (let n = 0; n < 200 && !seen.refused; n++) seen.refused = !line.send('x'.repeat(200_000))
  },
  closed: () => void seen.closed++,
})
const rows: SocketRow[] = [
  { ...about, path: '/t/open', who: ['public', 'system'], audit: 't.open', handle: listen },
  { ...about, path: '/t/system', who: ['system'], audit: 't.system', handle: listen },
]

beforeAll(async () => {
  platform = await openPlatform({ rows: () => rows })
  await platform.app.listen({ port: 0, host: '127.0.0.1' })
  address = `ws://127.0.0.1:${(platform.app.server.address() as AddressInfo).port}`
})
afterEach(() => {
  for (const ws of sockets.splice(0)) ws.terminate()
})
afterAll(() => platform?.close())

/** Opens a line, or tells the status it was refused with. */
const open = (path: string, headers: Record<string, string> = {}): Promise<WebSocket | number> =>
  new Promise((done) => {
    const ws = new WebSocket(`${address}${path}`, { headers })
    sockets.push(ws)
    ws.on('error', () => undefined)
    ws.on('open', () => done(ws))
    ws.on('unexpected-response', (_request, response) => done(response.statusCode!))
  })
const ask = async (ws: WebSocket | number, text: string): Promise<string> => {
  if (typeof ws === 'number') return String(ws)
  const answer = new Promise<string>((done) => {
    ws.once('message', (data) => done(String(data)))
    ws.once('close', (code, reason) => done(`${code} ${reason}`))
  })
  ws.send(text)
  return answer
}
const noted = (action: string, outcome = 'success') =>
  platform.count(sql`select 1 from kernel.audit where action = ${action} and outcome = ${outcome}`)

test('a line is proved and admitted like a request, and who opened it acts on it', async () => {
  const headers = { authorization: `Bearer ${await platform.token(HOSPITAL)}` }
  expect(await open('/t/system')).toBe(401)
  expect(await ask(await open('/t/system', headers), 'who')).toBe('system TREAT')
  expect(await ask(await open('/t/open'), 'who')).toBe('public HOPERAT')
  expect([await noted('t.system', 'not-signed-in'), await noted('t.system')]).toEqual([1, 1])
})

test('what is noted on a line is durable before it is sent; without the log nothing is', async () => {
  const ws = await open('/t/open')
  expect(await ask(ws, 'note')).toBe('noted')
  const write = platform.audit.write
  platform.audit.write = () => Promise.reject(new Error('disk'))
  expect(await ask(ws, 'note')).toBe('1011 ')
  expect(await open('/t/open'), 'nor is a line opened').toBe(503)
  platform.audit.write = write
  expect(await ask(await open('/t/open'), 'note'), 'the control').toBe('noted')
})

test('a refusal closes with its code, a fault with nothing', async () => {
  expect(await ask(await open('/t/open'), 'refuse')).toBe('1008 not-found')
  expect(await ask(await open('/t/open'), 'fault')).toBe('1011 ')
  expect(platform.logged.join('')).not.toContain('secret of a person')
})

test('who reads too slowly is closed, and holds no memory', async () => {
  const ws = await open('/t/open')
  if (typeof ws === 'number') throw new Error(String(ws))
  const before = seen.closed
  ws.pause()
  ws.send('much')
  while (!seen.refused) await new Promise((r) => setTimeout(r, 10))
  ws.resume()
  while (seen.closed === before) await new Promise((r) => setTimeout(r, 10))
  expect(seen.refused).toBe(true)
})

test('one caller has so many lines and no more', async () => {
  const lines = []
  for (let n = 0; n < 21; n++) lines.push(await open('/t/open'))
  expect(lines.filter((l) => typeof l !== 'number')).toHaveLength(20)
  expect(lines.at(-1)).toBe(503)
  const headers = { authorization: `Bearer ${await platform.token(HOSPITAL)}` }
  expect(typeof (await open('/t/open', headers)), 'the control: others are let in').toBe('object')
})
