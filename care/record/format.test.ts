/** JSON and XML, whole and in part, over HTTP. @spec http://hl7.org/fhir/R4/http.html#mime-type, http://hl7.org/fhir/R4/search.html#summary */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Json, parseXml, toXml } from '#packages/fhir'
import type { Caller, Heard } from '../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let key: string
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
})
afterAll(() => platform?.close())

const XML = 'application/fhir+xml'
const asXml = { 'content-type': XML }
const wantXml = { accept: XML }
const observation = (text = 'グルコース & <b>') => ({
  resourceType: 'Observation',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>血糖 98</p></div>' },
  status: 'final',
  code: { coding: [{ system: 'urn:oid:1.2.392.200119.4.504', code: '3D010', display: text }] },
  subject: { reference: `Patient/${key}` },
  effectiveDateTime: '2026-11-20T09:00:00+09:00',
  _issued: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
  valueQuantity: { value: 98.5, unit: 'mg/dL' },
  note: [{ text: '食後' }],
})
const made = async (text?: string) => (await hospital.post('/fhir/R4/Observation', observation(text))).body.id!

/** What an XML answer says, as JSON; it must call itself XML. */
function read(heard: Heard): { [name: string]: Json } {
  expect(heard.headers['content-type'], heard.text.slice(0, 300)).toBe('application/fhir+xml; charset=utf-8')
  const parsed = parseXml(heard.text)
  if ('findings' in parsed) throw new Error(JSON.stringify(parsed.findings))
  return parsed.value as { [name: string]: Json }
}
const rules = (heard: Heard) => (read(heard).issue as { details: { coding: { code: string }[] } }[]).map((i) => i.details.coding[0]!.code)

describe('XML in, XML out', () => {
  test('what is written in XML is read in JSON and in XML, and is the same', async () => {
    const created = await hospital.post('/fhir/R4/Observation', toXml(observation()), { ...asXml, ...wantXml })
    expect(created.status, created.text).toBe(201)
    const at = `/fhir/R4/Observation/${read(created).id as string}`
    const json = await hospital.get(at)
    expect(json.headers['content-type']).toBe('application/fhir+json; charset=utf-8')
    expect(json.body).toMatchObject(observation())
    for (const accept of [XML, 'application/xml', 'text/xml', `${XML};charset=utf-8`, `application/fhir+json;q=0.4, ${XML}`])
      expect(read(await hospital.get(at, { accept }))).toEqual(json.body)
    expect(read(await hospital.get(`${at}?_format=xml`))).toEqual(json.body)
    expect(read(await hospital.get(`${at}?_format=${XML}`, { accept: 'application/fhir+json' }))).toEqual(json.body)
    expect(read(await hospital.get(`${at}/_history/1`, wantXml))).toEqual(json.body)
  })

  test('the precision of a decimal is kept, whichever way it comes and goes', async () => {
    const sent = JSON.stringify(observation()).replace('98.5', '98.50')
    const inXml = toXml(observation()).replace('"98.5"', '"98.50"')
    const entry = (resource: string) =>
      `{"fullUrl":"urn:uuid:7c6ae9a5-6d3c-4f0a-8a3c-6b1b8f2c1a11","resource":${resource},"request":{"method":"POST","url":"Observation"}}`
    const bundle = `{"resourceType":"Bundle","type":"transaction","entry":[${entry(sent)}]}`
    const created = [
      (await hospital.post('/fhir/R4/Observation', sent)).headers.location!,
      (await hospital.post('/fhir/R4/Observation', inXml, asXml)).headers.location!,
      (await hospital.post('/fhir/R4', bundle)).body.entry![0]!.response!.location!,
    ]
    for (const location of created) {
      const at = `/fhir/R4/${/Observation\/[^/]+/.exec(location)![0]}`
      for (const asked of ['', '?_pretty=true', '?_elements=value', '?_summary=true', '/_history'])
        expect((await hospital.get(at + asked)).text, asked).toMatch(/"value": ?98\.50,/)
      expect((await hospital.get(at, wantXml)).text).toContain('<value value="98.50"/>')
    }
  })

  test('an update and a transaction', async () => {
    const id = await made()
    const updated = await hospital.put(`/fhir/R4/Observation/${id}`, toXml({ ...observation('b'), id }), asXml)
    expect(updated.status, updated.text).toBe(200)
    expect(updated.body.meta?.versionId).toBe('2')
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: observation(), request: { method: 'POST', url: 'Observation' } }],
    }
    const answer = read(await hospital.post('/fhir/R4', toXml(bundle), { 'content-type': 'text/xml; charset=UTF-8', ...wantXml }))
    expect(answer).toMatchObject({
      type: 'transaction-response',
      entry: [{ response: { status: expect.stringMatching(/^201/) as string } }],
    })
  })

  test('who has what the server can do is not sent it again', async () => {
    const nobody = platform.public()
    const { etag } = (await nobody.get('/fhir/R4/metadata')).headers
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/)
    const again = (tags: string) => nobody.get('/fhir/R4/metadata', { 'if-none-match': tags })
    expect([(await again(etag!)).status, (await again(`"old", ${etag}`)).text]).toEqual([304, ''])
    expect((await again('W/"old"')).status, 'the control').toBe(200)
  })

  test('searches, histories and the capability statement lose nothing on the way', async () => {
    const id = await made()
    for (const url of [
      `/fhir/R4/Observation?_id=${id}`,
      `/fhir/R4/Observation?patient=${key}&unheard=1&_total=accurate`,
      `/fhir/R4/Observation/${id}/_history`,
    ]) {
      const json = await hospital.get(url)
      expect(json.body.entry!.length).toBeGreaterThan(0)
      expect(read(await hospital.get(url, wantXml))).toEqual(json.body)
    }
    const metadata = await platform.public().get('/fhir/R4/metadata')
    const inXml = await platform.public().get('/fhir/R4/metadata', wantXml)
    expect(read(inXml)).toEqual(metadata.body)
    expect(metadata.body.format).toEqual(expect.arrayContaining(['application/fhir+json', 'application/fhir+xml']))
    expect([metadata.headers.vary, inXml.headers.vary]).toEqual(['accept', 'accept'])
  })

  test('a search sent as a form says its format in the form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const found = await hospital.post('/fhir/R4/Observation/_search', `_id=${await made()}&_format=xml&_elements=note`, form)
    const { resource } = (read(found).entry as { resource: object }[])[0]!
    expect(Object.keys(resource)).toEqual(['resourceType', 'id', 'meta', 'status', 'code', 'note'])
  })

  test('without a wish the stored text leaves untouched; laid out it says the same', async () => {
    const id = await made()
    const stored = await sql<{ body: string }>`select body from record.resource where type = 'Observation' and id = ${id}`.execute(
      platform.db,
    )
    const plain = await hospital.get(`/fhir/R4/Observation/${id}`)
    expect(plain.text).toBe(stored.rows[0]!.body)
    for (const accept of ['*/*', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'])
      expect((await hospital.get(`/fhir/R4/Observation/${id}`, { accept })).text).toBe(plain.text)
    const pretty = await hospital.get(`/fhir/R4/Observation/${id}?_pretty=true`)
    expect(pretty.text).toBe(JSON.stringify(plain.body, null, 2))
    const prettyXml = await hospital.get(`/fhir/R4/Observation/${id}?_pretty=true&_format=xml`)
    expect(prettyXml.text).toContain('\n  <status value="final"/>\n')
    expect(read(prettyXml)).toEqual(plain.body)
  })
})

describe('saying no', () => {
  test.each([
    ['not-found', 404, '/fhir/R4/Observation/unheard'],
    ['type-unknown', 404, '/fhir/R4/Unheard'],
    ['address-unknown', 404, '/fhir/unheard'],
    ['search-invalid', 400, '/fhir/R4/Observation?_count=x'],
    ['search-invalid', 400, '/fhir/R4/Observation?_summary=some'],
    ['search-invalid', 400, '/fhir/R4/Observation?_elements=a;b'],
  ])('%s (%i) of %s is an OperationOutcome in the form asked for', async (rule, status, url) => {
    const heard = await hospital.get(url, wantXml)
    expect(heard.status).toBe(status)
    expect(rules(heard)).toEqual([rule])
  })

  test('nobody signed in is told in XML too', async () => {
    const heard = await platform.public().get('/fhir/R4/Observation', wantXml)
    expect([heard.status, rules(heard)]).toEqual([401, ['not-signed-in']])
  })

  test('a form we do not speak: 406, and a write is not even tried', async () => {
    const count = () => platform.count(sql`select 1 from record.resource where type = 'Observation'`)
    const id = await made()
    const before = await count()
    for (const heard of [
      await hospital.get(`/fhir/R4/Observation/${id}`, { accept: 'text/turtle' }),
      await hospital.get(`/fhir/R4/Observation/${id}?_format=ttl`),
      await hospital.get(`/fhir/R4/Observation/${id}`, { accept: 'application/fhir+json; fhirVersion=5.0' }),
      await hospital.post('/fhir/R4/Observation', observation(), { accept: 'text/turtle' }),
      await hospital.post('/fhir/R4/Observation?_format=ttl', observation()),
    ]) {
      expect(heard.status).toBe(406)
      expect(heard.headers['content-type']).toContain('application/fhir+json')
      expect(heard.body.issue![0]!.details.coding[0]!.code).toBe('not-acceptable')
      expect(heard.body.issue![0]!.details.text).toContain('Accept')
      expect(heard.body.issue![0]!.diagnostics).toContain('Accept')
    }
    expect(await count()).toBe(before)
    expect((await hospital.post('/fhir/R4/Observation', observation())).status, 'the control').toBe(201)
  })

  test.each([
    'text/plain',
    'application/pdf',
    'text/html',
    'application/fhir+json; charset=shift_jis',
    `${XML}; fhirVersion=3.0`,
    'application/json-patch+json',
    'x',
  ])('a body that calls itself %s: 415', async (type) => {
    const heard = await hospital.post('/fhir/R4/Observation', JSON.stringify(observation()), { 'content-type': type })
    expect(heard.status, heard.text).toBe(415)
    expect(heard.body.issue![0]!.details.coding[0]!.code).toBe('media-type')
    expect(heard.body.issue![0]!.details.text).toContain(type.slice(0, 80))
  })

  test('a submission keeps the bytes as sent, so it is JSON alone', async () => {
    const heard = await hospital.post('/fhir/R4/$submit', toXml({ resourceType: 'Bundle', type: 'collection' }), asXml)
    expect(heard.status).toBe(415)
  })

  test('wrong XML names every place; JSON that calls itself XML is wrong XML', async () => {
    const text = '<Observation xmlns="http://hl7.org/fhir">\n  <unheard value="1"/>\n  <status valeu="final"/>\n</Observation>'
    const heard = await hospital.post('/fhir/R4/Observation', text, { ...asXml, ...wantXml })
    expect([heard.status, rules(heard)]).toEqual([422, ['xml/unknown-element', 'xml/unknown-attribute', 'xml/empty']])
    expect(heard.text).toContain('2行3文字目')
    expect(heard.text).toContain('Line 3, column 3')
    expect((await hospital.post('/fhir/R4/Observation', observation(), asXml)).body.issue![0]!.details.coding[0]!.code).toBe('xml/syntax')
  })

  test('what XML cannot carry into the database is refused, not stored', async () => {
    const heard = await hospital.post('/fhir/R4/Observation', toXml(observation()).replace('グルコース', '&#0;'), asXml)
    expect(heard.status).toBe(400)
  })
})

describe('A11: a document cannot make the server read or fetch anything, nor grow', () => {
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
  const send = (prolog: string, text: string) =>
    hospital.post('/fhir/R4/Observation', toXml(observation('TEXT')).replace('?>', `?>${prolog}`).replace('TEXT', text), asXml)

  test.each([
    ['a file', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', '&f;'],
    ['an address', '<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]>', '&f;'],
    ['an outside DTD', '<!DOCTYPE Observation SYSTEM "http://127.0.0.1:1/x.dtd">', 'x'],
    ['a billion laughs', `<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>`, '&l9;'],
  ])('%s', async (_, prolog, text) => {
    const heard = await send(prolog, text)
    expect(heard.status).toBe(422)
    expect(heard.body.issue!.map((i) => [i.code, i.details.coding[0]!.code])).toEqual([['security', 'xml/doctype']])
    expect(heard.text).not.toContain('root:')
    const control = await send('', 'x')
    expect(control.status, 'the control: the same without its DOCTYPE and entity').toBe(201)
  })
})

describe('a part of a resource', () => {
  const kept = ['resourceType', 'id', 'meta', 'status', 'code']
  const keysOf = (resource: object) => Object.keys(resource).sort()

  test.each([
    ['_elements=note', ['note']],
    ['_elements=Observation.note,Patient.name', ['note']],
    ['_summary=text', ['text']],
    ['_summary=true', ['subject', 'effectiveDateTime', '_issued', 'valueQuantity']],
    ['_summary=data', ['subject', 'effectiveDateTime', '_issued', 'valueQuantity', 'note']],
  ])('%s on read, version, history and search', async (asked, more) => {
    const id = await made()
    const at = `/fhir/R4/Observation/${id}`
    const parts = [
      (await hospital.get(`${at}?${asked}`)).body,
      (await hospital.get(`${at}/_history/1?${asked}`)).body,
      (await hospital.get(`${at}/_history?${asked}`)).body.entry![0]!.resource!,
      (await hospital.get(`/fhir/R4/Observation?_id=${id}&${asked}`)).body.entry![0]!.resource!,
      read(await hospital.get(`${at}?${asked}&_format=xml`)),
    ]
    for (const part of parts) {
      expect(keysOf(part)).toEqual([...kept, ...more].sort())
      expect((part.meta as { tag: object[] }).tag).toContainEqual({
        system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
        code: 'SUBSETTED',
      })
    }
    expect((await hospital.get(at)).text, 'the control: what is stored stays whole').not.toContain('SUBSETTED')
  })

  test('in a batch too', async () => {
    const id = await made()
    const entry = [`Observation/${id}?_elements=note`, `Observation?_id=${id}&_elements=note`].map((url) => ({
      request: { method: 'GET', url },
    }))
    const [one, search] = (await hospital.post('/fhir/R4', { resourceType: 'Bundle', type: 'batch', entry })).body.entry!
    for (const part of [one!.resource!, search!.resource!.entry![0]!.resource!]) expect(keysOf(part)).toEqual([...kept, 'note'].sort())
  })

  test('a part is not written back over the whole', async () => {
    const at = `/fhir/R4/Observation/${await made()}`
    const whole = (await hospital.get(at)).body
    const part = (await hospital.get(`${at}?_elements=note`)).body
    const inBatch = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: part, request: { method: 'PUT', url: at.slice(9) } }],
    }
    for (const heard of [await hospital.put(at, part), await hospital.post('/fhir/R4', inBatch)]) {
      expect(heard.status, heard.text).toBe(422)
      expect(heard.text).toContain('record/subsetted')
    }
    expect((await hospital.get(at)).body.meta?.versionId).toBe('1')
    expect((await hospital.put(at, whole)).status, 'the control').toBe(200)
  })

  test('_summary=false is the stored text', async () => {
    const at = `/fhir/R4/Observation/${await made()}`
    expect((await hospital.get(`${at}?_summary=false`)).text).toBe((await hospital.get(at)).text)
  })
})
