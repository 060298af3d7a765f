/** Whose a resource is, by what it names: as rules. */
import { describe, expect, test } from 'vitest'
import type { Resource } from '#packages/fhir'
import { answersAt } from '../own-address.ts'
import { ownerOf } from './owner.ts'

answersAt('http://localhost/fhir/R4')
const urn = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'
const entries = new Map([[urn, 'Patient/p1']])
const resource = (resourceType: string, more: object) => ({ resourceType, ...more }) as Resource
const subject = (...references: string[]) => ({
  subject: references.length === 1 ? { reference: references[0]! } : references.map((reference) => ({ reference })),
})

describe('whose it is', () => {
  test.each<[string, Resource, string]>([
    ['one patient', resource('Observation', subject('Patient/p1')), 'person p1'],
    ['a version of one', resource('Observation', subject('Patient/p1/_history/3')), 'person p1'],
    ['with a fragment', resource('Observation', subject('Patient/p1#name')), 'person p1'],
    ['in full, of this server', resource('Observation', subject('http://localhost/fhir/R4/Patient/p1')), 'person p1'],
    [
      'of another server, with an id like one of ours',
      resource('Observation', subject('http://other.example/fhir/Patient/p1')),
      'nobody-named',
    ],
    [
      'of a server whose address begins like ours',
      resource('Observation', subject('http://localhost/fhir/R4evil/Patient/p1')),
      'nobody-named',
    ],
    ['a device', resource('Observation', subject('Device/d1')), 'institution'],
    ['a place and a group', resource('Contract', subject('Location/l1', 'Group/g1')), 'institution'],
    ['a contained patient', resource('Observation', subject('#p')), 'nobody-named'],
    ['what a URN names outside', resource('Observation', subject('urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e9')), 'nobody-named'],
    ['a device beside what nobody knows', resource('Contract', subject('Device/d1', '#p')), 'institution'],
    ['nobody', resource('Observation', {}), 'nobody-named'],
    ['of another server, where none need be named', resource('Basic', subject('http://other.example/fhir/Patient/p1')), 'institution'],
    [
      'ours beside one of another server',
      resource('Basic', { ...subject('Patient/p1'), patient: { reference: 'http://other.example/Patient/p2' } }),
      'person p1',
    ],
    ['two of ours', resource('Basic', { ...subject('Patient/p1'), patient: { reference: 'Patient/p2' } }), 'several'],
    ['an entry of the transaction', resource('Observation', subject(urn)), 'person p1'],
    ['an entry, with a fragment', resource('Observation', subject(`${urn}#a`)), 'person p1'],
    ['a statement about an entry', resource('Provenance', { target: [{ reference: urn }] }), 'person p1'],
    ['a statement about something of ours', resource('Provenance', { target: [{ reference: 'Observation/p1.x' }] }), 'person p1'],
    [
      'a statement about something elsewhere',
      resource('Provenance', { target: [{ reference: 'http://other.example/Observation/p1.x' }] }),
      'institution',
    ],
  ])('%s', (_name, of, expected) => {
    const owner = ownerOf(of, (reference) => entries.get(reference.replace(/#.*$/s, '')))
    expect(owner.kind === 'person' ? `person ${owner.key}` : owner.kind).toBe(expected)
  })
})
