/** The file of a Binary as it is, for who asks for its own type. @spec http://hl7.org/fhir/R4/binary.html#rest */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
})
afterAll(() => platform?.close())

describe('the file of a Binary', () => {
  const bytes = Buffer.from('a\0\r\n画像')
  const stored = async (contentType: string) => {
    const data = bytes.toString('base64')
    return (await hospital.post('/fhir/R4/Binary', { resourceType: 'Binary', contentType, data })).body.id!
  }

  test.each<[accept: string | undefined, contentType: string, answered: string]>([
    ['application/octet-stream', 'application/octet-stream', 'application/octet-stream'],
    ['application/octet-stream;q=0.5, */*;q=0.1', 'application/octet-stream', 'application/octet-stream'],
    ['audio/*', 'audio/mpeg', 'audio/mpeg'],
    ['audio/mpeg, application/fhir+json', 'audio/mpeg', 'audio/mpeg'],
    ['application/fhir+json, audio/mpeg', 'audio/mpeg', 'application/fhir+json; charset=utf-8'],
    ['application/fhir+xml', 'audio/mpeg', 'application/fhir+xml; charset=utf-8'],
    ['*/*', 'audio/mpeg', 'application/fhir+json; charset=utf-8'],
    [undefined, 'audio/mpeg', 'application/fhir+json; charset=utf-8'],
    ['audio/mpeg;q=0, */*', 'audio/mpeg', 'application/fhir+json; charset=utf-8'],
  ])('Accept %s of %s: %s', async (accept, contentType, answered) => {
    const heard = await hospital.get(`/fhir/R4/Binary/${await stored(contentType)}`, accept === undefined ? {} : { accept })
    expect([heard.status, heard.headers['content-type']], heard.text.slice(0, 300)).toEqual([200, answered])
    expect(heard.headers['content-disposition']).toBe(answered === contentType ? 'attachment' : undefined)
  })

  test('arrives as it was, not again to who has it, and never to who may not read it', async () => {
    const at = `/fhir/R4/Binary/${await stored('application/octet-stream')}`
    const wanted = { accept: 'application/octet-stream' }
    expect((await hospital.get(at, wanted)).text).toBe(bytes.toString())
    expect((await hospital.get(at, { ...wanted, 'if-none-match': 'W/"1"' })).status).toBe(304)
    expect((await hospital.get(`${at}?_format=json`, wanted)).body.resourceType).toBe('Binary')
    expect((await hospital.send('HEAD', at, undefined, wanted)).headers['content-type']).toBe('application/octet-stream')
    expect((await (await platform.system(CLINIC)).get(at, wanted)).status).toBe(404)
    await hospital.remove(at)
    expect((await hospital.get(at, wanted)).status).toBe(410)
  })

  test('another type than its own cannot be given', async () => {
    expect((await hospital.get(`/fhir/R4/Binary/${await stored('application/octet-stream')}`, { accept: 'image/png' })).status).toBe(406)
  })
})

describe('a file sent as it is', () => {
  const pdf = Buffer.from('%PDF-1.7\n\x00\xff\xfe検査', 'latin1')
  const at = '/fhir/R4/Binary'
  const send = (payload: Buffer, headers: Record<string, string>) => hospital.post(at, payload, headers)

  test.each<[contentType: string, bytes: Buffer]>([
    ['application/pdf', pdf],
    ['application/octet-stream', Buffer.from([0, 255, 13, 10])],
    ['text/plain; charset=shift_jis', Buffer.from([0x8c, 0x8c, 0x89, 0x74])],
    ['text/csv;header=present', Buffer.from('a,b')],
    ['application/x-www-form-urlencoded', Buffer.from('a=b')],
    ['application/dicom', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(8 * 1024 * 1024)])],
  ])('of type %s is kept and given back byte for byte', async (contentType, bytes) => {
    const made = await send(bytes, { 'content-type': contentType })
    expect([made.status, made.body.contentType, made.body.data], made.text.slice(0, 300)).toEqual([
      201,
      contentType,
      bytes.toString('base64'),
    ])
    expect(made.headers.location).toMatch(/Binary\/[^/]+\/_history\/1$/)
    const wanted = { accept: contentType.split(';')[0]! }
    const answer = await hospital.get(`${at}/${made.body.id}`, wanted)
    expect([answer.headers['content-type'], answer.headers['content-length'] ?? '', answer.text]).toEqual([
      contentType,
      '',
      bytes.toString(),
    ])
    expect((await hospital.get(`${at}/${made.body.id}/_history/1`, wanted)).headers['content-type']).toBe(contentType)
    expect((await hospital.get(`${at}/${made.body.id}`, { accept: 'application/fhir+json' })).body.data).toBe(bytes.toString('base64'))
    expect((await (await platform.system(CLINIC)).get(`${at}/${made.body.id}`, wanted)).status).toBe(404)
  })

  test.each<[name: string, contentType: string, text: string, kept: boolean]>([
    ['a Binary as JSON', 'application/fhir+json', '{"resourceType":"Binary","contentType":"text/x-own"}', false],
    ['a Binary as plain JSON', 'application/json', '{"resourceType":"Binary","contentType":"text/x-own"}', false],
    ['a Binary as XML', 'application/xml', '<Binary xmlns="http://hl7.org/fhir"><contentType value="text/x-own"/></Binary>', false],
    ['JSON of another kind', 'application/json', '[1]', true],
    ['XML of another kind', 'text/xml', '<ClinicalDocument xmlns="urn:hl7-org:v3"/>', true],
    ['another resource', 'application/fhir+json', '{"resourceType":"Basic"}', true],
  ])('%s: is it the file, or the resource?', async (_name, contentType, text, kept) => {
    const made = await send(Buffer.from(text), { 'content-type': contentType })
    expect([made.status, made.body.contentType], made.text).toEqual([201, kept ? contentType : 'text/x-own'])
    expect(made.body.data).toBe(kept ? Buffer.from(text).toString('base64') : undefined)
  })

  test.each<[name: string, payload: Buffer, headers: Record<string, string>, refused: [number, string]]>([
    ['of no type', pdf, { 'content-type': 'pdf' }, [415, 'media-type']],
    ['compressed on its way', pdf, { 'content-type': 'application/pdf', 'content-encoding': 'gzip' }, [415, 'media-type']],
    ['of another type than its bytes', Buffer.from('GIF89a'), { 'content-type': 'application/pdf' }, [422, 'attachment/content']],
    ['that is empty', Buffer.alloc(0), { 'content-type': 'application/pdf' }, [400, 'input-invalid']],
    ['too long in base64', Buffer.alloc(10 * 1024 * 1024), { 'content-type': 'application/octet-stream' }, [413, 'body-too-large']],
    ['too long', Buffer.alloc(13 * 1024 * 1024), { 'content-type': 'application/octet-stream' }, [413, 'body-too-large']],
    ['that calls itself FHIR', Buffer.from('{'), { 'content-type': 'application/fhir+json' }, [400, 'json/syntax']],
    [
      'of XML that would fetch or unfold something',
      Buffer.from('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
      { 'content-type': 'text/xml' },
      [422, 'xml/doctype'],
    ],
    ['of nobody', pdf, { 'content-type': 'application/pdf', 'x-security-context': 'Patient?name=a' }, [400, 'input-invalid']],
    ['of somebody unknown', pdf, { 'content-type': 'application/pdf', 'x-security-context': 'Patient/nobody' }, [422, 'patient-unknown']],
  ])('%s is refused', async (_name, payload, headers, refused) => {
    const heard = await send(payload, headers)
    expect([heard.status, rulesOf(heard).at(-1)], heard.text.slice(0, 300)).toEqual(refused)
  })

  test('belongs to the person that X-Security-Context names, as it would sent as a resource', async () => {
    const { key } = await platform.enter()
    await platform.relate(key, HOSPITAL)
    const headers = { 'content-type': 'application/pdf', 'x-security-context': `Patient/${key}` }
    const made = await send(pdf, headers)
    expect([made.status, made.body.securityContext], made.text).toEqual([201, { reference: `Patient/${key}` }])
    expect(made.body.id!.startsWith(`${key}.`)).toBe(true)
    const read = await hospital.get(`${at}/${made.body.id}`, { accept: 'application/pdf' })
    expect(read.headers['x-security-context']).toBe(`Patient/${key}`)
    const elsewhere = await platform.enter()
    await platform.relate(elsewhere.key, HOSPITAL)
    const moved = await hospital.put(`${at}/${made.body.id}`, pdf, { ...headers, 'x-security-context': `Patient/${elsewhere.key}` })
    expect(moved.status).toBe(403)
  })

  test('replaces what stood under its id, under the conditions and once under a key, as any resource', async () => {
    const id = (await send(pdf, { 'content-type': 'application/pdf' })).body.id!
    const next = Buffer.from('%PDF-2.0')
    const own = { 'content-type': 'application/pdf', 'if-match': 'W/"1"', 'idempotency-key': `file-${id}` }
    expect((await hospital.put(`${at}/${id}`, next, { ...own, 'idempotency-key': 'other', 'if-match': 'W/"2"' })).status).toBe(412)
    for (const _ of [1, 2]) expect((await hospital.put(`${at}/${id}`, next, own)).headers.etag).toBe('W/"2"')
    expect((await hospital.put(`${at}/${id}`, pdf, own)).status).toBe(422)
    expect((await hospital.get(`${at}/${id}`, { accept: 'application/pdf' })).text).toBe('%PDF-2.0')
    expect((await hospital.put(`${at}/chosen-${id}`, next, { 'content-type': 'application/pdf' })).status).toBe(201)
    expect((await hospital.put(`${at}/chosen-${id}`, { resourceType: 'Binary', id: 'x', contentType: 'text/x-own' })).status).toBe(400)
  })

  test('is taken from who may write, and from nobody else', async () => {
    const narrow = await platform.system(HOSPITAL, ['system/Observation.cu'])
    expect((await narrow.post(at, pdf, { 'content-type': 'application/pdf' })).status).toBe(403)
    const physician = await platform.staff('physician', HOSPITAL)
    expect((await physician.post(at, pdf, { 'content-type': 'application/pdf' })).status).toBe(403)
  })
})
