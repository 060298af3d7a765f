/** @spec http://hl7.org/fhir/R4/http.html#mime-type, RFC 9110 12.5.1 */
import { describe, expect, test } from 'vitest'
import { fhirWish } from './fhir-format.ts'

const wish = (url: string, headers: Record<string, string> = {}, body?: Buffer) => fhirWish({ url, headers, body })
const xml = { form: 'xml', pretty: false }
const json = { form: 'json', pretty: false }

describe('Accept', () => {
  test.each([
    ['application/fhir+xml', xml],
    ['application/xml', xml],
    ['text/xml', xml],
    ['application/fhir+xml; charset=utf-8', xml],
    ['APPLICATION/FHIR+XML', xml],
    ['application/fhir+xml;fhirVersion=4.0', xml],
    ['application/fhir+xml; fhirVersion="4.0"', xml],
    ['application/fhir+xml;fhirVersion=5.0, application/fhir+json', json],
    ['application/fhir+json;q=0.5, application/fhir+xml', xml],
    ['application/fhir+json, application/fhir+xml', json],
    ['application/fhir+xml, application/fhir+json', xml],
    ['application/fhir+xml;q=0.9, application/json;q=0.2, application/fhir+json', json],
    ['application/fhir+xml, */*;q=0.8', xml],
    ['application/fhir+json;q=0, */*', xml],
    ['application/*', json],
    ['text/html, */*', json],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', json],
    ['text/html, application/fhir+xml', xml],
    ['application/fhir+json;q=0.1', json],
    ['text/turtle', { asked: 'text/turtle' }],
    ['application/fhir+json;fhirVersion=3.0', { asked: 'application/fhir+json;fhirVersion=3.0' }],
    ['application/fhir+json;q=0', { asked: 'application/fhir+json;q=0' }],
    ['text/html', { asked: 'text/html' }],
  ])('%s', (accept, expected) => expect(wish('/fhir/R4/Patient', { accept })).toEqual(expected))

  test.each([undefined, '*/*', 'application/fhir+json', 'application/json'])(
    '%s costs nothing: the text leaves as it is stored',
    (accept) => {
      expect(wish('/fhir/R4/Patient?name=x', accept === undefined ? {} : { accept })).toBeNull()
    },
  )
})

describe('_format goes before Accept', () => {
  test.each([
    ['xml', xml],
    ['json', json],
    ['application/fhir+xml', xml],
    ['application%2Ffhir%2Bxml', xml],
    ['text/xml', xml],
    ['application/json', json],
    ['ttl', { asked: 'ttl' }],
    ['html', { asked: 'html' }],
  ])('%s', (format, expected) => {
    expect(wish(`/fhir/R4/Patient?_format=${format}`, { accept: 'text/turtle' })).toEqual(expected)
    expect(wish(`/fhir/R4/Patient?_format=${format}`)).toEqual(expected)
  })

  test('_pretty alone, and both in the body of a search', () => {
    expect(wish('/fhir/R4/Patient/1?_pretty=true')).toEqual({ form: 'json', pretty: true })
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    expect(wish('/fhir/R4/Patient/_search', headers, Buffer.from('name=x&_format=xml&_pretty=true'))).toEqual({ form: 'xml', pretty: true })
    expect(wish('/fhir/R4/Patient/_search', headers, Buffer.from('name=x'))).toBeNull()
  })
})
