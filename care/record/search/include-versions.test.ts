/** Includes by references that name a version. @spec http://hl7.org/fhir/R4/search.html#include */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Caller, Heard } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let key: string
let target: string
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '脈拍' },
  subject: { reference: `Patient/${key}` },
  ...more,
})
const post = async (who: Caller, resource: { resourceType: string }) => {
  const made = await who.post(`/fhir/R4/${resource.resourceType}`, resource)
  expect(made.status, made.text).toBe(201)
  return made.body.id!
}
const doctor = (family: string) => post(hospital, { resourceType: 'Practitioner', name: [{ family }] } as { resourceType: string })
const to = (version: string, id = target) => ({ reference: `Observation/${id}${version && `/_history/${version}`}` })
const derived = (...derivedFrom: object[]) => post(hospital, observation({ derivedFrom }))
const search = (id: string, more = '_include=Observation:derived-from', who = hospital) => who.get(`/fhir/R4/Observation?_id=${id}&${more}`)
/** What an answer shows beside its matches. */
const beside = (heard: Heard): string[] => {
  expect(heard.status, heard.text).toBe(200)
  const shown = (heard.body.entry ?? []).filter((e) => e.search?.mode === 'include').map((e) => e.resource!)
  return shown.map((r) => `${r.id === target ? 'target' : r.id} ${r.meta!.versionId}`).sort()
}

/** Two versions of one Observation, by two performers. */
let performers: string[]
beforeEach(async () => {
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
  performers = [await doctor('一版'), await doctor('二版')]
  const by = (n: number) => ({ performer: [{ reference: `Practitioner/${performers[n]}` }] })
  target = await post(hospital, observation(by(0)))
  expect((await hospital.put(`/fhir/R4/Observation/${target}`, observation({ id: target, ...by(1) }))).status).toBe(200)
})

test.each<[of: string, versions: string[], expected: string[]]>([
  ['an earlier version', ['1'], ['target 1']],
  ['the version that stands', ['2'], ['target 2']],
  ['both', ['1', '2'], ['target 1', 'target 2']],
  ['an earlier one, and the resource', ['1', ''], ['target 1', 'target 2']],
  ['no version', [''], ['target 2']],
  ['a version that there is not', ['7'], []],
  ['a version of another kind', ['abc'], []],
])('a reference to %s shows %3$o', async (_of, versions, expected) => {
  expect(beside(await search(await derived(...versions.map((v) => to(v)))))).toEqual(expected)
})

test('also written in full, by every reference, and of several matches each its own', async () => {
  const full = { reference: `http://localhost/fhir/R4/Observation/${target}/_history/1` }
  const [one, other] = [await derived(full), await derived(to('2'))]
  expect(beside(await search(`${one},${other}`))).toEqual(['target 1', 'target 2'])
  expect(beside(await search(one, '_include=Observation:derived-from:Observation'))).toEqual(['target 1'])
  expect(beside(await search(one, '_include=*'))).toEqual(['target 1'])
  expect(beside(await search(one, '_include=Observation:performer'))).toEqual([])
})

test('what the version shown refers to follows it', async () => {
  const heard = await search(await derived(to('1')), '_include=Observation:derived-from&_include:iterate=Observation:performer')
  expect(beside(heard)).toEqual([`${performers[0]} 1`, 'target 1'].sort())
})

test('a match is not taken for another version of itself', async () => {
  const id = await derived(to('1'))
  expect(beside(await search(`${id},${target}`))).toEqual(['target 1'])
})

test('is shown under the rights of who asks, and to nobody who may not see it', async () => {
  const id = await derived(to('1'))
  const narrow = await platform.system(HOSPITAL, ['system/Observation.s'])
  expect(beside(await search(id, '_include=Observation:derived-from', narrow))).toEqual([])
  await platform.relate(key, CLINIC)
  const clinic = await platform.system(CLINIC)
  const theirs = await post(clinic, observation({ derivedFrom: [to('1')] }))
  expect((await clinic.get(`/fhir/R4/Observation/${target}/_history/1`)).status, 'the control').toBe(404)
  expect(beside(await search(theirs, '_include=Observation:derived-from', clinic))).toEqual([])
})

test('what was taken back is shown to its sender, as in its history', async () => {
  const id = await derived(to('1'))
  await hospital.remove(`/fhir/R4/Observation/${target}`)
  expect(beside(await search(id))).toEqual(['target 1'])
})
