/** Searches through references: chains, `_has`, includes, compartments, several types; and that none of them shows what the caller may not see. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLINIC, DAY_MS } from '../../../tests/harness/platform.ts'
import { linkOf, matches } from '../../../tests/harness/caller.ts'
import { leavesFew } from './condition-sql.ts'
import { parseSearch } from './search-query.ts'
import { openWorld, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

const rules = (title: string, table: Record<string, string>, mode: 'find' | 'included' = 'find') =>
  describe(title, () => {
    test.each(Object.entries(table))('%s -> %s', async (query, expected) => {
      expect((await world[mode](query)).join(' ')).toBe(expected)
    })
  })

rules('numbers that few have, beside other conditions', {
  'Practitioner?identifier=urn:license|L-1,urn:license|none': 'dr-sato',
  'Practitioner?identifier=L-1&name=佐藤&gender=male': 'dr-sato',
  'Practitioner?identifier=L-1&gender=female': '',
  'Practitioner?identifier=L-1&_has:PractitionerRole:practitioner:organization=org-lab': 'dr-sato',
  'Practitioner?identifier=L-1&_has:PractitionerRole:practitioner:organization=org-none': '',
  'Practitioner?identifier=L-1&_sort=-name&_lastUpdated=gt2000': 'dr-sato',
  'Practitioner?_filter=identifier eq L-1 or gender eq female': 'dr-mori dr-sato',
  'Practitioner?identifier:not=L-1': 'dr-mori',
  'Practitioner?telecom=0312345678': 'dr-sato',
  'Practitioner?telecom=phone|0312345678': 'dr-sato',
  'Practitioner?telecom=email|0312345678': '',
  'Practitioner?telecom=email|': 'dr-sato',
  'Practitioner?telecom=|0312345678': '',
  'Practitioner?phone=0312345678': 'dr-sato',
  'Practitioner?phone=phone|0312345678': 'dr-sato',
  'Practitioner?email=sato@example.jp': 'dr-sato',
  'Observation?performer:Practitioner.identifier=urn:license|L-1&code=2823-3': 'k-4 taro-k',
  'Condition?identifier=C1&patient.birthdate=lt1960&subject:Patient.gender=female': 'diabetes',
  'Condition?identifier=C1&category:missing=true&_sort=-onset-date': 'diabetes',
  'Condition?identifier=C1&patient=TARO': '',
})

test.each([
  ['Patient', 'identifier=a|b', true],
  ['Patient', 'identifier=b&name=x', true],
  ['Condition', 'identifier:of-type=urn:kind|MR|C1', true],
  // A whole system, and everything but one, is no few; a code is what many have.
  ['Patient', 'identifier=a|', false],
  ['Patient', 'identifier:not=b', false],
  ['Patient', 'name=x', false],
  ['Observation', 'code=4548-4', false],
  ['Patient', 'phone=0312345678', false],
])('%s?%s leaves few by itself: %s', (type, query, few) => {
  expect(leavesFew(parseSearch(type, new URLSearchParams(query), true).conditions)).toBe(few)
})

rules('chains', {
  'Observation?subject:Patient.name=山川&code=2823-3': 'k-4 k-54',
  'Observation?patient.name=たかはし': 'taro-k',
  'Observation?subject.gender=male': 'taro-k',
  'Condition?patient.birthdate=lt1960': 'diabetes',
  'Observation?performer:Practitioner.name=佐藤': 'k-4 taro-k',
  'Observation?performer.name=佐藤': 'k-4 taro-k',
  'Observation?performer:Organization.name=中央検査': 'k-54',
  'Observation?performer:Practitioner.gender=female,male': 'k-4 k-54 taro-k',
  'Observation?encounter.status=finished': 'k-4 k-54',
  'Observation?encounter:Encounter.participant:Practitioner.name=佐藤': 'k-4 k-54',
  'Observation?subject=HANAKO&encounter:Encounter.service-provider:Organization.name=中央検査': 'k-4 k-54',
  'Observation?subject=TARO&encounter.status=finished': '',
  'PractitionerRole?practitioner.identifier=urn:license|L-1': 'role-sato',
  'DiagnosticReport?result.code=29463-7': 'report',
  'DiagnosticReport?result:Observation.subject:Patient.name=山川': 'report',
  'Observation?performer:Practitioner.name=だれでもない': '',
})

rules('chains through addresses', {
  'QuestionnaireResponse?questionnaire.status=active': 'answered',
  'QuestionnaireResponse?questionnaire:Questionnaire.version=2': 'answered',
  'QuestionnaireResponse?questionnaire.status=draft': '',
  'Questionnaire?_has:QuestionnaireResponse:questionnaire:patient=HANAKO': 'asked',
  'Questionnaire?_has:QuestionnaireResponse:questionnaire:status=stopped': '',
})

rules(
  'includes by addresses',
  {
    'QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire': 'asked',
    'QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire:Questionnaire': 'asked',
    'Questionnaire?_revinclude=QuestionnaireResponse:questionnaire': 'answered',
    'Questionnaire?_revinclude=QuestionnaireResponse:patient': '',
  },
  'included',
)

rules('_has', {
  'Patient?_has:Observation:patient:code=2823-3': 'HANAKO TARO',
  'Patient?_has:Observation:subject:value-quantity=gt5||mmol/L': 'HANAKO',
  'Patient?_has:Condition:patient:code:text=喘息': 'TARO',
  'Practitioner?_has:Observation:performer:subject=TARO': 'dr-sato',
  'Practitioner?_has:Observation:performer:code=2823-3': 'dr-mori dr-sato',
  'Practitioner?_has:Condition:asserter:code=E11': 'dr-sato',
  'Encounter?_has:Observation:encounter:code=85354-9': 'visit-2',
  'Encounter?subject=HANAKO&_has:Observation:encounter:code=2823-3': 'visit-1',
  'Observation?_has:DiagnosticReport:result:code=11502-2': 'k-4 weight',
  'Patient?_has:Observation:patient:_has:DiagnosticReport:result:status=final': 'HANAKO',
  'Organization?_has:PractitionerRole:organization:practitioner.name=佐藤': 'org-lab',
  'Patient?_has:Observation:patient:code=nothing': '',
})

rules('_filter', {
  'Observation?_filter=code eq 2823-3 and value-quantity gt 5': 'k-54 taro-k',
  'Observation?_filter=(code eq 2823-3 or code eq 29463-7) and subject eq Patient/HANAKO': 'k-4 k-54 weight',
  'Observation?_filter=not (code eq 2823-3) and patient eq Patient/HANAKO and date ge 2026-05-05': 'bp-high bp-low word',
  'Observation?_filter=value-string co "ｃｌｅａｒ"': 'word',
  'Observation?_filter=value-string ew "clear"': 'word',
  'Observation?_filter=value-string eq "ワラ色"': '',
  'Location?_filter=name sw "がーでん"': 'loc-tokyo',
  'Location?_filter=name ne "ガーデン病院"': 'loc-osaka',
  'Observation?_filter=subject:Patient.name sw "髙橋"': 'taro-k',
  'Observation?_filter=performer.name sw "佐藤" and code eq http://loinc.org|2823-3': 'k-4 taro-k',
  'Observation?_filter=encounter pr true and code ne 85354-9': 'k-4 k-54',
  'Observation?_filter=code in http://example.jp/vs/salts and not (subject eq Patient/TARO)': 'k-4 k-54',
  'Encounter?_filter=date po 2026-05-02': 'visit-1',
})

rules(
  'includes',
  {
    'Observation?_id=k-4&_include=Observation:subject': 'HANAKO',
    'Observation?_id=k-4&_include=Observation:subject:Group': '',
    'Observation?_id=k-4,k-54&_include=Observation:performer': 'dr-mori dr-sato org-lab',
    'Observation?_id=k-4,k-54&_include=Observation:performer:Practitioner': 'dr-mori dr-sato',
    'Observation?_id=k-4&_include=*': 'HANAKO dr-sato visit-1',
    'Observation?_id=k-4&_include=Observation:*': 'HANAKO dr-sato visit-1',
    'Observation?_id=k-4&_include=Observation:encounter&_include=Encounter:service-provider': 'visit-1',
    'Observation?_id=k-4&_include=Observation:encounter&_include:iterate=Encounter:service-provider': 'org-lab visit-1',
    'Patient?_id=TARO&_revinclude=Observation:subject': 'taro-k',
    'Patient?_id=TARO&_revinclude=Observation:subject&_revinclude=Condition:patient': 'taro-asthma taro-k',
    'Patient?_id=TARO&_revinclude=*': 'taro-asthma taro-k taro-list taro-visit',
    'Practitioner?_id=dr-mori&_revinclude=Observation:performer': 'k-54',
    'Practitioner?_id=dr-sato&_revinclude=*': 'diabetes k-4 role-sato taro-k visit-1',
    'Encounter?_id=visit-1&_revinclude=Observation:encounter&_include:iterate=Observation:performer': 'dr-mori dr-sato k-4 k-54 org-lab',
    'Patient?_id=HANAKO&_revinclude=Encounter:subject&_revinclude:iterate=Observation:encounter': 'bp-high k-4 k-54 visit-1 visit-2',
  },
  'included',
)

rules('compartments and several types', {
  'Patient/TARO/Observation': 'taro-k',
  'Patient/HANAKO/Observation?code=2823-3': 'k-4 k-54',
  'Patient/TARO/*': 'TARO taro-asthma taro-k taro-list taro-visit',
  'Encounter/visit-1/Observation': 'k-4 k-54',
  'Encounter/visit-1/*?_type=Observation': 'k-4 k-54',
  'Practitioner/dr-sato/Observation?subject=HANAKO': 'k-4',
  'Practitioner/dr-sato/Condition': 'diabetes',
  '?_type=Observation,Condition&patient=TARO': 'taro-asthma taro-k',
  '?_type=Observation,Condition&subject=TARO&_sort=-_id': 'taro-k taro-asthma',
  '?_type=Location,Organization&name=中央': 'org-lab',
  '?_tag=urn:t|a': 'diabetes',
  '?_profile=http://example.jp/p/condition': 'diabetes',
  '?_source=urn:source:x': 'diabetes',
  '?_id=k-4,diabetes,loc-tokyo&_sort=-_id': 'loc-tokyo k-4 diabetes',
  '?_id=k-4,org-lab&_lastUpdated=gt2020': 'k-4 org-lab',
  '?_id=k-4,org-lab&_lastUpdated=lt2020': '',
  '?_list=problems': 'k-4 weight',
  '?_text=澄明': 'word',
  '?_content=ワラ色': 'word',
  '?_tag:missing=false&_sort=-_lastUpdated': 'diabetes',
  '?_filter=_tag eq "urn:t|a" or _id eq k-4': 'diabetes k-4',
})

describe('a search of every type', () => {
  test.each<[string, string]>([
    ['last change', ''],
    ['last change, oldest first', '&_sort=_lastUpdated'],
    ['id', '&_sort=_id'],
  ])('pages by %s show each resource once', async (_name, sort) => {
    const all = matches(await world.hospital.get(`/fhir/R4?_count=1000${sort}`)).map((r) => `${r.resourceType}/${r.id}`)
    expect(new Set(all.map((name) => name.split('/')[0])).size).toBeGreaterThan(10)
    const paged: string[] = []
    for (let url: string | undefined = `/fhir/R4?_count=9${sort}`; url !== undefined; ) {
      const heard = await world.hospital.get(url)
      paged.push(...matches(heard).map((r) => `${r.resourceType}/${r.id}`))
      url = linkOf(heard, 'next')
    }
    expect(paged).toEqual(all)
  })

  test('a parameter of some types alone is told as not known, and refused where that is asked', async () => {
    const heard = await world.hospital.get('/fhir/R4?code=x&_id=k-4')
    expect(heard.body.entry!.map((e) => e.search!.mode)).toEqual(['match', 'outcome'])
    expect((await world.hospital.get('/fhir/R4?code=x&_id=k-4', { prefer: 'handling=strict' })).status).toBe(400)
  })

  test('what is beside, counted, and by POST', async () => {
    const beside = await world.hospital.get('/fhir/R4?_lastUpdated=gt2020&_tag=urn:t|a&_include=Condition:asserter')
    expect(beside.body.entry!.map((e) => `${e.search!.mode} ${e.resource!.id}`)).toEqual(['match diabetes', 'include dr-sato'])
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const counted = await world.hospital.post('/fhir/R4/_search', '_lastUpdated=gt2020&_summary=count', form)
    expect(counted.body.total).toBe(matches(await world.hospital.get('/fhir/R4?_count=1000')).length)
  })

  test('a token for some types finds these alone, one for none is refused', async () => {
    const types = async (scopes: string[]) => {
      const heard = await (await world.platform.system('1310000019', scopes)).get('/fhir/R4?_count=1000')
      return heard.status === 200 ? [...new Set(matches(heard).map((r) => r.resourceType))].sort() : heard.status
    }
    expect(await types(['system/Location.rs', 'system/Condition.s'])).toEqual(['Condition', 'Location'])
    expect(await types(['system/Location.r'])).toBe(403)
  })
})

test.each([
  'Observation?_filter=code',
  'Observation?_filter=code eq x)',
  'Observation?_filter=nobody eq x',
  'Observation?_filter=code gt x',
  'Observation?_filter=not code eq x',
  '?_has:Observation:subject:status=final',
  '?_filter=code eq x',
  '?_sort=code',
  'Patient/TARO/Location',
  'Location/loc-tokyo/Observation',
  '?_type=Nobody',
])('%s is refused', async (query) => {
  expect((await world.hospital.get(world.url(query).replace('/?', '?'))).status).toBeGreaterThanOrEqual(400)
})

test('POST searches several types and compartments too', async () => {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const all = await world.hospital.post('/fhir/R4/_search', `_type=Observation&patient=${world.taro.key}`, type)
  expect(matches(all).map((r) => r.id)).toEqual(['taro-k'])
  const one = await world.hospital.post(`/fhir/R4/Patient/${world.hanako.key}/Observation/_search`, 'code=29463-7', type)
  expect(matches(one).map((r) => r.id)).toEqual(['weight'])
})

describe('a search reveals nothing that reading would not (A3, A4)', () => {
  // The clinic was told of Taro's diagnosis alone: not of results, and of nothing about Hanako but that she is a patient of the clinic.
  const shown = ['Condition?code:text=喘息', 'Patient?_has:Condition:patient:code:text=喘息']
  const hidden = [
    'Observation?code=2823-3',
    'Patient?_has:Observation:patient:code=2823-3',
    'Practitioner?_has:Observation:performer:code=2823-3',
    'Encounter?_has:Observation:encounter:code=2823-3',
    'Observation?encounter.status=finished',
    // The condition itself is shown; the visit it names, and the list it stands in, are not.
    'Condition?encounter.status=finished',
    'Condition?_has:List:item:status=current',
    'Condition?_list=taro-list',
    'Condition?_filter=encounter.status eq finished',
    'Condition?patient.name=山川',
    'Patient?_has:Observation:patient:_has:DiagnosticReport:result:status=final',
    'Patient/TARO/Observation',
    'Practitioner/dr-sato/Observation',
    '?_type=Observation,DiagnosticReport&status=final',
    '?_id=k-4,weight,report',
    'Observation?_list=problems',
    'Observation?_sort=value-quantity',
    'Observation?_content=ワラ色',
  ]
  const total = async (who: Awaited<ReturnType<World['clinic']>>, query: string) => {
    const heard = await who.get(
      world
        .url(`${query}&_total=accurate&_summary=count`)
        .replace('/?', '?')
        .replace(/(\/[A-Za-z*]+)&/, '$1?&'),
    )
    expect(heard.status, heard.text).toBe(200)
    return heard.body.total
  }

  beforeAll(async () => {
    world.platform.clock.forward(DAY_MS / 100)
    for (const { key } of [world.taro, world.hanako]) await world.platform.relate(key, CLINIC)
    await world.platform.consent(world.taro.key, CLINIC, { diagnosis: true })
  })

  test.each(hidden)('%s: 0 for the clinic; the control: the hospital finds some', async (query) => {
    expect(await total(await world.clinic(), query)).toBe(0)
    expect(await total(await world.platform.system('1310000019'), query)).toBeGreaterThan(0)
  })

  test.each(shown)('%s is shown', async (query) => expect(await total(await world.clinic(), query)).toBeGreaterThan(0))

  test.each(['_revinclude=*', '_revinclude=Observation:subject', '_revinclude=Observation:patient&_include:iterate=Observation:encounter'])(
    'Patient with %s brings what was agreed to alone',
    async (query) => {
      const heard = await (await world.clinic()).get(world.url(`Patient?_id=TARO,HANAKO&${query}`))
      const ids = (heard.body.entry ?? []).filter((e) => e.search?.mode === 'include').map((e) => e.resource!.id)
      expect(ids).toEqual(query === '_revinclude=*' ? ['taro-asthma'] : [])
    },
  )

  test('a token for one type cannot look into another through a chain, nor be shown it', async () => {
    const narrow = await world.platform.system('1310000019', ['system/Observation.rs'])
    for (const query of [
      'Observation?subject:Patient.name=山川',
      'Observation?performer.name=佐藤',
      'Observation?_has:DiagnosticReport:result:status=final',
    ])
      expect((await narrow.get(world.url(query))).status).toBe(403)
    const heard = await narrow.get('/fhir/R4/Observation?_id=k-4&_include=*')
    expect((heard.body.entry ?? []).map((e) => e.resource!.id)).toEqual(['k-4'])
  })
})
