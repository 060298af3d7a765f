/** Consents of sharing over FHIR: whose they are, who sees them, and that what goes out comes back the same. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askableKinds, standingOf } from '#care/consent'
import type { Resource } from '#packages/fhir'
import { addDays } from '#kernel/japan'
import * as send from '../../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../../tests/harness/platform.ts'
import { closureResource, consentResource, readConsent } from './map.ts'

let platform: Platform
let hanako: { key: string; personId: string; memberId: string | null }
let [clinic, stranger]: Caller[] = []
let app: Caller

beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  hanako = await platform.enter()
  ;[clinic, stranger] = await Promise.all([CLINIC, STRANGER].map((at) => platform.system(at)))
  const hospital = await platform.system(HOSPITAL)
  expect((await hospital.submit(send.fiveItems({ memberId: hanako.memberId!, localId: hanako.key }, [send.hypertension]))).status).toBe(201)
  app = await appWith(['patient/Consent.crs', 'patient/Condition.rs'])
})

const appWith = (scopes: readonly string[]) => platform.appOf({ kind: 'citizen', id: hanako.personId }, { scopes, patient: hanako.key })

const NUMBER = 'http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no'
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'
const consentOf = (provision: object, change: object = {}) => ({
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${hanako.key}` },
  provision,
  ...change,
})
const actor = [{ role: { coding: [{ code: 'PRCP' }] }, reference: { identifier: { system: NUMBER, value: CLINIC } } }]
const treat = [{ system: REASON, code: 'TREAT' }]
const kind = (code: string) => ({ system: 'urn:enishi:information-kind', code })
const permit = (change: object = {}) => ({ type: 'permit', actor, purpose: treat, class: [kind('diagnosis')], ...change })
const sees = async (who: Caller | undefined) => matches(await who!.get(`/fhir/R4/Condition?subject=Patient/${hanako.key}`)).length
const consents = async (who: Caller | undefined, query = `patient=Patient/${hanako.key}`) =>
  matches(await who!.get(`/fhir/R4/Consent?${query}`))

describe('a person’s app', () => {
  test('gives a consent that opens at once, finds it, and closes it again by a denial', async () => {
    expect(await sees(clinic)).toBe(0)
    const made = await app.post('/fhir/R4/Consent', consentOf(permit()))
    expect([made.status, made.body.status]).toEqual([201, 'active'])
    expect([await sees(clinic), await sees(stranger)]).toEqual([1, 0])
    expect((await app.get(`/fhir/R4/Consent/${made.body.id}`)).body.id).toBe(made.body.id)
    expect((await consents(app)).map((c) => c.id)).toEqual([made.body.id])

    const denied = await app.post('/fhir/R4/Consent', consentOf({ type: 'deny', actor, purpose: treat }))
    expect(denied.status).toBe(201)
    expect(await sees(clinic)).toBe(0)
    expect((await consents(app)).map((c) => (c.provision as { type: string }).type)).toEqual(['permit', 'deny'])
  })

  test('the institution it names finds what it may see, and nothing of what was closed; others find nothing', async () => {
    const { body } = await app.post('/fhir/R4/Consent', consentOf(permit()))
    const denied = await app.post(
      '/fhir/R4/Consent',
      consentOf({ type: 'deny', purpose: treat, data: [{ meaning: 'instance', reference: { reference: 'Condition/x1' } }] }),
    )
    expect((await consents(clinic)).map((c) => c.id)).toEqual([body.id])
    expect(await consents(stranger)).toEqual([])
    expect((await clinic!.get(`/fhir/R4/Consent/${body.id}`)).status).toBe(200)
    for (const id of [body.id, denied.body.id]) expect((await stranger!.get(`/fhir/R4/Consent/${id}`)).status).toBe(404)
    expect((await clinic!.get(`/fhir/R4/Consent/${denied.body.id}`)).status).toBe(404)
    const counted = await clinic!.get(`/fhir/R4/Consent?patient=Patient/${hanako.key}&_total=accurate`)
    expect(counted.body.total).toBe(1)
    expect(await consents(clinic, `patient=Patient/${hanako.key}&status=inactive`)).toEqual([])
  })

  test('what was refused at the reader is a denial of these kinds, never a permission of all', async () => {
    await platform.consent(hanako.key, CLINIC, { diagnosis: false, 'check-up': false })
    const [refused] = await consents(app)
    expect(refused!.provision).toMatchObject({ type: 'deny', class: [{ code: 'diagnosis' }, { code: 'check-up' }] })
    expect(await consents(clinic)).toEqual([])
  })

  test('another person finds nothing, and gives nothing for this one', async () => {
    const { body } = await app.post('/fhir/R4/Consent', consentOf(permit()))
    const taro = await platform.enter({ name: '髙橋 太郎', sex: 'male' })
    const his = await platform.appOf({ kind: 'citizen', id: taro.personId }, { scopes: ['patient/Consent.crs'], patient: taro.key })
    expect(await consents(his)).toEqual([])
    expect((await his.get(`/fhir/R4/Consent/${body.id}`)).status).toBe(404)
    expect((await his.post('/fhir/R4/Consent', consentOf(permit()))).status).toBe(403)
  })

  test.each([['patient/Consent.rs'], ['patient/Condition.cruds']])('with %s alone gives none', async (scope) => {
    expect((await (await appWith([scope])).post('/fhir/R4/Consent', consentOf(permit()))).status).toBe(403)
    expect(await sees(clinic)).toBe(0)
  })

  test.each<[string, object, object]>([
    ['a nested provision', permit({ provision: [permit()] }), {}],
    ['a code it cannot keep', permit({ code: [{ text: 'x' }] }), {}],
    ['a kind that nobody is asked for', permit({ class: [kind('letter')] }), {}],
    ['a foreign kind', permit({ class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Condition' }] }), {}],
    ['no kind', permit({ class: [] }), {}],
    ['no institution', permit({ actor: [] }), {}],
    ['two institutions', permit({ actor: [...actor, ...actor] }), {}],
    ['an institution that nobody knows', permit({ actor: [{ reference: { identifier: { system: NUMBER, value: '9999999999' } } }] }), {}],
    ['another purpose', permit({ purpose: [{ system: REASON, code: 'HMARKT' }] }), {}],
    ['no purpose', permit({ purpose: [] }), {}],
    ['a start in the future', permit({ period: { start: '2999-01-01' } }), {}],
    ['an end that is no day', permit({ period: { end: '2999-01-01T00:00:00Z' } }), {}],
    ['an end that is over', permit({ period: { end: '2020-01-01' } }), {}],
    ['a denial that ends', { type: 'deny', actor, purpose: treat, period: { end: '2999-01-01' } }, {}],
    ['a denial of kinds', { type: 'deny', actor, purpose: treat, class: [kind('diagnosis')] }, {}],
    ['an inactive one', permit(), { status: 'inactive' }],
    ['research', permit(), { scope: { coding: [{ code: 'research' }] } }],
  ])('%s is refused by name, and nothing opens', async (_, provision, change) => {
    const answer = await app.post('/fhir/R4/Consent', consentOf(provision, change))
    expect([400, 422]).toContain(answer.status)
    expect(await sees(clinic)).toBe(0)
    expect(await consents(app)).toEqual([])
    // The control: without what is odd about it, it is taken.
    expect((await app.post('/fhir/R4/Consent', consentOf(permit()))).status).toBe(201)
  })
})

describe('ending one', () => {
  const given = async () => (await app.post('/fhir/R4/Consent', consentOf(permit()))).body
  const denied = async () => (await app.post('/fhir/R4/Consent', consentOf({ type: 'deny', actor, purpose: treat }))).body
  const jsonPatch = (who: Caller, id: string, operations: object[]) =>
    who.send('PATCH', `/fhir/R4/Consent/${id}`, JSON.stringify(operations), { 'content-type': 'application/json-patch+json' })
  const toInactive = { op: 'replace', path: '/status', value: 'inactive' }
  beforeEach(async () => {
    app = await appWith(['patient/Consent.crus', 'patient/Condition.rs'])
  })

  test('sent back as inactive a consent closes with the next request, and a denial opens', async () => {
    const consent = await given()
    const closing = await denied()
    expect(await sees(clinic)).toBe(0)
    const opened = await app.put(`/fhir/R4/Consent/${closing.id}`, { ...closing, status: 'inactive' })
    expect([opened.status, opened.body.status, opened.body.id]).toEqual([200, 'inactive', closing.id])
    expect(await sees(clinic)).toBe(1)
    const ended = await app.put(`/fhir/R4/Consent/${consent.id}`, { ...consent, status: 'inactive' })
    expect([ended.status, ended.body.status]).toEqual([200, 'inactive'])
    expect(await sees(clinic)).toBe(0)
    expect((await consents(app, `patient=Patient/${hanako.key}&status=active`)).length).toBe(0)
  })

  test('so does the change of its status alone, of one that was answered at a reader too', async () => {
    const { id } = await given()
    expect((await jsonPatch(app, id!, [toInactive])).status).toBe(200)
    await platform.consent(hanako.key, CLINIC, { diagnosis: true })
    const [visit] = await consents(app, `patient=Patient/${hanako.key}&status=active`)
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'Consent.status' },
            { name: 'value', valueCode: 'inactive' },
          ],
        },
      ],
    }
    expect(await sees(clinic)).toBe(1)
    const answer = await app.send('PATCH', `/fhir/R4/Consent/${visit!.id}`, parameters)
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('inactive')])
    expect(await sees(clinic)).toBe(0)
  })

  test('nothing else about one changes: what was changed is named, and it goes on as it was', async () => {
    const consent = await given()
    const provision = { ...(consent.provision as object), class: [kind('diagnosis'), kind('prescription')] }
    for (const [change, what] of [
      [{ provision, status: 'inactive' }, 'Consent.provision'],
      [{ provision }, 'Consent.status (inactive)'],
      [{ status: 'entered-in-error' }, 'Consent.status (inactive)'],
      [{ status: 'inactive', patient: { reference: 'Patient/x' } }, 'Consent.patient'],
      [{ status: 'inactive', dateTime: '2020-01-01' }, 'Consent.dateTime'],
      [{ status: 'inactive', id: 'x.sharing-1' }, 'Consent.id'],
    ] as const) {
      const answer = await app.put(`/fhir/R4/Consent/${consent.id}`, { ...consent, ...change })
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(what)])
    }
    expect((await jsonPatch(app, consent.id!, [toInactive, { op: 'remove', path: '/provision' }])).status).toBe(422)
    expect(await sees(clinic)).toBe(1)
  })

  test('what is over ends no second time, and another’s is not there', async () => {
    const consent = await given()
    const ended = { ...consent, status: 'inactive' }
    const taro = await platform.enter({ name: '髙橋 太郎', sex: 'male' })
    const his = await platform.appOf({ kind: 'citizen', id: taro.personId }, { scopes: ['patient/Consent.crus'], patient: taro.key })
    expect((await his.put(`/fhir/R4/Consent/${consent.id}`, ended)).status).toBe(404)
    expect((await clinic!.put(`/fhir/R4/Consent/${consent.id}`, ended)).status).toBe(403)
    const reading = await appWith(['patient/Consent.crs'])
    expect((await reading.put(`/fhir/R4/Consent/${consent.id}`, ended)).status).toBe(403)
    expect(await sees(clinic), 'the control: nobody ended it').toBe(1)
    expect((await app.put(`/fhir/R4/Consent/${consent.id}`, ended)).status).toBe(200)
    expect((await app.put(`/fhir/R4/Consent/${consent.id}`, ended)).status).toBe(409)
  })
})

test('an institution writes none, and a search by what nobody is found by is refused', async () => {
  expect((await clinic!.post('/fhir/R4/Consent', consentOf(permit()))).status).toBe(403)
  expect((await app.get('/fhir/R4/Consent?category=x')).status).toBe(400)
})

test('what goes out comes back the same', () => {
  const now = new Date('2026-11-22T03:00:00Z')
  const days = fc.option(fc.nat(2000).map((n) => addDays('2026-11-22', n)))
  fc.assert(
    fc.property(fc.subarray([...askableKinds], { minLength: 1 }), days, (kinds, until) => {
      const consent = standingOf({ institutionNumber: CLINIC, institutionName: 'B', kinds, until }, { key: 'k1', now })
      expect(readConsent(consentResource(consent, now) as Resource, now)).toEqual({
        ...{ do: 'give', patient: 'k1', institutionNumber: CLINIC, purpose: 'TREAT' },
        ...{ kinds: consent.allowed, until },
      })
    }),
  )
  const closings = [
    { institutionNumber: '', type: '', id: '' },
    { institutionNumber: CLINIC, type: '', id: '' },
    { institutionNumber: '', type: 'Condition', id: 'c.1' },
  ]
  for (const about of closings)
    for (const absolute of [true, false]) {
      const closure = { key: 'k1', closureId: 'x', purpose: absolute ? '' : 'TREAT', absolute, since: now, endedAt: null, ...about }
      const read = readConsent(closureResource(closure), now)
      const what = about.type !== '' ? 'item' : about.institutionNumber !== '' ? 'institution' : 'everything'
      expect(read).toMatchObject({ do: 'close', patient: 'k1', closing: { what, absolute } })
    }
})
