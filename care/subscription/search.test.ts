/** What finds a subscription, and how its operations may be asked. @spec FHIR R4 Subscription; Subscriptions R5 Backport 1.1 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, linkOf, matches, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL } from '../../tests/harness/platform.ts'
import { openScene, type Scene } from './scene.fixture.ts'

let scene: Scene
let hospital: Caller
const ids: Record<string, string> = {}
const order = (more: object, channel: object) => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: '検査の結果',
  criteria: 'Observation?code=2823-3',
  ...more,
  channel: { type: 'websocket', ...channel },
})
beforeAll(async () => {
  scene = await openScene()
  hospital = await scene.platform.system(HOSPITAL)
  const place = async (name: string, more: object, channel: object = {}) => {
    scene.platform.clock.forward(60_000)
    const made = await hospital.post('/fhir/R4/Subscription', order(more, channel))
    expect(made.status, made.text).toBe(201)
    ids[name] = made.body.id!
  }
  await place('xml', { contact: [{ system: 'phone', value: '03-1' }] }, { payload: 'application/fhir+xml' })
  await place('off', { status: 'off', criteria: 'Condition?code=E11' }, { payload: 'application/fhir+json' })
  await place('bare', { criteria: 'Observation' })
})
afterAll(() => scene?.close())

const named = (id: string | undefined) => Object.keys(ids).find((name) => ids[name] === id)

describe('search', () => {
  test.each<[query: string, found: string]>([
    ['', 'bare off xml'],
    ['status=active', 'bare xml'],
    ['status=http://hl7.org/fhir/subscription-status|off', 'off'],
    ['status:not=active', 'off'],
    ['type=websocket,rest-hook', 'bare off xml'],
    ['type=rest-hook', ''],
    ['payload=application/fhir%2Bxml', 'xml'],
    ['payload:missing=true', 'bare'],
    ['contact=03-1', 'xml'],
    ['contact=phone|03-1', 'xml'],
    ['contact=email|03-1', ''],
    ['contact=phone|', 'xml'],
    ['url:missing=true', 'bare off xml'],
    ['criteria=observation', 'bare xml'],
    ['criteria:exact=Observation', 'bare'],
    ['criteria:contains=E11', 'off'],
    ['_lastUpdated=gt2020', 'bare off xml'],
    ['_lastUpdated=lt2020', ''],
    ['criteria=Observation&payload:missing=false', 'xml'],
  ])('%s finds %s', async (query, found) => {
    const heard = await hospital.get(`/fhir/R4/Subscription?${query}`)
    expect(heard.status, heard.text).toBe(200)
    expect(
      matches(heard)
        .map((r) => named(r.id))
        .sort()
        .join(' '),
    ).toBe(found)
    expect(heard.body.total).toBe(found === '' ? 0 : found.split(' ').length)
  })

  test.each(['nobody=1', 'status:exact=a', 'criteria:not=a', '_lastUpdated=soon', '_count=x', '_cursor=x', 'payload:missing=maybe'])(
    '%s is refused',
    async (query) => expect((await hospital.get(`/fhir/R4/Subscription?${query}`)).status).toBe(400),
  )

  test('comes in pages, as a number, or in part', async () => {
    const seen: (string | undefined)[] = []
    for (let next: string | undefined = '/fhir/R4/Subscription?_count=2'; next !== undefined; ) {
      const heard = await hospital.get(next)
      expect([heard.body.total, matches(heard).length <= 2]).toEqual([3, true])
      seen.push(...matches(heard).map((r) => named(r.id)))
      next = linkOf(heard, 'next')
    }
    expect(seen).toEqual(['bare', 'off', 'xml'])
    for (const query of ['_count=0', '_summary=count']) {
      const { body } = await hospital.get(`/fhir/R4/Subscription?${query}`)
      expect([body.total, body.entry]).toEqual([3, undefined])
    }
    const part = matches(await hospital.get('/fhir/R4/Subscription?_elements=status&status=off'))[0]!
    expect([part.status, part.reason !== undefined, part.contact]).toEqual(['off', true, undefined])
  })

  test('shows another institution nothing', async () => {
    expect((await (await scene.platform.system(CLINIC)).get('/fhir/R4/Subscription')).body.total).toBe(0)
  })
})

describe('operations by POST', () => {
  const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
  const states = async (path: string, body: object | string) => {
    const heard = await hospital.post(`/fhir/R4/Subscription/${path}`, body)
    expect(heard.status, heard.text).toBe(200)
    return heard.body.entry?.length ?? 0
  }

  test('$status of all, of some, of one', async () => {
    expect(await states('$status', '')).toBe(3)
    expect(await states('$status', parameters({ name: 'id', valueId: ids.xml }, { name: 'id', valueId: ids.off }))).toBe(2)
    expect(await states('$status', parameters({ name: 'status', valueCode: 'off' }))).toBe(1)
    expect(await states(`${ids.xml}/$status`, '')).toBe(1)
  })

  test('$events', async () => {
    const heard = await hospital.post(`/fhir/R4/Subscription/${ids.xml}/$events`, parameters({ name: 'content', valueCode: 'nobody' }))
    expect([heard.status, rulesOf(heard)]).toEqual([400, ['input-invalid']])
    expect(
      (await hospital.post(`/fhir/R4/Subscription/${ids.xml}/$events`, parameters({ name: 'content', valueCode: 'empty' }))).status,
    ).toBe(200)
  })

  test.each(['id', 'ids'])('a token for those that %s names, and for no other', async (name) => {
    const { body } = await hospital.post('/fhir/R4/Subscription/$get-ws-binding-token', parameters({ name, valueId: ids.xml }))
    const given = (body.parameter as { name: string; valueString: string }[]).filter((p) => p.name === 'subscription')
    expect(given.map((p) => named(p.valueString))).toEqual(['xml'])
  })
})

test('If-Match that cannot be read is refused, and the refusal says what to send', async () => {
  const body = { ...order({}, {}), id: ids.bare }
  const heard = await hospital.put(`/fhir/R4/Subscription/${ids.bare}`, body, { 'if-match': '1' })
  expect([heard.status, rulesOf(heard)]).toEqual([400, ['if-match-unreadable']])
})
