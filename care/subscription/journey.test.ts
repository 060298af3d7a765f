/** Hooks, from the order to what arrives. @spec FHIR R4 subscription; Subscriptions R5 Backport 1.1 */
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, STRANGER } from '../../tests/harness/platform.ts'
import { findDue } from './store.ts'
import { byCriteria, byTopic, type Hook, openHook, openScene, order, pressure, said, type Scene, stateOf, until } from './scene.fixture.ts'

let scene: Scene
let hospital: Caller
let clinic: Caller
let hook: Hook
let hanako: { key: string; personId: string; memberId: string | null }

beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())
beforeEach(async () => {
  const { platform } = scene
  ;[hospital, clinic] = await Promise.all([platform.system(HOSPITAL), platform.system(CLINIC)])
  hanako = await platform.enter()
  await platform.relate(hanako.key, HOSPITAL)
  hook = await openHook()
})
afterEach(async () => {
  scene.stop()
  await hook.close()
  await sql`update subscription.subscription set deleted = true`.execute(scene.platform.db)
  await scene.feed()
})

const write = async (more: object = {}, caller = hospital) => {
  const answer = await caller.post('/fhir/R4/Observation', pressure(hanako.key, more))
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id!
}
const toHook = (more: object = {}) => ({ endpoint: hook.url, ...more })
const bodies = () => hook.calls.map((c) => said(c.body))

describe('R4’s own form', () => {
  test('a hospital orders blood pressures, writes one and hears of it; of a note it hears nothing', async () => {
    const id = await order(hospital, byCriteria('Observation?code=85354-9', toHook({ header: ['Authorization: Bearer mine'] })))
    await write()
    await write({ code: { text: 'メモ' } })
    await scene.step()
    expect(hook.calls).toHaveLength(1)
    expect(hook.calls[0]).toMatchObject({
      method: 'POST',
      path: '/hook',
      body: '',
      headers: { authorization: 'Bearer mine', 'enishi-event': `${id}/1` },
    })
    await scene.step()
    expect(hook.calls, 'once is enough').toHaveLength(1)
  })

  test('with a payload each resource is put under the hook, in the order it was written, as JSON or XML', async () => {
    await order(hospital, byCriteria(`Observation?patient=${hanako.key}`, toHook({ payload: 'application/fhir+json' })))
    await order(
      hospital,
      byCriteria(`Observation?patient=${hanako.key}`, toHook({ endpoint: `${hook.url}/xml/`, payload: 'application/fhir+xml' })),
    )
    const ids = [await write(), await write(), await write()]
    await scene.step()
    const json = hook.calls.filter((c) => c.headers['content-type']?.includes('json'))
    expect(json.map((c) => [c.method, c.path])).toEqual(ids.map((id) => ['PUT', `/hook/Observation/${id}`]))
    expect(JSON.parse(json[0]!.body)).toMatchObject({ id: ids[0], code: { text: '血圧' } })
    const xml = hook.calls.filter((c) => c.headers['content-type']?.includes('xml'))
    expect(xml.map((c) => c.path)).toEqual(ids.map((id) => `/hook/xml/Observation/${id}`))
    expect(xml[0]!.body).toContain('<Observation xmlns="http://hl7.org/fhir">')
  })

  test('an order that has ended is off, and one that is deleted is gone', async () => {
    const end = new Date(scene.platform.clock.at.getTime() + 60_000).toISOString()
    const ending = await order(hospital, { ...byCriteria('Observation', toHook()), end })
    const deleted = await order(hospital, byCriteria('Observation', toHook()))
    expect((await hospital.remove(`/fhir/R4/Subscription/${deleted}`)).status).toBe(204)
    scene.platform.clock.forward(60_001)
    await scene.step()
    await write()
    await scene.step()
    expect(hook.calls).toEqual([])
    expect(await stateOf(hospital, ending)).toMatchObject({ status: 'off' })
    expect((await stateOf(hospital, deleted)).heard.status).toBe(410)
  })
})

describe('the backport’s form', () => {
  test('a hook is greeted before it is active, then hears events by number, several in one notification', async () => {
    const id = await order(
      hospital,
      byTopic('Observation', { channel: toHook(), filter: `Observation?patient=${hanako.key}`, maxCount: 2 }),
    )
    expect((await stateOf(hospital, id)).status).toBe('requested')
    await scene.step()
    expect((await stateOf(hospital, id)).status).toBe('active')
    const ids = [await write(), await write(), await write()]
    await hospital.put(`/fhir/R4/Observation/${ids[0]}`, pressure(hanako.key, { id: ids[0], status: 'amended' }))
    await scene.step()
    await hospital.remove(`/fhir/R4/Observation/${ids[1]}`)
    await scene.step()
    const [greeting, ...rest] = bodies()
    expect(greeting).toMatchObject({ bundleType: 'history', type: 'handshake', status: 'requested', since: 0, numbers: [], entries: [] })
    expect(rest.every((n) => n.type === 'event-notification')).toBe(true)
    expect(rest.flatMap((n) => n.numbers)).toEqual(rest.flatMap((n) => n.numbers).map((_, i) => i + 1))
    expect(rest.every((n) => n.numbers.length <= 2)).toBe(true)
    const entries = rest.flatMap((n) => n.entries)
    expect(entries.filter((e) => e.id === ids[2]).map((e) => e.method)).toEqual(['POST'])
    expect(entries.filter((e) => e.id === ids[0]).map((e) => e.method)).toContain('PUT')
    expect(entries.at(-1)).toMatchObject({ method: 'DELETE', id: undefined })
    const status = await hospital.get(`/fhir/R4/Subscription/${id}/$status`)
    expect(said(JSON.stringify({ ...status.body, entry: [{ ...status.body.entry![0], request: {} }] }))).toMatchObject({
      type: 'query-status',
      status: 'active',
    })
  })

  test('an order that is changed while it greets is greeted anew: whom it names now has not answered yet', async () => {
    const other = await openHook()
    const greeted = byTopic('Observation', { channel: toHook() })
    const id = await order(hospital, greeted)
    hook.answer = async () => {
      const changed = byTopic('Observation', { channel: { endpoint: other.url } })
      return (await hospital.put(`/fhir/R4/Subscription/${id}`, { ...changed, id })).status
    }
    await scene.step()
    expect(bodies().map((n) => n.type)).toEqual(['handshake'])
    await until('the other greeting', async () => {
      await scene.step()
      return other.calls.length === 1
    })
    expect(said(other.calls[0]!.body)).toMatchObject({ type: 'handshake', status: 'requested' })
    await until('the order', async () => (await stateOf(hospital, id)).status === 'active')
    await other.close()
  })

  test('no more content leaves than was ordered', async () => {
    for (const content of ['empty', 'id-only', 'full-resource'])
      await order(hospital, byTopic('Observation', { channel: toHook({ endpoint: `${hook.url}/${content}` }), content }))
    await scene.step()
    const id = await write()
    await scene.step()
    const of = (content: string) => said(hook.calls.findLast((c) => c.path.endsWith(content))!.body)
    expect(of('empty')).toMatchObject({ numbers: [1], focus: [undefined], entries: [] })
    expect(of('id-only')).toMatchObject({ numbers: [1], entries: [{ method: 'POST', id: undefined }] })
    expect(of('id-only').focus[0]).toContain(id)
    expect(of('full-resource').entries).toMatchObject([{ id }])
  })

  test('what a hook missed can be asked for again, by number', async () => {
    const id = await order(hospital, byTopic('Observation', { channel: toHook() }))
    await scene.step()
    const ids = [await write(), await write(), await write()]
    await scene.step()
    const again = await hospital.get(`/fhir/R4/Subscription/${id}/$events?eventsSinceNumber=2&eventsUntilNumber=3`)
    expect(said(again.text)).toMatchObject({ type: 'query-event', numbers: [2, 3], entries: [{ id: ids[1] }, { id: ids[2] }] })
    const without = await hospital.get(`/fhir/R4/Subscription/${id}/$events?content=empty`)
    expect(said(without.text)).toMatchObject({ numbers: [1, 2, 3], entries: [] })
    expect((await clinic.get(`/fhir/R4/Subscription/${id}/$events`)).status).toBe(404)
  })

  test('a quiet hook hears a heartbeat', async () => {
    await order(hospital, byTopic('Observation', { channel: toHook(), heartbeat: 10 }))
    await scene.step()
    await scene.step()
    scene.platform.clock.forward(10_001)
    await scene.step()
    expect(bodies().map((b) => b.type)).toEqual(['handshake', 'heartbeat'])
  })

  test('a submission of the sharing service is told item by item, and what it replaces as gone', async () => {
    await order(hospital, byTopic('AllergyIntolerance', { channel: toHook() }))
    await scene.step()
    const about = { memberId: hanako.memberId!, localId: 'told' }
    expect((await hospital.submit(send.fiveItems(about, [send.drugAllergy, send.foodAllergy]))).status).toBe(201)
    await scene.step()
    expect((await hospital.submit(send.fiveItems(about, [send.drugAllergy]))).status).toBe(201)
    await scene.step()
    const methods = bodies().flatMap((b) => b.entries.map((e) => e.method))
    expect(methods).toEqual(['POST', 'POST', 'DELETE', 'DELETE', 'POST'])
  })
})

describe('policy at delivery', () => {
  test('consent withdrawn between the write and the delivery: nothing of the content leaves; the control does', async () => {
    const { platform } = scene
    const consent = await platform.consent(hanako.key, CLINIC, { 'drug-allergy': true })
    const topic = await order(clinic, byTopic('AllergyIntolerance', { channel: toHook({ endpoint: `${hook.url}/topic` }) }))
    await order(clinic, byCriteria('AllergyIntolerance', toHook({ endpoint: `${hook.url}/r4`, payload: 'application/fhir+json' })))
    await scene.step()

    await hospital.submit(send.fiveItems({ memberId: hanako.memberId!, localId: 'seen' }, [send.drugAllergy]))
    await scene.step()
    const control = hook.calls.map((c) => c.body).join('')
    expect(control, 'the control: with consent the content leaves').toContain(hanako.key)
    const before = hook.calls.length

    await hospital.submit(send.fiveItems({ memberId: hanako.memberId!, localId: 'late' }, [send.drugAllergy]))
    await scene.feed()
    await platform.as({ kind: 'citizen', id: hanako.personId, keys: [hanako.key], name: '' }, (ctx) =>
      platform.services.consent.withdraw(ctx, consent.id),
    )
    await scene.deliver()
    const after = hook.calls.slice(before)
    expect(after.map((c) => c.path)).toEqual(['/hook/topic'])
    expect(said(after[0]!.body)).toMatchObject({ type: 'event-notification', focus: [undefined], entries: [] })
    expect(after.map((c) => c.body).join('')).not.toContain(hanako.key)
    const asked = await clinic.get(`/fhir/R4/Subscription/${topic}/$events`)
    expect(asked.text).not.toContain(hanako.key)
  })

  test('who has no relation hears nothing, though its order is wide', async () => {
    const stranger = await scene.platform.system(STRANGER)
    await order(stranger, byTopic('Observation', { channel: toHook() }))
    await scene.step()
    await write()
    await scene.step()
    expect(bodies().map((b) => b.type)).toEqual(['handshake'])
  })

  test('a client that was ended hears nothing more', async () => {
    const { platform } = scene
    const other = await platform.system(HOSPITAL, ['system/*.cruds', 'system/Observation.rs'])
    const id = await order(other, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    await write()
    await scene.feed()
    await sql`update person.client set ended_at = now() where client_id = ${`${HOSPITAL} system/*.cruds system/Observation.rs`}`.execute(
      platform.db,
    )
    await scene.deliver()
    expect(hook.calls).toEqual([])
    expect(await stateOf(hospital, id)).toMatchObject({ status: 'off', error: 'client-ended; set aside until it is requested again' })
  })

  test('what was delivered is noted on the person’s log under the subscriber’s name, before it leaves', async () => {
    await order(hospital, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    await write()
    await scene.step()
    const noted = await scene.platform.count(
      sql`select 1 from kernel.audit where key = ${hanako.key} and action = 'subscription.deliver' and institution_number = ${HOSPITAL} and rule = 'own-institution'`,
    )
    expect([hook.calls.length, noted]).toEqual([1, 1])
    // Who asks what a stolen token reached finds them by the token of the order.
    const traced = sql`select 1 from kernel.audit a where key = ${hanako.key} and action = 'subscription.deliver' and via <> '' and exists (
      select 1 from kernel.audit s where s.action = 'subscription.create' and s.via = a.via)`
    expect(await scene.platform.count(traced)).toBe(1)
  })

  test('an order needs the scopes of what it watches', async () => {
    const narrow = await scene.platform.system(HOSPITAL, ['system/Subscription.cruds', 'system/Condition.rs'])
    expect(rulesOf(await narrow.post('/fhir/R4/Subscription', byCriteria('Observation', toHook())))).toEqual(['scope-missing'])
    expect((await narrow.post('/fhir/R4/Subscription', byCriteria('Condition', toHook()))).status).toBe(201)
  })
})

describe('trouble', () => {
  test('a hook that fails is tried again later and later, shown as an error, and is active again when it answers', async () => {
    const id = await order(hospital, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    const first = await write()
    hook.answer = () => 503
    await scene.step()
    const waits: number[] = []
    for (let n = 0; n < 6; n++) {
      const { rows } = await sql<{ next_try_at: Date }>`select next_try_at from subscription.subscription where id = ${id}`.execute(
        scene.platform.db,
      )
      waits.push(rows[0]!.next_try_at.getTime() - scene.platform.clock.at.getTime())
      await scene.deliver()
      scene.platform.clock.at = rows[0]!.next_try_at
      await scene.deliver()
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000])
    expect(hook.calls).toHaveLength(7)
    const state = await stateOf(hospital, id)
    expect([state.status, state.error]).toEqual(['error', expect.stringContaining('status 503, 7 tries')])
    hook.answer = () => 200
    scene.platform.clock.forward(3600_000)
    hospital = await scene.platform.system(HOSPITAL)
    await scene.deliver()
    expect(hook.calls.at(-1)!.path).toBe(`/hook/Observation/${first}`)
    expect(await stateOf(hospital, id)).toMatchObject({ status: 'active', error: undefined })
  })

  test('after three days of failing it is set aside with its reason; asked for again it goes on where it stopped', async () => {
    const id = await order(hospital, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    await write()
    hook.answer = () => 500
    await scene.step()
    scene.platform.clock.forward(3 * 24 * 3600_000)
    hospital = await scene.platform.system(HOSPITAL)
    await scene.deliver()
    const state = await stateOf(hospital, id)
    expect([state.status, state.error]).toEqual(['error', expect.stringContaining('set aside')])
    const second = await write()
    hook.answer = () => 200
    hook.calls.length = 0
    scene.platform.clock.forward(24 * 3600_000)
    await scene.step()
    expect(hook.calls).toEqual([])
    hospital = await scene.platform.system(HOSPITAL)
    const again = await hospital.put(`/fhir/R4/Subscription/${id}`, {
      ...byCriteria('Observation', toHook({ payload: 'application/fhir+json' })),
      id,
    })
    expect(again.status, again.text).toBe(200)
    await scene.step()
    expect(hook.calls).toHaveLength(2)
    expect(hook.calls[1]!.path).toContain(second)
  })

  test('a poisoned hook and a silent one hold up nobody else', async () => {
    const [dead, silent] = [await openHook(), await openHook()]
    silent.answer = () => 0
    dead.answer = () => 500
    for (const bad of [dead, silent]) await order(hospital, byCriteria('Observation', { endpoint: bad.url }))
    await order(hospital, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    scene.start()
    const ids = [await write(), await write(), await write()]
    await until('three at the good hook', () => hook.calls.length === 3)
    expect(hook.calls.map((c) => c.path)).toEqual(ids.map((id) => `/hook/Observation/${id}`))
    scene.stop()
    await Promise.all([dead.close(), silent.close()])
  })

  test('an institution with many orders that nobody answered yet does not keep another’s from its turn', async () => {
    const { db, clock } = scene.platform
    const theirs = await order(clinic, byCriteria('Observation', toHook()))
    const one = await order(hospital, byCriteria('Observation', toHook()))
    await sql`insert into subscription.subscription select (jsonb_populate_record(s, jsonb_build_object('id', s.id || '-' || n, 'events', 1))).*
      from subscription.subscription s, generate_series(1, 300) n where s.id = ${one}`.execute(db)
    // The clinic was told before; the others never.
    await sql`update subscription.subscription set events = 2, delivered = 1, last_sent_at = ${clock.at} where id = ${theirs}`.execute(db)
    const due = async (ofOne: number) => (await findDue(db, clock.at, { all: 256, ofOne })).map(({ id }) => id)
    expect(await due(16)).toContain(theirs)
    expect(await due(1_000), 'the control').not.toContain(theirs)
  })

  test('the leader dies between taking, sending and noting: nothing is lost, the order stays, a repeat carries its number', async () => {
    const id = await order(hospital, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    const ids = [await write()]
    await scene.restart()
    await scene.feed()
    ids.push(await write())
    await scene.restart()
    // Sent, and killed before it could note that: another leads by the time the answer comes.
    const old = await scene.epoch()
    hook.answer = () => 200
    await scene.restart()
    await scene.step()
    ids.push(await write())
    await scene.step()
    expect(await scene.epoch()).toBeGreaterThan(old)
    expect(hook.calls.map((c) => c.path)).toEqual(ids.map((i) => `/hook/Observation/${i}`))
    expect(hook.calls.map((c) => c.headers['enishi-event'])).toEqual([1, 2, 3].map((n) => `${id}/${n}`))
  })

  test('a leader that lost the lead while it sent notes nothing; its successor sends again under the same number', async () => {
    const id = await order(hospital, byCriteria('Observation', toHook()))
    const arrived = () => scene.platform.count(sql`select 1 from subscription.subscription where id = ${id} and delivered = 1`)
    await write()
    await scene.feed()
    hook.answer = async () => {
      await sql`update kernel.leader set epoch = epoch + 1`.execute(scene.platform.db)
      return 200
    }
    await scene.deliver()
    expect([hook.calls.length, await arrived()]).toEqual([1, 0])
    hook.answer = () => 200
    await scene.deliver()
    expect(hook.calls.map((c) => c.headers['enishi-event'])).toEqual([`${id}/1`, `${id}/1`])
    expect(await arrived(), 'the control: who leads does note it').toBe(1)
  })

  test('a state that lasted only while nobody led is told, and so is what was created and taken away', async () => {
    const short = await openHook()
    await order(hospital, byCriteria('Observation?status=preliminary', toHook({ payload: 'application/fhir+json' })))
    await order(hospital, byTopic('Observation', { channel: { endpoint: short.url }, content: 'id-only' }))
    await scene.step()
    const id = await write({ status: 'preliminary' })
    const change = (status: string) => hospital.put(`/fhir/R4/Observation/${id}`, pressure(hanako.key, { id, status }))
    expect([(await change('final')).status, (await change('amended')).status]).toEqual([200, 200])
    expect((await hospital.remove(`/fhir/R4/Observation/${id}`)).status).toBe(204)
    await scene.restart()
    await scene.step()
    expect(hook.calls.map((c) => [c.path, (JSON.parse(c.body) as { status: string }).status])).toEqual([
      [`/hook/Observation/${id}`, 'preliminary'],
    ])
    expect(short.calls.slice(1).flatMap((c) => said(c.body).entries.map((e) => e.method))).toEqual(['POST', 'PUT', 'PUT', 'DELETE'])
    expect((await hospital.get(`/fhir/R4/Observation/${id}`)).status, 'nothing of it stays').toBe(410)
    expect((await hospital.get('/fhir/R4/Observation?status=preliminary')).body.total).toBe(0)
    await short.close()
  })

  test('an order whose criteria can no longer be judged is set aside; the others go on', async () => {
    const bad = await order(hospital, byCriteria('Observation', toHook()))
    await order(hospital, byCriteria('Observation', toHook({ payload: 'application/fhir+json' })))
    await sql`update subscription.subscription set ordered = jsonb_set(ordered, '{query}', '"no-such-parameter=1"') where id = ${bad}`.execute(
      scene.platform.db,
    )
    await write()
    await scene.step()
    expect(hook.calls).toHaveLength(1)
    expect(await stateOf(hospital, bad)).toMatchObject({ status: 'error', error: expect.stringContaining('search-unsupported') })
  })
})

describe('what is not taken', () => {
  test.each<[string, () => object, string]>([
    ['a foreign host', () => byCriteria('Observation', { endpoint: 'https://evil.example/x' }), 'hook-refused'],
    [
      'a host that begins like an allowed one',
      () => byCriteria('Observation', { endpoint: 'http://127.0.0.1.evil.example/x' }),
      'hook-refused',
    ],
    ['the cloud’s keys', () => byCriteria('Observation', { endpoint: 'http://169.254.169.254/latest' }), 'hook-refused'],
    ['a file', () => byCriteria('Observation', { endpoint: 'file:///etc/passwd' }), 'hook-refused'],
    ['an unknown parameter', () => byCriteria('Observation?no-such=1', toHook()), 'search-unsupported'],
    ['an unknown type', () => byCriteria('Nothing?code=1', toHook()), 'subscription-invalid'],
    [
      'a topic of somebody else',
      () => ({ ...byCriteria('Observation', toHook()), criteria: 'http://example.org/topic' }),
      'subscription-invalid',
    ],
    ['a mail', () => byCriteria('Observation', { type: 'email', endpoint: 'mailto:a@example.org' }), 'subscription-invalid'],
    ['a header of the platform’s', () => byCriteria('Observation', toHook({ header: ['Host: evil.example'] })), 'subscription-invalid'],
    [
      'a header with a line break',
      () => byCriteria('Observation', toHook({ header: ['X: a\r\nHost: evil.example'] })),
      'subscription-invalid',
    ],
    ['a search that shapes', () => byCriteria('Observation?_count=1', toHook()), 'subscription-invalid'],
    ['an end that has passed', () => ({ ...byCriteria('Observation', toHook()), end: '2020-01-01T00:00:00Z' }), 'subscription-invalid'],
  ])('%s', async (_name, subscription, rule) => {
    expect(rulesOf(await hospital.post('/fhir/R4/Subscription', subscription()))).toEqual([rule])
  })

  test('another institution’s order is not there; a colleague sees it without its secrets', async () => {
    const id = await order(hospital, byCriteria('Observation', toHook({ header: ['Authorization: Bearer secret'] })))
    expect((await clinic.get(`/fhir/R4/Subscription/${id}`)).status).toBe(404)
    expect((await clinic.remove(`/fhir/R4/Subscription/${id}`)).status).toBe(404)
    const colleague = await scene.platform.system(HOSPITAL, ['system/Subscription.rs'])
    const seen = await colleague.get(`/fhir/R4/Subscription/${id}`)
    expect([seen.status, seen.text.includes('secret')]).toEqual([200, false])
    expect((await hospital.get(`/fhir/R4/Subscription/${id}`)).text, 'the control').toContain('secret')
    expect((await clinic.get('/fhir/R4/Subscription')).body.total).toBe(0)
  })
})

describe('the resource', () => {
  test('is read, searched, updated under its version and listed among the topics', async () => {
    const id = await order(hospital, byCriteria('Observation', toHook()))
    const read = await hospital.get(`/fhir/R4/Subscription/${id}`)
    expect(read.headers.etag).toBe('W/"1"')
    expect(read.body).toMatchObject({ resourceType: 'Subscription', status: 'active', criteria: 'Observation', meta: { versionId: '1' } })
    const changed = { ...byCriteria('Condition', toHook()), id, status: 'off' }
    expect((await hospital.put(`/fhir/R4/Subscription/${id}`, changed, { 'if-match': 'W/"7"' })).status).toBe(412)
    expect((await hospital.put(`/fhir/R4/Subscription/${id}`, changed, { 'if-match': 'W/"1"' })).body).toMatchObject({
      status: 'off',
      criteria: 'Condition',
    })
    expect((await hospital.get('/fhir/R4/Subscription?status=off&criteria=Condition')).body.total).toBe(1)
    expect((await hospital.get('/fhir/R4/Subscription?status=active')).body.total).toBe(0)
    const topics = await hospital.get('/fhir/R4/SubscriptionTopic')
    expect(topics.body.total).toBeGreaterThan(100)
    expect((await hospital.get('/fhir/R4/SubscriptionTopic/Observation')).text).toContain('canFilterBy')
  })

  test('two orders of one institution are told independently', async () => {
    const other = await openHook()
    await order(hospital, byCriteria('Observation?status=final', toHook()))
    await order(hospital, byCriteria('Observation?status=preliminary', { endpoint: other.url }))
    await write()
    await write({ status: 'preliminary' })
    await write()
    await scene.step()
    await scene.step()
    expect([hook.calls.length, other.calls.length]).toEqual([1, 1])
    expect(hook.calls[0]!.headers['enishi-event']).toMatch(/\/2$/)
    await other.close()
  })
})
