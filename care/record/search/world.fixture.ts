/** A small world to search in: two patients, those who care for them, and what was written about them. Ids say what is what. */
import { expect } from 'vitest'
import { CLINIC, HOSPITAL, openPlatform, type Platform, type PlatformOptions, systemActor } from '../../../tests/harness/platform.ts'

export const LOINC = 'http://loinc.org'
export const UCUM = 'http://unitsofmeasure.org'
const category = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }]
const code = (value: string, display: string, text = display) => ({ coding: [{ system: LOINC, code: value, display }], text })
const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit })
const measured = (id: string, day: string, value: object) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category,
  effectiveDateTime: day,
  ...value,
})
const component = (c: string, value: number) => ({
  code: { coding: [{ system: LOINC, code: c }] },
  valueQuantity: quantity(value, 'mm[Hg]'),
})

const pressure = (id: string, day: string, [systolic, diastolic]: [number, number]) =>
  measured(id, day, { code: code('85354-9', '血圧'), component: [component('8480-6', systolic), component('8462-4', diastolic)] })

const shared = [
  {
    resourceType: 'Practitioner',
    id: 'dr-sato',
    name: [{ family: '佐藤', given: ['一郎'] }],
    gender: 'male',
    identifier: [{ system: 'urn:license', value: 'L-1' }],
    telecom: [
      { system: 'phone', value: '0312345678' },
      { system: 'email', value: 'sato@example.jp' },
    ],
  },
  { resourceType: 'Practitioner', id: 'dr-mori', name: [{ family: '森', given: ['花'] }], gender: 'female' },
  { resourceType: 'Organization', id: 'org-lab', name: '中央検査センター' },
  {
    resourceType: 'PractitionerRole',
    id: 'role-sato',
    practitioner: { reference: 'Practitioner/dr-sato' },
    organization: { reference: 'Organization/org-lab' },
  },
  { resourceType: 'Location', id: 'loc-tokyo', name: 'ガーデン病院', position: { latitude: 35.6812, longitude: 139.7671 } },
  { resourceType: 'Location', id: 'loc-osaka', name: 'カーテン診療所', position: { latitude: 34.7025, longitude: 135.4959 } },
  {
    resourceType: 'ValueSet',
    id: 'vs-salts',
    url: 'http://example.jp/vs/salts',
    version: '1.0',
    status: 'active',
    useContext: [
      { code: { system: 'urn:use', code: 'focus' }, valueCodeableConcept: { coding: [{ system: 'urn:topic', code: 'lab' }] } },
      { code: { system: 'urn:use', code: 'age' }, valueQuantity: { value: 40 } },
    ],
    compose: { include: [{ system: LOINC, concept: [{ code: '2823-3' }, { code: '2951-2' }] }] },
  },
  {
    resourceType: 'CodeSystem',
    id: 'cs-salts',
    url: 'http://example.jp/cs/salts',
    status: 'active',
    content: 'complete',
    hierarchyMeaning: 'is-a',
    concept: [{ code: 'salt', concept: [{ code: 'k', concept: [{ code: 'k-serum' }, { code: 'k-urine' }] }, { code: 'na' }] }],
  },
  {
    resourceType: 'ValueSet',
    id: 'vs-k',
    url: 'http://example.jp/kinds/k',
    status: 'active',
    compose: { include: [{ system: 'http://example.jp/cs/salts', filter: [{ property: 'concept', op: 'is-a', value: 'k' }] }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'vs-k-few',
    url: 'http://example.jp/kinds/few',
    status: 'active',
    compose: {
      include: [{ valueSet: ['http://example.jp/kinds/k'] }],
      exclude: [{ system: 'http://example.jp/cs/salts', concept: [{ code: 'k-urine' }] }],
    },
  },
  {
    resourceType: 'Questionnaire',
    id: 'asked',
    url: 'http://example.jp/q/asked',
    version: '2',
    status: 'active',
    item: [{ linkId: '1', type: 'string' }],
  },
  { resourceType: 'Organization', id: 'org-part', name: '検体部門', partOf: { reference: 'Organization/org-lab' } },
  { resourceType: 'Organization', id: 'org-part-of-part', name: '検体部門の窓口', partOf: { reference: 'Organization/org-part' } },
  { resourceType: 'ValueSet', id: 'vs-below', url: 'http://example.jp/vs/salts/blood', status: 'draft' },
]

const ofHanako = (key: string) => {
  const subject = { reference: `Patient/${key}` }
  return [
    {
      resourceType: 'Encounter',
      id: 'visit-1',
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      period: { start: '2026-05-01', end: '2026-05-03' },
      participant: [{ individual: { reference: 'Practitioner/dr-sato' } }],
      serviceProvider: { reference: 'Organization/org-lab' },
    },
    { resourceType: 'Encounter', id: 'visit-2', status: 'in-progress', class: { code: 'IMP' }, subject, period: { start: '2026-06-01' } },
    {
      ...measured('k-4', '2026-05-01T09:00:00+09:00', {
        code: code('2823-3', 'カリウム', '血清カリウム'),
        valueQuantity: quantity(4, 'mmol/L'),
      }),
      subject,
      encounter: { reference: 'Encounter/visit-1' },
      performer: [{ reference: 'Practitioner/dr-sato' }],
    },
    {
      ...measured('k-54', '2026-05-02T09:00:00+09:00', { code: code('2823-3', 'カリウム'), valueQuantity: quantity(5.4, 'mmol/L') }),
      subject,
      encounter: { reference: 'Encounter/visit-1' },
      performer: [{ reference: 'Practitioner/dr-mori' }, { reference: 'Organization/org-lab' }],
    },
    { ...measured('weight', '2026-05-03', { code: code('29463-7', '体重'), valueQuantity: quantity(52.5, 'kg') }), subject },
    {
      ...measured('below', '2026-05-04', { code: code('1988-5', 'CRP'), valueQuantity: { ...quantity(0.3, 'mg/dL'), comparator: '<' } }),
      subject,
    },
    { ...pressure('bp-high', '2026-05-05', [150, 70]), subject, encounter: { reference: 'Encounter/visit-2' } },
    { ...pressure('bp-low', '2026-05-06', [110, 90]), subject },
    {
      ...measured('word', '2026', { code: code('5778-6', '尿の色'), valueString: 'ワラ色 Clear' }),
      subject,
      method: { text: '目視' },
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">尿は<b>澄明</b>でした</div>' },
    },
    { resourceType: 'RiskAssessment', id: 'risk', status: 'final', subject, prediction: [{ probabilityDecimal: 0.25 }] },
    {
      resourceType: 'List',
      id: 'problems',
      status: 'current',
      mode: 'working',
      subject,
      entry: [{ item: { reference: 'Observation/k-4' } }, { item: { reference: 'Observation/weight' } }],
    },
    ...['salt', 'k', 'k-serum', 'k-urine', 'na'].map((value) => ({
      resourceType: 'Procedure',
      id: `of-${value}`,
      status: 'completed',
      subject,
      code: { coding: [{ system: 'http://example.jp/cs/salts', code: value }] },
      ...(value === 'na' ? { performer: [{ actor: { reference: 'Organization/org-part-of-part' } }] } : {}),
    })),
    {
      resourceType: 'Procedure',
      id: 'elsewhere',
      status: 'completed',
      subject,
      performer: [{ actor: { reference: 'http://other.example/fhir/Practitioner/dr-sato' } }],
      recorder: { reference: 'http://localhost/fhir/R4/Practitioner/dr-sato' },
    },
    {
      resourceType: 'QuestionnaireResponse',
      id: 'answered',
      status: 'completed',
      subject,
      questionnaire: 'http://example.jp/q/asked|2',
      item: [{ linkId: '1', answer: [{ valueString: 'はい' }] }],
    },
    {
      resourceType: 'Condition',
      id: 'diabetes',
      subject,
      code: { text: '２型糖尿病', coding: [{ system: 'urn:icd', code: 'E11', display: '糖尿病' }] },
      meta: { tag: [{ system: 'urn:t', code: 'a' }], profile: ['http://example.jp/p/condition|1.0'], source: 'urn:source:x' },
      asserter: { reference: 'Practitioner/dr-sato' },
      identifier: [
        { system: 'urn:no', value: 'C1', type: { coding: [{ system: 'urn:kind', code: 'MR' }] } },
        { system: 'urn:odd', value: 'a,b$c|d\\e', type: { coding: [{ system: 'urn:kind', code: 'XX' }] } },
      ],
      recordedDate: '2026-05-01',
    },
    {
      resourceType: 'DiagnosticReport',
      id: 'report',
      status: 'final',
      code: code('11502-2', '検査報告'),
      subject,
      result: [{ reference: 'Observation/k-4' }, { reference: 'Observation/weight' }],
      performer: [{ reference: 'Practitioner/dr-mori' }],
    },
  ]
}

const ofTaro = (key: string) => {
  const subject = { reference: `Patient/${key}` }
  return [
    { resourceType: 'Encounter', id: 'taro-visit', status: 'finished', class: { code: 'AMB' }, subject },
    {
      resourceType: 'List',
      id: 'taro-list',
      status: 'current',
      mode: 'working',
      subject,
      entry: [{ item: { reference: 'Condition/taro-asthma' } }],
    },
    {
      ...measured('taro-k', '2026-05-01', { code: code('2823-3', 'カリウム'), valueQuantity: quantity(5400, 'umol/L') }),
      subject,
      performer: [{ reference: 'Practitioner/dr-sato' }],
    },
    {
      resourceType: 'Condition',
      id: 'taro-asthma',
      encounter: { reference: 'Encounter/taro-visit' },
      subject,
      code: { text: '気管支喘息' },
      asserter: { identifier: { system: 'urn:license', value: 'L-9' } },
    },
  ]
}

export type World = Awaited<ReturnType<typeof openWorld>>

/** Opens the world; `find` gives the ids a query shows, sorted by id unless the query sorts. */
export async function openWorld(options: PlatformOptions = {}) {
  const platform: Platform = await openPlatform(options)
  const hanako = await platform.enter({ name: '山川 花子', nameKana: 'ヤマカワ ハナコ' })
  const taro = await platform.enter({ name: '髙橋 太郎', nameKana: 'タカハシ タロウ', sex: 'male', birthDate: '1990-11-03' })
  const hospital = await platform.system(HOSPITAL)
  for (const { key } of [hanako, taro]) {
    await platform.relate(key, HOSPITAL)
    await platform.as(systemActor(HOSPITAL), async (ctx) => {
      const person = await platform.services.person.findByKey(ctx, key)
      await platform.services.record.ensurePatient(ctx, key, person!)
    })
  }
  const put = async (resource: { resourceType: string; id: string } & Record<string, unknown>) => {
    const heard = await hospital.put(`/fhir/R4/${resource.resourceType}/${resource.id}`, resource)
    expect(heard.status, heard.text).toBe(201)
  }
  for (const resource of [...shared, ...ofHanako(hanako.key), ...ofTaro(taro.key)]) await put(resource)
  const url = (query: string) => `/fhir/R4/${query.replaceAll('HANAKO', hanako.key).replaceAll('TARO', taro.key)}`
  const entries = async (query: string, mode: string) => {
    const heard = await (await platform.system(HOSPITAL)).get(url(query))
    expect(heard.status, `${query}: ${heard.text}`).toBe(200)
    const unknown = (heard.body.entry ?? []).filter((e) => e.search?.mode === 'outcome')
    expect(unknown, query).toEqual([])
    return (heard.body.entry ?? [])
      .filter((e) => e.search?.mode === mode)
      .map((e) => e.resource!.id!.replace(hanako.key, 'HANAKO').replace(taro.key, 'TARO'))
  }
  return {
    platform,
    hanako,
    taro,
    hospital,
    url,
    put,
    clinic: () => platform.system(CLINIC),
    find: async (query: string) => (query.includes('_sort=') ? entries(query, 'match') : (await entries(query, 'match')).sort()),
    included: async (query: string) => (await entries(query, 'include')).sort(),
    close: () => platform.close(),
  }
}
