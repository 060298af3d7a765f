/** Searches through references that lead out of a person's shard, and into it; and what is refused rather than answered half. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rulesOf } from '../../../tests/harness/caller.ts'
import { openWorld, type World } from './world.fixture.ts'

let world: World
const refer = (reference: string) => ({ reference })

beforeAll(async () => {
  world = await openWorld()
  const [taro, hanako] = [refer(`Patient/${world.taro.key}`), refer(`Patient/${world.hanako.key}`)]
  const code = { text: 'x', coding: [{ code: 'x' }] }
  const observation = { resourceType: 'Observation', status: 'final', code }
  const narrative = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><b>R&amp;D</b> 1 &lt; 2</div>' }
  const resources = [
    { resourceType: 'Device', id: 'dev', type: { coding: [{ code: 'pump' }] } },
    { ...observation, id: 'by-dev', subject: taro, device: refer('Device/dev') },
    { ...observation, id: 'of-dev', subject: refer('Device/dev') },
    { resourceType: 'DeviceUseStatement', id: 'use', status: 'active', subject: taro, device: refer('Device/dev') },
    { resourceType: 'Group', id: 'grp', type: 'person', actual: false, code: { coding: [{ code: 'g' }] } },
    { ...observation, id: 'of-grp', subject: refer('Group/grp') },
    { resourceType: 'Schedule', id: 'sch', actor: [refer('Location/loc-tokyo')] },
    {
      resourceType: 'Slot',
      id: 'slot',
      schedule: refer('Schedule/sch'),
      status: 'free',
      start: '2026-05-01T00:00:00Z',
      end: '2026-05-01T01:00:00Z',
    },
    {
      resourceType: 'Provenance',
      id: 'prov',
      target: [refer('Observation/taro-k')],
      recorded: '2026-05-01T00:00:00Z',
      agent: [{ who: refer('Practitioner/dr-sato') }],
    },
    { resourceType: 'List', id: 'work', status: 'current', mode: 'working', entry: [{ item: refer('Observation/taro-k') }] },
    {
      resourceType: 'Coverage',
      id: 'cov',
      status: 'active',
      beneficiary: taro,
      subscriber: hanako,
      payor: [refer('Organization/org-lab')],
    },
    { ...observation, id: 'mother', subject: taro, performer: [hanako] },
    { ...observation, id: 'same', subject: taro, text: narrative },
    { resourceType: 'Condition', id: 'same', subject: taro, code },
    {
      resourceType: 'List',
      id: 'mixed',
      status: 'current',
      mode: 'working',
      entry: [{ item: refer('Observation/same') }, { item: refer('Condition/taro-asthma') }],
    },
    { resourceType: 'DocumentReference', id: 'doc-1', status: 'current', subject: taro, content: [{ attachment: { url: 'urn:x' } }] },
    {
      resourceType: 'DocumentReference',
      id: 'doc-2',
      status: 'current',
      subject: taro,
      content: [{ attachment: { url: 'urn:x' } }],
      relatesTo: [{ code: 'replaces', target: refer('DocumentReference/doc-1') }],
    },
    ...Array.from({ length: 13 }, (_, n) => ({
      resourceType: 'Organization',
      id: `o${n + 1}`,
      name: `部署${n + 1}`,
      ...(n === 0 ? {} : { partOf: refer(`Organization/o${n}`) }),
    })),
  ]
  for (const one of resources) await world.put(one)
}, 60_000)
afterAll(() => world?.close())

const rules = (title: string, table: Record<string, string>) =>
  describe(title, () => {
    test.each(Object.entries(table))('%s -> %s', async (query, expected) => {
      expect((await world.find(query)).join(' ')).toBe(expected)
    })
  })

rules('what others refer to, in whatever shard they live', {
  'Device?_has:Observation:device:status=final': 'dev',
  'Device?_has:Observation:subject:status=final': 'dev',
  'Device?_has:Observation:subject:status=preliminary': '',
  'Schedule?_has:Slot:schedule:status=free': 'sch',
  'Schedule?_has:Slot:schedule:status=busy': '',
  'Group?_has:Observation:subject:code=x': 'grp',
  'Observation?_has:Provenance:target:agent=Practitioner/dr-sato': 'taro-k',
  'Observation?patient=TARO&_has:Provenance:target:agent=Practitioner/dr-sato': 'taro-k',
  'Observation?patient=HANAKO&_has:Provenance:target:agent=Practitioner/dr-sato': '',
  'Observation?patient=TARO&_has:List:item:status=current': 'same taro-k',
})

rules('what leads out of the shard that a search is narrowed to', {
  'Observation?device:Device.type=pump': 'by-dev',
  'Observation?patient=TARO&device:Device.type=pump': 'by-dev',
  'Observation?patient=TARO&device:Device.type=other': '',
  'Observation?patient=HANAKO&device:Device.type=pump': '',
  'DeviceUseStatement?patient=TARO&device:Device.type=pump': 'use',
  'Coverage?beneficiary=TARO&subscriber:Patient.name=山川': 'cov',
  'Coverage?beneficiary=TARO&subscriber:Patient.name=髙橋': '',
  'Observation?patient=TARO&performer:Patient.name=山川': 'mother',
})

rules('an id without a type may be anything’s that the parameter points at', {
  'Observation?subject=grp': 'of-grp',
  'Observation?subject=dev': 'of-dev',
  'Observation?subject=dev,grp': 'of-dev of-grp',
  'Observation?subject=nobody': '',
  'Observation?subject=TARO&code=x': 'by-dev mother same',
})

rules('lists, papers and their words', {
  '?_type=Observation,Condition&_list=mixed': 'same taro-asthma',
  'DocumentReference?relationship=replaces$doc-1': 'doc-2',
  'DocumentReference?relationship=replaces$DocumentReference/doc-1': 'doc-2',
  'DocumentReference?relationship=replaces$doc-2': '',
  'Observation?_text=R%26D': 'same',
  'Observation?_text=1 < 2': 'same',
  'Observation?_text=%26amp;': '',
})

test.each([
  'Practitioner?name=%20',
  'Practitioner?name:contains=%20',
  'Practitioner?name:kana-loose=%20',
  'Observation?code:text=%20',
  'Observation?code-value-string=x$%20',
  'Observation?code-value-quantity:missing=true',
  'Observation?combo-code-value-quantity:missing=false',
])('%s is refused', async (query) => {
  const heard = await world.hospital.get(world.url(query))
  expect([heard.status, rulesOf(heard).length], heard.text).toEqual([400, 1])
})

test('a long way of includes is gone to its end, and one that is longer is told', async () => {
  const of = (id: string) => world.hospital.get(world.url(`Organization?_id=${id}&_include:iterate=Organization:partof`))
  const modes = (body: { entry?: { search?: { mode?: string } }[] }) => body.entry!.map((e) => e.search!.mode)
  const whole = modes((await of('o11')).body as never)
  expect([whole.filter((mode) => mode === 'include').length, whole.includes('outcome')]).toEqual([10, false])
  const cut = modes((await of('o13')).body as never)
  expect([cut.filter((mode) => mode === 'include').length, cut.includes('outcome')]).toEqual([10, true])
})
