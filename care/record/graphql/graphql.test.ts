/** FHIR GraphQL over HTTP. @spec http://hl7.org/fhir/R4/graphql.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, rulesOf } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let clinic: Caller
let key: string
let reading: string
beforeAll(async () => {
  platform = await openPlatform()
  ;[hospital, clinic] = await Promise.all([platform.system(HOSPITAL), platform.system(CLINIC)])
  const made = await hospital.post('/fhir/R4/Patient', {
    resourceType: 'Patient',
    name: [
      { use: 'official', family: '縁', given: ['花子', 'はな'], _given: [null, { id: 'g' }] },
      { use: 'nickname', text: 'はなちゃん' },
    ],
    gender: 'female',
    birthDate: '1990-01-01',
    contact: [{ gender: 'female', name: { family: '母' } }],
    _birthDate: { extension: [{ url: 'urn:t:time', valueString: '朝' }] },
  })
  key = made.body.id!
  await platform.relate(key, CLINIC)
  const doctor = await hospital.post('/fhir/R4/Practitioner', { resourceType: 'Practitioner', name: [{ text: '青山' }] })
  for (const value of [36.5, 37.5]) {
    const heard = await hospital.post('/fhir/R4/Observation', {
      resourceType: 'Observation',
      status: 'final',
      code: { text: '体温', coding: [{ system: 's', code: 't' }] },
      subject: { reference: `Patient/${key}` },
      performer: [{ reference: `Practitioner/${doctor.body.id}` }, { reference: '#p' }],
      contained: [{ resourceType: 'Practitioner', id: 'p', name: [{ text: '中の人' }] }],
      valueQuantity: { value, unit: '℃' },
    })
    reading = heard.body.id!
  }
})
afterAll(() => platform?.close())

const ask = async (query: string, more: { at?: string; variables?: object; caller?: Caller } = {}) => {
  const heard = await (more.caller ?? hospital).post(
    `/fhir/R4${more.at ?? ''}/$graphql`,
    { query, variables: more.variables },
    { 'content-type': 'application/json' },
  )
  return { status: heard.status, heard, body: heard.body as { data?: unknown; errors?: { path: string[] }[] } }
}

/** Fragments that each spread the next one twice. */
const bomb = (n: number): string =>
  `{ ...f0 } ${Array.from({ length: n }, (_, i) => `fragment f${i} on Patient { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f${n} on Patient { gender }`

describe.each<[string, string, () => string, unknown]>([
  [
    'a resource by id',
    '',
    () => `{ Patient(id: "${key}") { gender birthDate } }`,
    { Patient: { gender: 'female', birthDate: '1990-01-01' } },
  ],
  [
    'aliases and the type',
    '',
    () => `{ her: Patient(id: "${key}") { __typename resourceType } }`,
    { her: { __typename: 'Patient', resourceType: 'Patient' } },
  ],
  [
    'items of a list by a value',
    '',
    () => `{ Patient(id: "${key}") { name(use: "official") { family given } } }`,
    { Patient: { name: [{ family: '縁', given: ['花子', 'はな'] }] } },
  ],
  [
    'a stretch of a list',
    '',
    () => `{ Patient(id: "${key}") { name(_offset: 1, _count: 1) { text } } }`,
    { Patient: { name: [{ text: 'はなちゃん' }] } },
  ],
  [
    'items of a list by an expression',
    '',
    () => `{ Patient(id: "${key}") { name(fhirpath: "use = 'nickname'") { text } last: name(fhirpath: "$index = 1") { use } } }`,
    { Patient: { name: [{ text: 'はなちゃん' }], last: [{ use: 'nickname' }] } },
  ],
  [
    'a list as its one item, and values of a list',
    '',
    () =>
      `{ Patient(id: "${key}") { name(use: "official") @singleton { given given2: given(_offset: 1) } none: name(use: "old") @singleton { text } } }`,
    { Patient: { name: { given: ['花子', 'はな'], given2: ['はな'] } } },
  ],
  [
    'a choice element by its type',
    '',
    () => `{ ObservationList(patient: "${key}", value_quantity: "gt37") { valueQuantity { value } } }`,
    { ObservationList: [{ valueQuantity: { value: 37.5 } }] },
  ],
  [
    'references, also contained ones',
    '',
    () => `{ Observation(id: "${reading}") { performer { resource { ... on Practitioner { name { text } } } } } }`,
    { Observation: { performer: [{ resource: { name: [{ text: '青山' }] } }, { resource: { name: [{ text: '中の人' }] } }] } },
  ],
  [
    'a reference of another type than asked for',
    '',
    () => `{ Observation(id: "${reading}") { subject { resource(type: "Group") { id } } } }`,
    { Observation: { subject: { resource: null } } },
  ],
  [
    'what refers back',
    '',
    () => `{ Patient(id: "${key}") { ObservationList(_reference: "subject", _count: 1) { status } } }`,
    { Patient: { ObservationList: [{ status: 'final' }] } },
  ],
  [
    'a connection',
    '',
    () => `{ ObservationConnection(patient: "${key}") { count edges { mode resource { status } } } }`,
    {
      ObservationConnection: {
        count: 2,
        edges: [
          { mode: 'match', resource: { status: 'final' } },
          { mode: 'match', resource: { status: 'final' } },
        ],
      },
    },
  ],
  [
    'one resource as the start',
    '/Patient/KEY',
    () => '{ gender ...n } fragment n on Patient { name @first { family } }',
    { gender: 'female', name: [{ family: '縁' }] },
  ],
  [
    'what is asked twice, as one',
    '/Patient/KEY',
    () =>
      '{ name(use: "official") { family } ...n name(use: "official") { use } } fragment n on Patient { name(use: "official") { given } }',
    { name: [{ family: '縁', given: ['花子', 'はな'], use: 'official' }] },
  ],
  [
    'fragments on what every resource is',
    '/Patient/KEY',
    () => '{ ... on DomainResource { gender } ... on Resource { resourceType } ... on Device { status } }',
    { gender: 'female', resourceType: 'Patient' },
  ],
  [
    'fragments on what a part is',
    '/Patient/KEY',
    () => '{ name(use: "official") { ... on Element { family } } }',
    { name: [{ family: '縁' }] },
  ],
  [
    'the extensions of a simple element',
    '/Patient/KEY',
    () => '{ birthDate _birthDate { extension { url valueString } } _gender { id } }',
    { birthDate: '1990-01-01', _birthDate: { extension: [{ url: 'urn:t:time', valueString: '朝' }] } },
  ],
  [
    'the extensions of simple elements in a list',
    '/Patient/KEY',
    () => '{ name(use: "official") { given _given { id } } }',
    { name: [{ given: ['花子', 'はな'], _given: [null, { id: 'g' }] }] },
  ],
  [
    'a list in its parent’s place, the first of each',
    '/Patient/KEY',
    () => '{ name @flatten { use given @first family @singleton } }',
    { use: ['official', 'nickname'], given: ['花子'], family: '縁' },
  ],
  [
    'a list in its parent’s place, gathered',
    '/Patient/KEY',
    () => '{ gender name @flatten { use given text } }',
    { gender: 'female', use: ['official', 'nickname'], given: ['花子', 'はな'], text: ['はなちゃん'] },
  ],
  [
    'the first of a list in its parent’s place',
    '/Patient/KEY',
    () => '{ name @first @flatten { family given } }',
    { family: '縁', given: ['花子', 'はな'] },
  ],
  ['one of a list in its parent’s place', '/Patient/KEY', () => '{ name @flatten { family @singleton } }', { family: '縁' }],
  [
    'a list below a list, both in their parent’s place',
    '/Observation/READING',
    () => '{ code @flatten { coding @flatten { system code } text } }',
    { system: ['s'], code: ['t'], text: '体温' },
  ],
  [
    'one of a list, two lists up',
    '/Patient/KEY',
    () => '{ contact @flatten { gender name @flatten { family @singleton } } }',
    { gender: ['female'], family: '母' },
  ],
  [
    'one of a list, asked for in a fragment',
    '/Patient/KEY',
    () => '{ name @flatten { ... on HumanName { family @singleton } } }',
    { family: '縁' },
  ],
  [
    'what two parts put in one place',
    '/Observation/READING',
    () => '{ code @flatten { text } valueQuantity @flatten { text: unit } }',
    { text: ['体温', '℃'] },
  ],
  [
    'the first of what refers back',
    '/Patient/KEY',
    () => '{ ObservationList(_reference: "subject") @first { status } }',
    { ObservationList: [{ status: 'final' }] },
  ],
  [
    'parts of a resource by the name of their type',
    '/Patient/KEY',
    () => '{ contact { __typename ... on PatientContact { gender } ... on BackboneElement { name { family } } } }',
    { contact: [{ __typename: 'PatientContact', gender: 'female', name: { family: '母' } }] },
  ],
  ['fragments that multiply, each once', '/Patient/KEY', () => bomb(30), { gender: 'female' }],
  [
    'a connection asked for in parts',
    '',
    () => `{ ObservationConnection(patient: "${key}") { ...c ...c } } fragment c on ObservationConnection { count }`,
    { ObservationConnection: { count: 2 } },
  ],
  [
    'the usual value of a variable, as a number',
    '/Patient/KEY',
    () => 'query q($from: Int = 1) { name(_offset: $from) { use } }',
    { name: [{ use: 'nickname' }] },
  ],
  [
    'skipped and included parts',
    '/Patient/KEY',
    () => 'query q($yes: Boolean = true) { gender @skip(if: $yes) birthDate @include(if: $yes) }',
    { birthDate: '1990-01-01' },
  ],
])('%s', (_, at, query, data) => {
  test('is answered', async () => {
    const { status, heard, body } = await ask(query(), { at: at.replace('KEY', key).replace('READING', reading) })
    expect(status, heard.text).toBe(200)
    expect(body).toEqual({ data })
  })
})

test('a connection goes on at its next page', async () => {
  const page = async (cursor: string) => {
    const { body, heard } = await ask(
      `{ ObservationConnection(patient: "${key}", _count: 1${cursor}) { next previous edges { score resource { id } } } }`,
    )
    expect(heard.status, heard.text).toBe(200)
    return (body.data as { ObservationConnection: { next: string | null; edges: { resource: { id: string } }[] } }).ObservationConnection
  }
  const first = await page('')
  const second = await page(`, _cursor: "${first.next}"`)
  expect(new Set([...first.edges, ...second.edges].map((e) => e.resource.id)).size).toBe(2)
  expect(second.next).toBeNull()
})

test('by GET too, with variables', async () => {
  const query = encodeURIComponent('query q($id: ID!) { Patient(id: $id) { gender } }')
  const heard = await hospital.get(`/fhir/R4/$graphql?query=${query}&variables=${encodeURIComponent(JSON.stringify({ id: key }))}`)
  expect(heard.body).toEqual({ data: { Patient: { gender: 'female' } } })
})

test.each<[string, unknown]>([
  ['code', 'official'],
  ['String', 'official'],
  ['ID!', 'official'],
])('a variable of type %s is put in', async (type, value) => {
  const { body } = await ask(`query q($v: ${type}) { name(use: $v) { family } }`, { at: `/Patient/${key}`, variables: { v: value } })
  expect(body).toEqual({ data: { name: [{ family: '縁' }] } })
})

test('shows nothing that reading and searching would not', async () => {
  const { body } = await ask(`{ Observation(id: "${reading}") { status } ObservationList(patient: "${key}") { id } }`, { caller: clinic })
  expect(body).toMatchObject({ data: { Observation: null, ObservationList: [] }, errors: [{ path: ['Observation'] }] })
  expect((await ask('{ status }', { at: `/Observation/${reading}`, caller: clinic })).status).toBe(404)
})

describe('refuses', () => {
  const deep = (n: number): string => (n === 0 ? 'id' : `link { other { resource { ${deep(n - 1)} } } }`)
  const wide = (names: number, uses: number): string =>
    `{ ${Array.from({ length: names }, (_, i) => `n${i}: name { ...f }`).join(' ')} } fragment f on HumanName { ${Array.from({ length: uses }, (_, i) => `u${i}: use`).join(' ')} }`
  test.each<[string, string]>([
    ['what is no query', '{ Patient('],
    ['a mutation', 'mutation { a }'],
    ['an element that is not there', '{ colour }'],
    ['a part asked of a simple element', '{ gender { code } }'],
    ['a complex element without parts', '{ name }'],
    ['a search parameter nobody knows', '{ ObservationList(colour: "red") { id } }'],
    ['a directive nobody knows', '{ name @slice(path: "use") { text } }'],
    ['an argument that is no element', '{ name(colour: "red") { text } }'],
    ['an argument that is no simple element', '{ name(period: "2026") { text } }'],
    ['a stretch that is no number', '{ name(_count: "x") { text } }'],
    ['an expression that cannot be read', '{ name(fhirpath: "use = ") { text } }'],
    ['several as one', '{ name @singleton { text } }'],
    ['several as one in their parent’s place', '{ name @flatten { use @singleton } }'],
    ['two different fields by one name', '{ a: gender a: birthDate }'],
    ['one field with different arguments', '{ name(use: "official") { text } name(use: "nickname") { text } }'],
    ['a part and no part by one name', '{ gender gender { code } }'],
    ['no part and a part by one name', '{ name { text } name }'],
    ['different types in one place', '{ name @flatten { birthDate: use } birthDate }'],
    ['one and another in its place', '{ name @flatten { family @singleton } contact @flatten { name @flatten { family } } }'],
    ['a directive nobody knows at a search', '{ ObservationList(_reference: "subject") @slice(path: "id") { id } }'],
    ['a directive that does not say whether', '{ gender @skip }'],
    ['a directive that says neither yes nor no', '{ gender @include(if: "yes") }'],
    ['an argument with parts', '{ name(use: { code: "official" }) { text } }'],
    ['a usual value of another type', 'query q($from: Int = "1") { gender name(use: $from) { text } }'],
    ['a usual value of another type in a list', 'query q($from: [Int] = [1, "2"]) { gender }'],
    ['a variable nobody declared', '{ name(use: $use) { text } }'],
    ['a variable that must be there and is not', 'query q($use: String!) { name(use: $use) { text } }'],
    ['the extensions of a part', '{ _name { id } }'],
    ['a fragment that is not there', '{ ...x }'],
    ['a fragment that holds itself', '{ ...x } fragment x on Patient { ...x }'],
    ['a query too deep', `{ ${deep(10)} }`],
    ['fields that multiply', wide(100, 600)],
    ['two operations without a name', 'query a { gender } query b { gender }'],
  ])('%s', async (_, query) => {
    const { status, heard } = await ask(query, { at: `/Patient/${key}` })
    expect(status, heard.text).toBe(400)
    expect(rulesOf(heard)).toHaveLength(1)
  })

  test.each<[string, unknown]>([
    ['String', 5],
    ['String!', null],
    ['Int', 1.5],
    ['Int', 2 ** 31],
    ['Float', 'x'],
    ['Boolean', 'true'],
    ['ID', true],
    ['[Int!]', [1, null]],
    ['code', { a: 1 }],
  ])('a variable of type %s that is %j', async (type, value) => {
    const { status, heard } = await ask(`query q($v: ${type}) { gender }`, { at: `/Patient/${key}`, variables: { v: value } })
    expect(status, heard.text).toBe(400)
  })

  test('a query that would look two hundred times', async () => {
    const many = Array.from({ length: 201 }, (_, i) => `a${i}: Patient(id: "${key}") { gender }`).join(' ')
    expect((await ask(`{ ${many} }`)).status).toBe(400)
  })
})
