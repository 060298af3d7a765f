/** The file of a Binary as it is, for who asks for its own type. @spec http://hl7.org/fhir/R4/binary.html#rest */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../../tests/harness/caller.ts'
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
