import type { HttpRow } from '#kernel/route'
import type { Random } from '#packages/synthetic'
import type { Method } from '../harness/caller.ts'
import { CLINIC, HOSPITAL } from '../harness/platform.ts'
import type { World } from './world.ts'

/** A request derived from a row: its address filled with what belongs to the victim. */
export type Asking = { row: HttpRow; method: Method; url: string; payload?: object | string; headers: Record<string, string> }

const JSON_TYPE = { 'content-type': 'application/fhir+json', accept: 'application/json' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }

type Pool = Pick<World, 'victim' | 'other'>

/** Every way a row can be asked about the victim, as far as its path, its method and what it takes tell. */
export function requestsOf(row: HttpRow, pool: Pool, random: Random, most: number): Asking[] {
  const paths = pathsOf(row, pool)
  const all = paths.flatMap((url) => (row.method === 'GET' || row.method === 'DELETE' ? reading(row, url, pool) : writing(row, url, pool)))
  return all.length <= most ? all : random.shuffle(all).slice(0, most)
}

/** What stands in an address beside ids: each name that a row has, and what it may hold. */
const held: Record<string, (pool: Pool) => readonly string[]> = {
  type: ({ victim }) => [...new Set(victim.resources.map((r) => r.split('/')[0]!))],
  compartment: () => ['Patient'],
  number: () => [HOSPITAL, CLINIC],
  version: () => ['1', '2'],
  vid: () => ['1', '2'],
  n: () => ['1', '2'],
  step: () => ['1'],
  generation: () => ['1'],
  which: () => ['app', 'code'],
  name: () => ['$everything', 'everything', 'example'],
  file: () => ['1.AllergyIntolerance.ndjson', '1.Observation.ndjson'],
  patientId: ({ victim }) => [victim.key, victim.personId],
  personId: ({ victim }) => [victim.key, victim.personId],
  key: ({ victim }) => [victim.key, victim.personId],
}
/** Names of ids, which the victim's own answer. */
const isId = (param: string) => /^(id|uid|job|token|thumbprint|statement|proxy|mark|entry|loginName)$|[a-z]Id$/.test(param)

/** Parameters of a row's address that nobody here knows how to fill: such a row is not attacked, and that must not pass in silence. */
export const unknownIn = (row: HttpRow): string[] =>
  [...row.path.matchAll(/:([A-Za-z]+)/g)].map((m) => m[1]!).filter((param) => !(param in held) && !isId(param))

/** Every address of a row about the victim. */
export function pathsOf(row: HttpRow, pool: Pool): string[] {
  const { victim } = pool
  const ids = [victim.key, victim.personId, ...victim.ids]
  const fill = (path: string): string[] => {
    const param = /:([A-Za-z]+)/.exec(path)?.[1]
    if (param === undefined) return [path]
    const values = held[param]?.(pool) ?? ids
    return values.flatMap((value) => fill(path.replace(`:${param}`, encodeURIComponent(value))))
  }
  if (!row.path.includes(':type/:id')) return fill(row.path)
  // A type with the id of another type says nothing new.
  return victim.resources.flatMap((r) => fill(row.path.replace(':type/:id', r)))
}

function reading(row: HttpRow, url: string, { victim }: Pool): Asking[] {
  const of = (query: string, headers: Record<string, string> = {}): Asking => ({
    row,
    method: row.method,
    url: `${url}${query}`,
    headers: { accept: 'application/json', ...headers },
  })
  const page = of('', { accept: 'text/html' })
  if (row.method === 'DELETE') return [of('')]
  const export_ = row.path.includes('$export') ? [of('', { prefer: 'respond-async' })] : []
  const person = `Patient/${victim.key}`
  const queries = [
    '',
    `?patient=${person}`,
    `?subject=${person}`,
    `?_id=${victim.ids[0]}`,
    `?identifier=${encodeURIComponent(victim.memberId ?? '')}`,
    `?_include=*&_revinclude=*&_id=${victim.key}`,
    `?_has:Observation:subject:status=final`,
    `?_summary=true`,
    `?_elements=text,code`,
    `?q=${encodeURIComponent('花子')}&name=${encodeURIComponent('花子')}`,
    `?key=${victim.key}&patient=${victim.key}&personId=${victim.personId}&institutionNumber=${HOSPITAL}`,
  ]
  return [...queries.map((query) => of(query)), page, ...export_]
}

function writing(row: HttpRow, url: string, { victim, other }: Pool): Asking[] {
  const of = (payload: object | string, headers: Record<string, string> = JSON_TYPE): Asking => ({
    row,
    method: row.method,
    url,
    payload,
    headers,
  })
  const person = `Patient/${victim.key}`
  const named = {
    key: victim.key,
    id: victim.key,
    patient: person,
    patientId: victim.key,
    personId: victim.personId,
    memberId: victim.memberId,
    institutionNumber: HOSPITAL,
    kinds: { diagnosis: true, infection: true, 'drug-allergy': true },
    birthDate: '1958-04-12',
    subject: person,
    purpose: 'TREAT',
    addressee: CLINIC,
  }
  const form = new URLSearchParams(
    Object.entries(named).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  ).toString()
  if (row.path.endsWith('_search')) {
    return [`patient=${person}`, `_id=${victim.ids[0]}`, '_revinclude=*', `subject=${person}&_summary=text`].map((body) =>
      of(body, FORM_TYPE),
    )
  }
  if (row.path === '/fhir/R4') return ['batch', 'transaction'].map((type) => of(readingBundle(type, victim)))
  const type = /\/fhir\/R4\/([A-Z][A-Za-z]+)/.exec(url)?.[1]
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'patient', valueReference: { reference: person } }] }
  if (type !== undefined) {
    const id = /\/fhir\/R4\/[A-Z][A-Za-z]+\/([^/$]+)/.exec(url)?.[1]
    const resource = {
      resourceType: type,
      ...(id === undefined ? {} : { id }),
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient/${other.key}` },
    }
    const asked = `subject=${encodeURIComponent(person)}`
    return [
      of(resource),
      of(resource, { ...JSON_TYPE, 'if-none-exist': asked, prefer: 'return=representation' }),
      of(parameters, { ...JSON_TYPE, prefer: 'respond-async' }),
      of([{ op: 'test', path: '/status', value: 'x' }], { 'content-type': 'application/json-patch+json' }),
    ]
  }
  return [of(named), of({}), of(form, FORM_TYPE), of(parameters, { ...JSON_TYPE, prefer: 'respond-async' })]
}

const readingBundle = (type: string, victim: Pool['victim']): object => ({
  resourceType: 'Bundle',
  type,
  entry: [
    ...victim.resources.slice(0, 30).map((url) => ({ request: { method: 'GET', url } })),
    { request: { method: 'GET', url: `Observation?subject=Patient/${victim.key}` } },
    { request: { method: 'GET', url: `Patient/${victim.key}/$everything` } },
    { request: { method: 'GET', url: `Patient?_id=${victim.key}&_revinclude=*` } },
  ],
})
