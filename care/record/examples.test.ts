/** Examples that others published, sent to the running surface: what is accepted is read back as it was sent, what is not has a reason. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject, parseXml, type Resource, toXml, validateResource } from '#packages/fhir'
import type { Caller, Heard } from '../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { shared } from '../../tests/shared-data.ts'
import { ownerOf } from './write/owner.ts'

let platform: Platform
let hospital: Caller
let key: string
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
})
afterAll(() => platform?.close())

type Example = { name: string; resource: Resource }

/** Resources of a file: itself, and what stands in a Bundle. */
function resourcesIn(name: string, value: Json): Example[] {
  if (!isObject(value) || typeof value.resourceType !== 'string') return []
  const entries = value.resourceType === 'Bundle' && Array.isArray(value.entry) ? value.entry : []
  const inside = entries.flatMap((entry, n) => resourcesIn(`${name} entry ${n}`, isObject(entry) ? (entry.resource ?? null) : null))
  return [{ name, resource: value as Resource }, ...inside]
}

const jsonFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.json') && !/-target\.json$/.test(f))

function examplesIn(path: string): Example[] {
  const folder = shared(`data/${path}`)
  if (!folder) return []
  return jsonFiles(folder).flatMap((file) => {
    try {
      return resourcesIn(file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json)
    } catch {
      return []
    }
  })
}

/** The first resources of each type of the generated hospital. */
function generated(most: number): Example[] {
  const folder = shared('data/clinosim/jp-100')
  const files = folder ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ndjson.gz')) : []
  return files.flatMap((file) =>
    gunzipSync(readFileSync(join(folder!, file)))
      .toString('utf8')
      .split('\n', most)
      .filter((line) => line.trim() !== '')
      .map((line, n) => ({ name: `${basename(file)} ${n}`, resource: JSON.parse(line) as Resource })),
  )
}

const PATIENT = /^(?:https?:\S+\/)?Patient\//
const whose: ReadonlySet<string> = new Set(['subject', 'patient', 'beneficiary', 'for'])

/** The example about our patient. */
function ours(resource: Resource): Resource {
  const map = (value: Json, name: string, above: string): Json => {
    if (Array.isArray(value)) return value.map((v) => map(v, name, above))
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, map(v, k, name)]))
    if (typeof value !== 'string' || name !== 'reference') return value
    return PATIENT.test(value) || (whose.has(above) && /^urn:/.test(value)) ? `Patient/${key}` : value
  }
  return map(resource, '', '') as Resource
}

/** What is compared: without what the server writes, and with the namespace that XML gives every narrative. */
function compared(resource: Json): Json {
  const { meta, ...rest } = resource as JsonObject
  const { versionId: _v, lastUpdated: _l, ...own } = isObject(meta ?? null) ? (meta as JsonObject) : {}
  const whole = JSON.stringify({ ...rest, ...(Object.keys(own).length > 0 ? { meta: own } : {}) })
  return JSON.parse(whole.replaceAll('"<div>', '"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">')) as Json
}

const rulesIn = ({ body }: Heard): string =>
  [...new Set((body.issue ?? []).filter((i) => i.severity === 'error').map((i) => i.details.coding[0]!.code))].sort().join(' ')

/** Accepted, or why not: what it lacks by itself, not what the platform makes of it. */
function expected(resource: Resource): string {
  const errors = validateResource(resource).filter((f) => f.severity === 'error')
  if (errors.length > 0) return [...new Set(errors.map((f) => f.ruleId))].sort().join(' ')
  const owner = ownerOf(resource)
  return owner.kind === 'nobody-named' || owner.kind === 'several' ? 'patient-unknown' : ''
}

const sets: [folder: string, read: () => Example[], least: number][] = [
  ['jp-clins-examples', () => examplesIn('jp-clins-examples'), 40],
  ['document-examples', () => examplesIn('document-examples'), 50],
  ['ereferral-examples', () => examplesIn('ereferral-examples'), 30],
  ['pharmacy-fhir-examples', () => examplesIn('pharmacy-fhir-examples'), 1],
  ['ms-fhir-anonymizer', () => examplesIn('ms-fhir-anonymizer/cases'), 5],
  ['clinosim', () => generated(3), 60],
]

/** Types that are written by others: people enter the register, consents have a door of their own. */
const elsewhere = new Set(['Patient', 'Consent'])

describe.each(sets)('examples of others: %s (skipped where the reference data is absent)', (name, read, least) => {
  const kept = () => read().filter(({ resource }) => !elsewhere.has(resource.resourceType))

  test('each by PUT: accepted and read back the same in JSON and XML, or refused for what it lacks', async () => {
    let [accepted, told] = [0, 0]
    for (const [n, one] of kept().entries()) {
      const type = one.resource.resourceType
      const id = `${name.slice(0, 8)}-${n}`
      const resource = { ...ours(one.resource), id } as Resource
      const heard = await hospital.put(`/fhir/R4/${type}/${id}`, resource)
      expect(heard.status === 201 ? '' : rulesIn(heard), `${one.name} ${type} ${heard.text.slice(0, 600)}`).toBe(expected(resource))
      if (heard.status !== 201) told++
      else {
        accepted++
        expect(compared((await hospital.get(`/fhir/R4/${type}/${id}`)).body as Json), one.name).toEqual(compared(resource))
        const xml = parseXml((await hospital.get(`/fhir/R4/${type}/${id}`, { accept: 'application/fhir+xml' })).text)
        expect('value' in xml ? compared(xml.value) : xml.findings, one.name).toEqual(compared(resource))
      }
    }
    console.log(`${name}: ${accepted} accepted, ${told} refused`)
    if (shared(`data/${name}`)) expect(accepted).toBeGreaterThanOrEqual(least)
  }, 120_000)

  test('all that are sound in one transaction, as XML', async () => {
    const sound = kept()
      .map(({ resource }) => ours(resource))
      // What a URN names stands in the Bundle that the example was taken from.
      .filter(
        (resource) =>
          resource.resourceType !== 'Bundle' && expected(resource) === '' && !/"reference":"urn:/.test(JSON.stringify(resource)),
      )
    const entry = sound.map((resource) => ({
      fullUrl: `urn:uuid:${randomUUID()}`,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    }))
    if (entry.length === 0) return
    const bundle = toXml({ resourceType: 'Bundle', type: 'transaction', entry } as Resource)
    const heard = await hospital.post('/fhir/R4', bundle, { 'content-type': 'application/fhir+xml' })
    expect(heard.status, heard.text.slice(0, 1_000)).toBe(200)
    const places = heard.body.entry!.map((e) => e.response!.location!.split('/_history')[0]!)
    for (const [n, place] of places.entries()) {
      const stored = (await hospital.get(`/fhir/R4/${place}`)).body as Json
      expect(compared({ ...(stored as JsonObject), id: 'x' })).toEqual(compared({ ...entry[n]!.resource, id: 'x' } as Json))
    }
  }, 120_000)
})
