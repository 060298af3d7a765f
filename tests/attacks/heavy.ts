import { observation } from '../faults/traffic.ts'

/** A request that costs its sender little and might cost the server much. `giant` ones may take long, but never in one piece. */
export type Heavy = { name: string; method: 'GET' | 'POST' | 'PATCH'; url: string; payload?: string; type?: string; giant?: boolean }

const FHIR = '/fhir/R4'

const get = (name: string, query: string): Heavy => ({ name, method: 'GET', url: `${FHIR}/${query}` })
const post = (name: string, payload: string, more: Partial<Heavy> = {}): Heavy => ({
  name,
  method: 'POST',
  url: `${FHIR}/Observation`,
  payload,
  ...more,
})

/** Patterns and expressions that some engines take for ever over. */
function patterns(): Heavy[] {
  const evil = ['(a+)+$', '^(a+)+$', '(a|aa)+$', '(.*)*x', '([a-zA-Z]+)*$', '(?:a?){30}a{30}']
  const text = `${'a'.repeat(5_000)}!`
  return [
    ...evil.map((p) => get(`a pattern as a value: ${p}`, `Patient?name=${encodeURIComponent(p)}&address=${encodeURIComponent(p)}`)),
    get('a value of 5,000 characters', `Patient?name:contains=${encodeURIComponent(text)}`),
    get('a value of 5,000 blanks', `Observation?code:text=${encodeURIComponent(' '.repeat(5_000))}`),
    get('a date that nearly is one', `Observation?date=${'2'.repeat(3_000)}-${'0'.repeat(3_000)}`),
    get('a number of 6,000 digits', `Observation?value-quantity=${'9'.repeat(6_000)}`),
    post('a date of 1 MB', JSON.stringify({ ...observation('x', 'x'), effectiveDateTime: '2'.repeat(1_000_000) })),
    post('an id of 1 MB', JSON.stringify({ ...observation('x', 'x'), id: 'a'.repeat(1_000_000) })),
    post(
      'a uri of blanks',
      JSON.stringify({
        ...observation('x', 'x'),
        code: { coding: [{ system: `${' '.repeat(500_000)}x`, code: `${' '.repeat(500_000)}x` }] },
      }),
    ),
    post(
      'base64 that nearly is',
      JSON.stringify({ resourceType: 'DocumentReference', content: [{ attachment: { data: `${'A'.repeat(3_000_000)}!` } }] }),
      { url: `${FHIR}/DocumentReference` },
    ),
    post(
      'a narrative of open tags',
      JSON.stringify({
        ...observation('x', 'x'),
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${'<b>'.repeat(100_000)}` },
      }),
    ),
    { name: 'an Accept of 6,000 kinds', method: 'GET', url: `${FHIR}/metadata?_format=${encodeURIComponent(','.repeat(5_000))}` },
  ]
}

/** Value sets and resources of the caller's own, whose patterns, imports and sizes the server has to work through. */
function terminologies(): Heavy[] {
  const system = {
    resourceType: 'CodeSystem',
    url: 'urn:heavy',
    status: 'active',
    content: 'complete',
    concept: Array.from({ length: 20_000 }, (_, n) => ({ code: `${'a'.repeat(30)}${n}` })),
  }
  const filtered = (value: string) => ({
    resourceType: 'ValueSet',
    url: 'urn:heavy-set',
    status: 'active',
    compose: { include: [{ system: 'urn:heavy', filter: [{ property: 'code', op: 'regex', value }] }] },
  })
  const circle = { resourceType: 'ValueSet', url: 'urn:circle', status: 'active', compose: { include: [{ valueSet: ['urn:circle'] }] } }
  const doubling = Array.from({ length: 30 }, (_, n) => ({
    resourceType: 'ValueSet',
    url: `urn:double-${n}`,
    status: 'active',
    compose: { include: [0, 1].map(() => (n === 0 ? { system: 'urn:heavy' } : { valueSet: [`urn:double-${n - 1}`] })) },
  }))
  const asked = (set: object, more: object[] = []) =>
    JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'valueSet', resource: set }, ...[system, ...more].map((resource) => ({ name: 'tx-resource', resource }))],
    })
  const expressions = [
    `${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
    `name${'.where(true)'.repeat(2_000)}`,
    `'x'.matches('${'(a{0,900})'.repeat(390)}')`,
  ]
  const hostileProfile = {
    resourceType: 'StructureDefinition',
    url: 'urn:hostile',
    name: 'Hostile',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    differential: {
      element: [
        {
          id: 'Patient',
          path: 'Patient',
          constraint: expressions.map((expression, n) => ({ key: `x-${n}`, severity: 'error', human: 'x', expression })),
        },
      ],
    },
  }
  const expand = (name: string, payload: string): Heavy => post(name, payload, { url: `${FHIR}/ValueSet/$expand` })
  return [
    expand('a value set whose pattern backtracks', asked(filtered('(a+)+$'))),
    expand('a value set whose pattern is written out', asked(filtered('(a{0,900})'.repeat(300)))),
    expand('a value set that imports itself', asked(circle)),
    expand('value sets that import each other twice, thirty deep', asked(doubling.at(-1)!, doubling)),
    post('a profile of hostile expressions to validate', JSON.stringify(hostileProfile), { url: `${FHIR}/StructureDefinition/$validate` }),
    post('a resource of 20,000 codes to validate', JSON.stringify(system), { url: `${FHIR}/CodeSystem/$validate`, giant: true }),
  ]
}

/** Texts for the page that checks a file, which anybody may send. */
function pasted(): Heavy[] {
  const paste = (name: string, text: string): Heavy => ({
    name: `the page that checks: ${name}`,
    method: 'POST',
    url: '/developer/check',
    payload: new URLSearchParams({ text }).toString(),
    type: 'application/x-www-form-urlencoded',
    giant: true,
  })
  return [
    paste('quotes that never close', `{"${'\\"'.repeat(900_000)}\\\n`),
    paste('a million lines', `{${'\n'.repeat(1_900_000)}}`),
    paste('brackets alone', '['.repeat(1_900_000)),
    paste(
      'a Bundle of nothing but faults',
      JSON.stringify({ resourceType: 'Bundle', entry: Array.from({ length: 60_000 }, () => ({ resource: {} })) }),
    ),
    paste('XML that opens for ever', '<a>'.repeat(600_000)),
  ]
}

function expressions(): Heavy[] {
  const patch = (path: string) =>
    JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'delete' },
            { name: 'path', valueString: path },
          ],
        },
      ],
    })
  const paths = [
    `Observation.code.text.where('${'a'.repeat(28)}!'.matches('^(a+)+$'))`,
    `Observation.${'repeat(children()).'.repeat(20)}id`,
    `Observation.descendants().descendants().descendants().descendants()`,
    `${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
    `Observation.where(${'1 + '.repeat(20_000)}1 = 1)`,
    `Observation${'.where(true)'.repeat(10_000)}`,
    `Observation.note.select('${'x'.repeat(100)}'.replace('', '${'y'.repeat(1_000)}')${`.replace('', '${'z'.repeat(1_000)}')`.repeat(5)})`,
    `Observation.status.matches('${'(a{0,900})'.repeat(390)}')`,
    `(1|2|3|4|5).select((1|2|3|4|5).select((1|2|3|4|5).select((1|2|3|4|5).select((1|2|3|4|5).select((1|2|3|4|5).select((1|2|3|4|5).select((1|2|3|4|5).select($this))))))))`,
  ]
  const ops = JSON.stringify(Array.from({ length: 50_000 }, () => ({ op: 'add', path: '/note/-', value: { text: 'x' } })))
  const doubling = JSON.stringify(Array.from({ length: 40 }, () => ({ op: 'copy', from: '/note', path: '/note/0' })))
  return [
    ...paths.map((path, n): Heavy => ({ name: `FHIRPath ${n + 1}`, method: 'PATCH', url: `${FHIR}/Observation/ID`, payload: patch(path) })),
    {
      name: '50,000 operations of a JSON Patch',
      method: 'PATCH',
      url: `${FHIR}/Observation/ID`,
      payload: ops,
      type: 'application/json-patch+json',
    },
    {
      name: 'a JSON Patch that doubles',
      method: 'PATCH',
      url: `${FHIR}/Observation/ID`,
      payload: doubling,
      type: 'application/json-patch+json',
    },
    {
      name: 'FHIRPath in $graphql',
      method: 'GET',
      url: `${FHIR}/$graphql?query=${encodeURIComponent(`{Patient${'{contact'.repeat(400)}${'}'.repeat(401)}`)}`,
    },
    get('_filter nested 2,000 deep', `Observation?_filter=${encodeURIComponent(`${'('.repeat(2_000)}code eq x${')'.repeat(2_000)}`)}`),
    get(
      '_filter of 300 conditions',
      `Observation?_filter=${encodeURIComponent(Array.from({ length: 300 }, (_, n) => `code eq x${n}`).join(' or '))}`,
    ),
  ]
}

function searches(): Heavy[] {
  const many = (n: number, of: (i: number) => string, by: string) => Array.from({ length: n }, (_, i) => of(i)).join(by)
  return [
    get('_count of a million', 'Observation?_count=1000000'),
    get('_count beyond numbers', `Observation?_count=${'9'.repeat(400)}`),
    get('1,500 values', `Observation?code=${many(1_500, (i) => `c${i}`, ',')}`),
    get('1,500 values with systems', `Observation?code=${many(400, (i) => `http://x|c${i}`, ',')}`),
    get('1,000 ids', `Observation?_id=${many(1_000, (i) => `x${i}`, ',')}`),
    get('600 conditions', `Observation?${many(600, (i) => `code=c${i}`, '&')}`),
    get('400 kinds of condition', `Observation?${many(400, (i) => `date=gt20${String(i % 90).padStart(2, '0')}-01-01`, '&')}`),
    get('a chain of 40', `Observation?subject:Patient.${'general-practitioner:Organization.partof:Organization.'.repeat(20)}name=x`),
    get('a chain over every type', 'Observation?subject.organization.partof.partof.partof.partof.endpoint.organization.partof.name=x'),
    get('_has within _has, 15 times', `Patient?${'_has:Observation:subject:'.repeat(15)}code=x`),
    get('60 _has', `Patient?${many(60, (i) => `_has:Observation:subject:code=c${i}`, '&')}`),
    get(
      'everything included, again and again',
      'Observation?_include=*&_include:iterate=*&_revinclude=*&_revinclude:iterate=*&_count=1000',
    ),
    get('400 includes', `Observation?${many(400, () => '_include:iterate=Observation:subject', '&')}`),
    get('200 keys to sort by', `Observation?_sort=${many(200, (i) => (i % 2 ? 'date' : '-code'), ',')}`),
    get('unlike everything', 'Observation?code:not=x&status:not=y&_total=accurate'),
    get('contains one letter', 'Patient?name:contains=a&address:contains=a&_total=accurate'),
    get('composite with 300 values', `Observation?code-value-quantity=${many(300, (i) => `http://loinc.org|c${i}$gt${i}`, ',')}`),
    get('near everywhere', 'Location?near=0|0|99999999|km'),
  ]
}

function bodies(): Heavy[] {
  const entry = (n: number) => ({
    fullUrl: `urn:uuid:${n}`,
    request: { method: 'POST', url: 'Observation' },
    resource: observation('KEY', `heavy-${n}`),
  })
  const bundle = (n: number, type: string, of: (i: number) => object) =>
    JSON.stringify({ resourceType: 'Bundle', type, entry: Array.from({ length: n }, (_, i) => of(i)) })
  const giant = { url: FHIR, giant: true }
  // Each entry refers to the next: whoever orders them by walking on and on walks long.
  const chained = (i: number) => ({
    fullUrl: `urn:uuid:${i}`,
    request: { method: 'POST', url: 'Observation' },
    resource: {
      ...observation('KEY', `chain-${i}`),
      hasMember: Array.from({ length: 8 }, (_, k) => ({ reference: `urn:uuid:${(i + k + 1) % 400}` })),
    },
  })
  return [
    post('a transaction of 5,000', bundle(5_000, 'transaction', entry), giant),
    post(
      'a batch of 5,000 reads',
      bundle(5_000, 'batch', () => ({ request: { method: 'GET', url: 'Observation?code=x' } })),
      giant,
    ),
    post('a transaction of 400, each referring to eight others', bundle(400, 'transaction', chained), giant),
    post(
      '400 conditional creates',
      bundle(400, 'transaction', (i) => ({
        ...entry(i),
        request: { method: 'POST', url: 'Observation', ifNoneExist: `identifier=x|${i}` },
      })),
      giant,
    ),
    post('lists nested 5,000 deep', '['.repeat(5_000) + ']'.repeat(5_000)),
    post('objects nested 200,000 deep', '{"a":'.repeat(200_000)),
    post('3,000,000 empty lists', `[${'[],'.repeat(3_000_000)}1]`),
    post('1,000,000 members', `{${Array.from({ length: 700_000 }, (_, n) => `"m${n}":1`).join(',')}}`),
    post(
      '200,000 identifiers',
      JSON.stringify({
        ...observation('KEY', 'x'),
        identifier: Array.from({ length: 150_000 }, (_, n) => ({ system: 'urn:x', value: `${n}` })),
      }),
      { giant: true },
    ),
    post('12 MB of one text', JSON.stringify({ ...observation('KEY', 'x'), note: [{ text: 'x'.repeat(11_000_000) }] }), { giant: true }),
    post('a number of 1,000,000 digits', `{"resourceType":"Observation","valueInteger":${'9'.repeat(1_000_000)}}`),
    post('XML nested 50,000 deep', `<Observation xmlns="http://hl7.org/fhir">${'<contained>'.repeat(50_000)}`, {
      type: 'application/fhir+xml',
    }),
    post(
      'XML of 200,000 attributes',
      `<Observation xmlns="http://hl7.org/fhir"><status ${Array.from({ length: 200_000 }, (_, n) => `a${n}="1"`).join(' ')}/></Observation>`,
      { type: 'application/fhir+xml' },
    ),
    post(
      'XML whose entities grow',
      `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1_000)}">${Array.from({ length: 20 }, (_, n) => `<!ENTITY a${n} "${`&a${n === 0 ? '' : n - 1};`.repeat(20)}">`).join('')}]><x>&a19;</x>`,
      { type: 'application/fhir+xml' },
    ),
    post('a submission of 11 MB', bundle(5_000, 'collection', entry), { url: `${FHIR}/$submit`, giant: true }),
  ]
}

export const heavyRequests = (): Heavy[] => [...patterns(), ...expressions(), ...terminologies(), ...pasted(), ...searches(), ...bodies()]
