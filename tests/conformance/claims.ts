/** Asks a running server for what its CapabilityStatement claims, and for what it does not. @spec FHIR R4 CapabilityStatement */
import { resourceTypes } from '#packages/fhir'

export type ClaimedParameter = { name: string; type: string; documentation?: string }
export type ClaimedType = {
  type: string
  interaction: { code: string }[]
  updateCreate?: boolean
  conditionalCreate?: boolean
  conditionalRead?: string
  conditionalUpdate?: boolean
  conditionalDelete?: string
  searchInclude?: string[]
  searchRevInclude?: string[]
  searchParam?: ClaimedParameter[]
  operation?: { name: string; definition: string }[]
}
export type Statement = {
  instantiates?: string[]
  format: string[]
  patchFormat?: string[]
  rest: {
    extension?: { url: string; valueUri: string }[]
    resource: ClaimedType[]
    interaction: { code: string }[]
    operation: { name: string; definition: string }[]
  }[]
}

export type Answer = { status: number; headers: Headers; body: Record<string, unknown>; text: string }
/** Sends a request below the FHIR base and reads the answer. */
export type Ask = (
  method: string,
  path: string,
  more?: { body?: unknown; type?: string; headers?: Record<string, string> },
) => Promise<Answer>

export const askAt =
  (base: string, proof: () => Record<string, string>): Ask =>
  async (method, path, { body, type = 'application/fhir+json', headers = {} } = {}) => {
    const answer = await fetch(`${base}${path === '' ? '' : `/${path}`}`, {
      method,
      headers: { ...proof(), ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    })
    const text = await answer.text()
    const isJson = text.startsWith('{')
    return { status: answer.status, headers: answer.headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} }
  }

const issueOf = ({ body }: Answer) => (body.issue as { code: string; details?: { coding?: { code: string }[] } }[] | undefined)?.[0]
export const ruleOf = (answer: Answer): string => issueOf(answer)?.details?.coding?.[0]?.code ?? ''

/** The server has no such thing: no row, no interaction, not implemented. An id that nobody knows is another matter. */
export const isUnserved = (answer: Answer): boolean =>
  answer.status === 405 ||
  answer.status === 501 ||
  issueOf(answer)?.code === 'not-supported' ||
  ['type-unknown', 'interaction-unsupported', 'method-not-allowed', 'address-unknown'].includes(ruleOf(answer)) ||
  (answer.body.resourceType === undefined && answer.status === 404)

/** What a system may not ask at all: the log is for auditors and the people themselves, and nobody consents for somebody else. */
const notForSystems: ReadonlySet<string> = new Set(['AuditEvent', 'Consent conditionalCreate'])
const isNotForSystems = (answer: Answer, type: string, name: string): boolean =>
  answer.status === 403 && ruleOf(answer) === 'not-permitted' && (notForSystems.has(type) || notForSystems.has(`${type} ${name}`))

/** A refusal that says clearly that this is not offered, as an OperationOutcome. */
export const isClear = (answer: Answer): boolean =>
  isUnserved(answer) && answer.status >= 400 && answer.status < 500 && answer.body.resourceType === 'OperationOutcome'

export type Probe = { what: string; send: (ask: Ask) => Promise<Answer> }

const jsonPatch = 'application/json-patch+json'

/** A request for each interaction of a type that is wanted or not, whatever it then finds. */
export function probesOf(type: string): Record<string, Probe['send']> {
  const body = { resourceType: type }
  const nothing = `${type}?_id=nobody-has-this`
  return {
    read: (ask) => ask('GET', `${type}/nobody`),
    vread: (ask) => ask('GET', `${type}/nobody/_history/1`),
    'history-instance': (ask) => ask('GET', `${type}/nobody/_history`),
    'history-type': (ask) => ask('GET', `${type}/_history?_count=1`),
    'search-type': (ask) => ask('GET', `${nothing}`),
    'search-type by POST': (ask) => ask('POST', `${type}/_search`, { body: '_id=nobody', type: 'application/x-www-form-urlencoded' }),
    create: (ask) => ask('POST', type, { body }),
    update: (ask) => ask('PUT', `${type}/nobody`, { body: { ...body, id: 'nobody' }, headers: { 'if-match': 'W/"7"' } }),
    patch: (ask) => ask('PATCH', `${type}/nobody`, { body: [{ op: 'test', path: '/id', value: 'x' }], type: jsonPatch }),
    delete: (ask) => ask('DELETE', `${type}/nobody`),
    conditionalUpdate: (ask) => ask('PUT', nothing, { body: { ...body, id: 'other' }, headers: { 'if-match': 'W/"7"' } }),
    conditionalDelete: (ask) => ask('DELETE', nothing),
    conditionalPatch: (ask) => ask('PATCH', nothing, { body: [{ op: 'test', path: '/id', value: 'x' }], type: jsonPatch }),
    conditionalCreate: (ask) => ask('POST', type, { body, headers: { 'if-none-exist': '_id=nobody-has-this' } }),
  }
}

/** Which of the probes a type claims. */
export function claimedOf(claim: ClaimedType | undefined): ReadonlySet<string> {
  if (!claim) return new Set()
  const codes = claim.interaction.map((i) => i.code)
  return new Set([
    ...codes,
    ...(codes.includes('search-type') ? ['search-type by POST'] : []),
    ...(claim.conditionalUpdate ? ['conditionalUpdate'] : []),
    ...(claim.conditionalUpdate && codes.includes('patch') ? ['conditionalPatch'] : []),
    ...(claim.conditionalDelete === 'single' ? ['conditionalDelete'] : []),
    ...(claim.conditionalCreate ? ['conditionalCreate'] : []),
  ])
}

/** Some at a time, so that the server has something to do while an answer is on its way. */
export async function together<T>(all: readonly T[], each: (one: T) => Promise<void>, width = 8): Promise<void> {
  const left = [...all]
  const walk = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await each(one)
  }
  await Promise.all(Array.from({ length: width }, walk))
}

export type Score = { asked: number; wrong: string[] }

/** Every interaction of every type R4 has, and of some that it has not: what is claimed answers, what is not is refused clearly. */
export async function askInteractions(statement: Statement, ask: Ask, types: readonly string[] = resourceTypes): Promise<Score> {
  const score: Score = { asked: 0, wrong: [] }
  const byType = new Map(statement.rest[0]!.resource.map((r) => [r.type, r]))
  await together(types, async (type) => {
    const claimed = claimedOf(byType.get(type))
    for (const [name, send] of Object.entries(probesOf(type))) {
      const answer = await send(ask)
      score.asked++
      if (answer.status >= 500) score.wrong.push(`${type} ${name}: ${answer.status}`)
      else if (claimed.has(name) && isUnserved(answer)) score.wrong.push(`${type} ${name} is claimed: ${answer.status} ${ruleOf(answer)}`)
      else if (!claimed.has(name) && !isClear(answer) && !isNotForSystems(answer, type, name))
        score.wrong.push(`${type} ${name} is not claimed: ${answer.status} ${answer.text.slice(0, 120)}`)
    }
  })
  return score
}

const plausible: Record<string, string> = {
  string: 'x',
  token: 'x',
  reference: 'Patient/x',
  date: '2026-01-01',
  number: '1',
  quantity: '5.4|http://unitsofmeasure.org|mg',
  uri: 'http://example.jp/x',
}

/** A value that a parameter of this kind can be asked with. Composites are made of their parts' kinds, told by their name. */
function plainValue({ name, type }: ClaimedParameter): string {
  if (name === '_list') return 'x'
  if (name === '_filter') return '_id eq x'
  if (name === 'near') return '35|139'
  if (type !== 'composite') return plausible[type] ?? 'x'
  if (name === 'relationship') return 'x$Patient/x'
  return name.endsWith('-coordinate') ? 'x$1$1' : name.includes('quantity') ? 'x$1' : 'x$2026'
}

const withModifier: Record<string, string> = {
  missing: 'true',
  identifier: 'urn:x|1',
  in: 'http://hl7.org/fhir/ValueSet/observation-status',
  'not-in': 'http://hl7.org/fhir/ValueSet/observation-status',
  'of-type': 'urn:x|MR|1',
}

/** What stands above or below is asked of a code in a system that is known here, and of a place by its id alone. */
const inTree: Record<string, string> = { token: 'http://hl7.org/fhir/observation-status|final', reference: 'x' }
const modifiedValue = (p: ClaimedParameter, modifier: string): string =>
  (modifier === 'above' || modifier === 'below' ? inTree[p.type] : withModifier[modifier]) ?? plainValue(p)

/** Modifiers that make no sense for a kind, or that nobody defined. */
const senseless: Record<string, readonly string[]> = {
  string: ['in', 'below', 'nonsense'],
  token: ['exact', 'contains', 'nonsense'],
  reference: ['exact', 'contains', 'nonsense'],
  date: ['exact', 'not', 'nonsense'],
  number: ['contains', 'nonsense'],
  quantity: ['text', 'nonsense'],
  uri: ['exact', 'contains', 'nonsense'],
  composite: ['exact', 'nonsense'],
  special: ['exact', 'nonsense'],
}

/** A modifier may be the name of a type that the parameter points at; which, `searchInclude` does not say, so any will be taken. */
const queriesOf = (p: ClaimedParameter): [string, string][] => [
  [p.name, p.name === '_lastUpdated' ? 'gt2026-01-01' : plainValue(p)],
  ...[...(p.documentation ?? '').matchAll(/(?:^| ):(\[type\]|[a-z-]+)/g)].map(([, modifier = '']): [string, string] =>
    modifier === '[type]' ? [`${p.name}:Patient`, 'x'] : [`${p.name}:${modifier}`, modifiedValue(p, modifier)],
  ),
]

const strictly = { prefer: 'handling=strict' }
const TOGETHER = 25

/** Every search parameter claimed for every type, plain and with every modifier claimed; and modifiers and names that are not. */
export async function askSearches(statement: Statement, ask: Ask): Promise<Score & { parameters: number }> {
  const score = { asked: 0, wrong: [] as string[], parameters: 0 }
  const sound = async (type: string, query: [string, string][]) => {
    const answer = await ask('GET', `${type}?${new URLSearchParams(query)}`, { headers: strictly })
    if (answer.status !== 200 && !isNotForSystems(answer, type, ''))
      score.wrong.push(`${type}?${new URLSearchParams(query)}`.slice(0, 200).concat(`: ${answer.status} ${ruleOf(answer)}`))
  }
  await together(statement.rest[0]!.resource, async ({ type, searchParam = [] }) => {
    const all = searchParam.flatMap(queriesOf)
    score.parameters += searchParam.length
    score.asked += all.length
    for (let from = 0; from < all.length; from += TOGETHER) await sound(type, all.slice(from, from + TOGETHER))
    const byKind = new Map(searchParam.filter((p) => !p.name.startsWith('_')).map((p) => [p.type, p]))
    const wrongs = [...byKind.values()].flatMap((p) =>
      (senseless[p.type] ?? []).map((m): [string, string] => [`${p.name}:${m}`, plainValue(p)]),
    )
    for (const query of [...wrongs, ['nobody-knows-this', 'x'], ['_query', 'x'], ['name-of-nothing.name', 'x']] as [string, string][]) {
      const answer = await ask('GET', `${type}?${new URLSearchParams([query])}`, { headers: strictly })
      score.asked++
      if (!isClear(answer) && !isNotForSystems(answer, type, ''))
        score.wrong.push(`${type}?${query[0]} is not claimed: ${answer.status} ${answer.text.slice(0, 100)}`)
    }
  })
  return score
}

/** Every include claimed is taken. They go in groups, as many as one search takes. */
export async function askIncludes(statement: Statement, ask: Ask): Promise<Score> {
  const score: Score = { asked: 0, wrong: [] }
  await together(statement.rest[0]!.resource, async ({ type, searchInclude = [], searchRevInclude = [] }) => {
    const all = [
      ...searchInclude.map((value): [string, string] => ['_include', value]),
      ...searchRevInclude.map((value): [string, string] => ['_revinclude', value]),
    ]
    score.asked += all.length
    for (let from = 0; from < all.length; from += 20) {
      const query = new URLSearchParams([['_id', 'nobody'], ...all.slice(from, from + 20)])
      const answer = await ask('GET', `${type}?${query}`, { headers: strictly })
      if (answer.status !== 200) score.wrong.push(`${type}?${query}`.slice(0, 160).concat(`: ${answer.status} ${ruleOf(answer)}`))
    }
  })
  return score
}
