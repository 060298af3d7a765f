/** WebSockets: bound in R4's way and the backport's, under the rights of the moment. */
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, callerOf, type FhirBody } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL } from '../../tests/harness/platform.ts'
import { SOCKET_PATH } from './index.ts'
import { byCriteria, byTopic, openScene, order, pressure, said, type Scene, stateOf, until } from './scene.fixture.ts'

let scene: Scene
let hospital: Caller
let hanako: { key: string; personId: string; memberId: string | null }
let address: string
const open: WebSocket[] = []

beforeAll(async () => {
  scene = await openScene()
  await scene.platform.app.listen({ port: 0, host: '127.0.0.1' })
  address = `ws://127.0.0.1:${(scene.platform.app.server.address() as AddressInfo).port}`
})
afterAll(() => scene?.close())
beforeEach(async () => {
  hospital = await scene.platform.system(HOSPITAL)
  hanako = await scene.platform.enter()
  await scene.platform.relate(hanako.key, HOSPITAL)
  scene.start()
})
afterEach(async () => {
  scene.stop()
  for (const ws of open.splice(0)) ws.terminate()
  await sql`update subscription.subscription set deleted = true`.execute(scene.platform.db)
})

type Client = { ws: WebSocket; heard: string[]; closed: Promise<{ code: number; reason: string }> }

/** Opens a line; with a token as a system client does. */
async function connect(headers: Record<string, string> = {}, path = SOCKET_PATH): Promise<Client> {
  const ws = new WebSocket(`${address}${path}`, { headers })
  open.push(ws)
  const heard: string[] = []
  ws.on('message', (data) => heard.push(String(data)))
  const closed = new Promise<{ code: number; reason: string }>((done) =>
    ws.on('close', (code, reason) => done({ code, reason: String(reason) })),
  )
  await new Promise<void>((ready, fail) => {
    ws.on('open', ready)
    ws.on('unexpected-response', (_request, response) => fail(new Error(`status ${response.statusCode}`)))
    ws.on('error', fail)
  })
  return { ws, heard, closed }
}
const bearer = async (institution = HOSPITAL) => ({ authorization: `Bearer ${await scene.platform.token(institution)}` })
const write = async (more: object = {}) => {
  const answer = await hospital.post('/fhir/R4/Observation', pressure(hanako.key, more))
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id!
}
const socketTopic = (about: object = {}) => byTopic('Observation', { channel: { type: 'websocket', endpoint: undefined }, ...about })
const parameters = (body: FhirBody) =>
  Object.fromEntries(
    (body.parameter as { name: string; valueString?: string; valueUrl?: string }[]).map((p) => [p.name, p.valueString ?? p.valueUrl]),
  )
const tokenFor = async (id: string, caller = hospital) =>
  parameters((await caller.post(`/fhir/R4/Subscription/${id}/$get-ws-binding-token`, '')).body)

describe('R4', () => {
  test('bind, bound, ping; what happened before is told at once', async () => {
    const id = await order(hospital, byCriteria('Observation?code=85354-9', { type: 'websocket' }))
    await write()
    await until(
      'the event',
      async () => (await scene.platform.count(sql`select 1 from subscription.event where subscription_id = ${id}`)) === 1,
    )
    const line = await connect(await bearer())
    line.ws.send(`bind ${id}`)
    await until('the first ping', () => line.heard.length === 2)
    await write({ code: { text: 'メモ' } })
    await write()
    await until('the second ping', () => line.heard.length === 3)
    expect(line.heard).toEqual([`bound ${id}`, `ping ${id}`, `ping ${id}`])
    line.ws.send(`unbind ${id}`)
    await write()
    await until(
      'the third event',
      async () => (await scene.platform.count(sql`select 1 from subscription.event where subscription_id = ${id}`)) === 3,
    )
    expect(line.heard).toHaveLength(3)
  })

  test('a colleague’s order cannot be bound either: its content comes under its own client’s rights', async () => {
    const id = await order(hospital, byCriteria('Observation', { type: 'websocket' }))
    for (const scopes of [['system/Subscription.cruds'], ['system/Condition.rs', 'system/Subscription.rs']]) {
      const colleague = await scene.platform.system(HOSPITAL, scopes)
      const line = await connect({ authorization: `Bearer ${await scene.platform.token(HOSPITAL, scopes)}` })
      line.ws.send(`bind ${id}`)
      expect(await line.closed).toEqual({ code: 1008, reason: 'not-found' })
      expect((await colleague.post(`/fhir/R4/Subscription/${id}/$get-ws-binding-token`, '')).status).toBe(404)
    }
  })

  test('nor by a token of its own client that lets through less than the order was placed with', async () => {
    const { mint, clock, app } = scene.platform
    const id = await order(hospital, byCriteria('Observation', { type: 'websocket' }))
    const scopes = ['system/Observation.rs?status=final', 'system/Subscription.rs']
    for (const [sent, expected] of [
      [scopes, 404],
      [['system/Observation.rs', 'system/Subscription.rs'], 200],
    ] as const) {
      const token = await mint.issue(clock.at, { clientId: `${HOSPITAL} system/*.cruds`, scopes: [...sent] })
      const caller = callerOf(app, { authorization: `Bearer ${token}` })
      expect((await caller.post(`/fhir/R4/Subscription/${id}/$get-ws-binding-token`, '')).status).toBe(expected)
      const line = await connect({ authorization: `Bearer ${token}` })
      line.ws.send(`bind ${id}`)
      if (expected === 404) expect(await line.closed).toEqual({ code: 1008, reason: 'not-found' })
      else await until('the control', () => line.heard.includes(`bound ${id}`))
    }
  })

  test('another institution’s order cannot be bound', async () => {
    const id = await order(hospital, byCriteria('Observation', { type: 'websocket' }))
    const line = await connect(await bearer(CLINIC))
    line.ws.send(`bind ${id}`)
    expect(await line.closed).toEqual({ code: 1008, reason: 'not-found' })
  })
})

describe('the backport', () => {
  test('a token binds once; the line greets and sends events with their content, in order', async () => {
    const id = await order(hospital, socketTopic())
    const given = await tokenFor(id)
    expect(given['websocket-url']).toMatch(/^ws:.*\$subscription-socket$/)
    const line = await connect()
    line.ws.send(`bind-with-token ${given.token}`)
    await until('the greeting', () => line.heard.length === 1)
    expect(said(line.heard[0]!)).toMatchObject({ type: 'handshake', status: 'active', since: 0 })
    const ids = [await write(), await write(), await write()]
    const events = () => line.heard.slice(1).map(said)
    await until('three events', () => events().flatMap((e) => e.numbers).length === 3)
    expect(events().flatMap((e) => e.numbers)).toEqual([1, 2, 3])
    expect(events().flatMap((e) => e.entries.map((n) => n.id))).toEqual(ids)
    const second = await connect()
    second.ws.send(`bind-with-token ${given.token}`)
    expect(await second.closed).toEqual({ code: 1008, reason: 'token-invalid' })
  })

  test('a line that breaks loses nothing: what came meanwhile is sent at the next bind', async () => {
    const id = await order(hospital, socketTopic())
    const line = await connect(await bearer())
    line.ws.send(`bind ${id}`)
    await until('bound', () => line.heard.length === 1)
    await write()
    await until('the first', () => line.heard.length === 2)
    await until(
      'noted',
      async () => (await scene.platform.count(sql`select 1 from subscription.subscription where id = ${id} and delivered = 1`)) === 1,
    )
    line.ws.terminate()
    const missed = [await write(), await write()]
    await until(
      'two more events',
      async () => (await scene.platform.count(sql`select 1 from subscription.event where subscription_id = ${id}`)) === 3,
    )
    const again = await connect(await bearer())
    again.ws.send(`bind ${id}`)
    await until('what was missed', () => again.heard.slice(1).flatMap((t) => said(t).numbers).length === 2)
    const told = again.heard.slice(1).map(said)
    expect([told.flatMap((t) => t.numbers), told.flatMap((t) => t.entries.map((e) => e.id))]).toEqual([[2, 3], missed])
  })

  test('a token is somebody’s own: for another’s order there is none, and a spoiled one binds nothing', async () => {
    const id = await order(hospital, socketTopic())
    const clinic = await scene.platform.system(CLINIC)
    expect((await clinic.post(`/fhir/R4/Subscription/${id}/$get-ws-binding-token`, '')).status).toBe(404)
    const given = await tokenFor(id)
    scene.platform.clock.forward(61_000)
    const late = await connect()
    late.ws.send(`bind-with-token ${given.token}`)
    expect((await late.closed).reason).toBe('token-invalid')
  })

  test('a quiet line hears a heartbeat', async () => {
    const id = await order(hospital, socketTopic({ heartbeat: 5 }))
    const line = await connect(await bearer())
    line.ws.send(`bind ${id}`)
    await until('bound', () => line.heard.length === 1)
    scene.platform.clock.forward(5_001)
    await until('a heartbeat', () => line.heard.length === 2)
    expect(said(line.heard[1]!).type).toBe('heartbeat')
  })
})

describe('rights of the moment', () => {
  test('consent withdrawn while a line is open: events keep their number and lose their content', async () => {
    const { platform } = scene
    const clinic = await platform.system(CLINIC)
    const consent = await platform.consent(hanako.key, CLINIC, { 'drug-allergy': true })
    const id = await order(clinic, byTopic('AllergyIntolerance', { channel: { type: 'websocket', endpoint: undefined } }))
    const line = await connect(await bearer(CLINIC))
    line.ws.send(`bind ${id}`)
    await until('bound', () => line.heard.length === 1)
    await hospital.submit(send.fiveItems({ memberId: hanako.memberId!, localId: 'seen' }, [send.drugAllergy]))
    await until('the control: with consent it is shown', () => line.heard.join('').includes(hanako.key))
    await until(
      'noted',
      async () => (await platform.count(sql`select 1 from subscription.subscription where id = ${id} and delivered = 1`)) === 1,
    )
    line.ws.terminate()
    await hospital.submit(send.fiveItems({ memberId: hanako.memberId!, localId: 'late' }, [send.drugAllergy]))
    await until(
      'the second event',
      async () => (await platform.count(sql`select 1 from subscription.event where subscription_id = ${id}`)) === 2,
    )
    await platform.as({ kind: 'citizen', id: hanako.personId, keys: [hanako.key], name: '' }, (ctx) =>
      platform.services.consent.withdraw(ctx, consent.id),
    )
    const later = await connect(await bearer(CLINIC))
    later.ws.send(`bind ${id}`)
    await until('the second event', () => later.heard.length === 2)
    expect(said(later.heard[1]!)).toMatchObject({ numbers: [2], focus: [undefined], entries: [] })
    expect(later.heard.join('')).not.toContain(hanako.key)
  })

  test('a client that ends is let go at the next event', async () => {
    const { platform } = scene
    const scopes = ['system/*.cruds', 'system/Observation.rs']
    const other = await platform.system(HOSPITAL, scopes)
    const id = await order(other, byCriteria('Observation', { type: 'websocket' }))
    const line = await connect({ authorization: `Bearer ${await platform.token(HOSPITAL, scopes)}` })
    line.ws.send(`bind ${id}`)
    await until('bound', () => line.heard.length === 1)
    scene.stop()
    await write()
    await scene.feed()
    await sql`update person.client set ended_at = now() where client_id = ${`${HOSPITAL} ${scopes.join(' ')}`}`.execute(platform.db)
    expect((await line.closed).reason).toBe('client-ended')
    expect((await stateOf(hospital, id)).heard.status).toBe(200)
  })

  test('what went over a line is noted on the person’s log', async () => {
    const id = await order(hospital, socketTopic())
    const line = await connect(await bearer())
    line.ws.send(`bind ${id}`)
    await until('bound', () => line.heard.length === 1)
    await write()
    await until('the event', () => line.heard.length === 2)
    expect(await scene.platform.count(sql`select 1 from kernel.audit where key = ${hanako.key} and action = 'subscription.socket'`)).toBe(1)
  })
})

describe('the line itself', () => {
  test.each<[string, Record<string, string>, string, string]>([
    ['a forged token', { authorization: 'Bearer x.y.z' }, SOCKET_PATH, 'status 401'],
    ['a page of another site', { origin: 'https://evil.example' }, SOCKET_PATH, 'status 403'],
    ['an address without a row', {}, '/fhir/R4/$elsewhere', 'status 404'],
  ])('%s opens none', async (_name, headers, path, answer) => {
    await expect(connect(headers, path)).rejects.toThrow(answer)
  })

  test('opening one is noted, and so is a refused try', async () => {
    const noted = (outcome: string) =>
      scene.platform.count(sql`select 1 from kernel.audit where action = 'subscription.socket' and outcome = ${outcome}`)
    const before = [await noted('success'), await noted('token-invalid')]
    await connect()
    await connect({ authorization: 'Bearer x.y.z' }).catch(() => undefined)
    expect([await noted('success'), await noted('token-invalid')]).toEqual([before[0]! + 1, before[1]! + 1])
  })

  test('what is no text, too long, too much or not understood closes it', async () => {
    const said: [(ws: WebSocket) => void, number][] = [
      [(ws) => ws.send(Buffer.from([1, 2])), 1003],
      [(ws) => ws.send('x'.repeat(2_000)), 1009],
      [(ws) => ws.send('hello'), 1008],
      [
        (ws) => {
          for (let n = 0; n < 150; n++) ws.send('unbind x')
        },
        1008,
      ],
    ]
    for (const [say, code] of said) {
      const line = await connect()
      say(line.ws)
      expect((await line.closed).code).toBe(code)
    }
  })

  test('the server says farewell when it stops', async () => {
    const other = await openScene()
    await other.platform.app.listen({ port: 0, host: '127.0.0.1' })
    const ws = new WebSocket(`ws://127.0.0.1:${(other.platform.app.server.address() as AddressInfo).port}${SOCKET_PATH}`)
    await new Promise((ready) => ws.on('open', ready))
    const code = new Promise<number>((done) => ws.on('close', done))
    await other.close()
    expect(await code).toBe(1001)
  })
})
