import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type Resource, validateResource } from '#packages/fhir'
import { judge } from '../deposit.ts'
import { readBundle } from '../transaction/run.ts'
import { falseAttachments, isWhatItSays } from './attachments.ts'
import { findingsIn, judgeWith } from './judge.ts'

afterEach(() => judgeWith({ validate: (resource) => validateResource(resource) }))

const bytes = {
  pdf: '%PDF-1.7\n%âãÏÓ',
  png: '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
  jpeg: '\xff\xd8\xff\xe0\0\x10JFIF',
  gif: 'GIF89a\x01\0',
  tiff: 'II*\0\x08\0\0\0',
  webp: 'RIFF\x24\0\0\0WEBPVP8 ',
  dicom: `${'\0'.repeat(128)}DICM`,
  zip: 'PK\x03\x04',
  xml: '<?xml version="1.0"?><a/>',
  json: ' {"a":1}',
  text: 'Dear colleague',
  html: '<!DOCTYPE html><script>alert(1)</script>',
  program: 'MZ\x90\0\x03',
  script: '#!/bin/sh\nrm -rf /',
} as const
type Kind = keyof typeof bytes
const base64 = (kind: Kind): string => Buffer.from(bytes[kind], 'latin1').toString('base64')
const types: Record<string, Kind> = {
  'application/pdf': 'pdf', 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/gif': 'gif', 'image/tiff': 'tiff', 'image/webp': 'webp', 'application/dicom': 'dicom',
  'application/zip': 'zip', 'application/xml': 'xml', 'text/xml': 'xml', 'application/hl7-cda+xml': 'xml', 'application/json': 'json', 'application/fhir+json': 'json', 'text/plain': 'text', 'text/plain; charset=utf-8': 'text',
} // biome-ignore format: a table

describe.each(Object.entries(types))('%s', (type, own) => {
  test('is taken where it is one', () => expect(isWhatItSays(type, base64(own))).toBe(true))
  test.each((['pdf', 'png', 'jpeg', 'html', 'program'] as const).filter((kind) => kind !== own && !(own === 'text' && kind === 'html')))(
    'is refused where it is %s',
    (kind) => expect(isWhatItSays(type, base64(kind))).toBe(false),
  )
})

test.each([
  ['of a type nobody knows', 'application/x-own', 'program'],
  ['of no type by its bytes', 'application/octet-stream', 'program'],
] as const)('of a file %s nothing is claimed', (_, type, kind) => expect(isWhatItSays(type, base64(kind))).toBe(true))
test.each([
  ['without bytes', 'image/png', ''],
  ['in UTF-16', 'text/plain', Buffer.from('\ufeff手紙', 'utf16le').toString('base64')],
  ['XML in UTF-16', 'text/xml', Buffer.from('\ufeff<a/>', 'utf16le').toString('base64')],
  ['Japanese', 'text/plain', Buffer.from('紹介状').toString('base64')],
  ['with a mark of its encoding', 'application/json', Buffer.from('\ufeff[1]').toString('base64')],
])('%s it is taken', (_, type, data) => expect(isWhatItSays(type, data)).toBe(true))

const disguised = { contentType: 'application/pdf', data: base64('program') }
const binary: Resource = { resourceType: 'Binary', ...disguised }
const inside: Resource = { resourceType: 'Observation', contained: [{ resourceType: 'Media', content: disguised }] }

test('every way to write is judged: alone, in a transaction, in a submission, inside another', () => {
  const rules = (all: { ruleId: string; path: string }[]) => all.filter((f) => f.ruleId === 'attachment/content').map((f) => f.path)
  expect(rules(findingsIn(binary))).toEqual(['Binary.data'])
  expect(rules(findingsIn(inside))).toEqual(['Observation.contained[0].content.data'])
  const entry = [{ resource: binary, request: { method: 'POST', url: 'Binary' } }]
  expect(() => readBundle({ resourceType: 'Bundle', type: 'transaction', entry })).toThrow(/resource-invalid/)
  expect(rules(judge(JSON.stringify({ resourceType: 'Bundle', type: 'document', entry })).findings)).toEqual([
    'Bundle.entry[0].resource.data',
  ])
  judgeWith({ validate: () => [] })
  expect(rules(findingsIn(binary)), 'also with packages of the operator').toEqual(['Binary.data'])
  expect(rules(findingsIn({ ...binary, data: base64('pdf') })), 'the control').toEqual([])
})

test('no bytes and no type break it', () => {
  fc.assert(fc.property(fc.constantFrom(...Object.keys(types)), fc.string(), (type, data) => typeof isWhatItSays(type, data) === 'boolean'))
  fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(falseAttachments(value as never))))
})
