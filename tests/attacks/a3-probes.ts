import { sql } from 'kysely'
import type { HttpRow } from '#kernel/route'
import type { Method } from '../harness/caller.ts'
import { canariesIn } from './canary.ts'
import type { Attacker, World } from './world.ts'

/** One request, with `SECRET` where the value stands that is asked about. */
export type Question = { method: Method; url: string; payload?: string; headers?: Record<string, string> }

/** A value that stands in a hidden resource, and one of the same shape that stands nowhere: the answers must not differ. */
export type Secret = { type: string; id: string; param: string; hit: string; miss: string }

export const SECRET = 'SECRET'

type Indexed = { key: string; type: string; id: string; kind: string; body: string; tokens: string[]; refs: string[] }
type Text = { type: string; id: string; param: string; raw: string }
type Date_ = { type: string; id: string; param: string; lo: Date }

/** Somebody who knows the victim from care or from the register may be told that they are there; to these, nobody must say so. */
export const knowsNobody = ({ name }: Attacker): boolean =>
  /^(nobody|another citizen|a stranger|an insurer|(physician|clerk) of 1310000035)/.test(name)

/** What the search index holds of resources of the victim that this attacker has no right to, and of nothing they may see. */
export async function secretsFor(world: World, attacker: Attacker): Promise<Secret[]> {
  const { db } = world.platform
  const [{ rows }, { rows: strings }, { rows: dates }] = await Promise.all([
    sql<Indexed>`select key, type, id, kind, body, tokens, refs from record.resource where not deleted`.execute(db),
    sql<Text>`select type, id, param, raw from record.string_value`.execute(db),
    sql<Date_>`select type, id, param, lo from record.date_value where lo is not null`.execute(db),
  ])
  const own = <Row extends { type: string; id: string }>(all: readonly Row[], { type, id }: Indexed) =>
    all.filter((row) => row.type === type && row.id === id)
  const isHidden = (row: Indexed) =>
    row.key === world.victim.key &&
    (knowsNobody(attacker) ? row.kind !== 'shared' : canariesIn(row.body).some((found) => !attacker.may(found)))
  const said = (row: Indexed): Secret[] => {
    const here = { type: row.type, id: row.id }
    return [
      { ...here, param: '_id', hit: row.id, miss: turned(row.id) },
      ...[...row.tokens, ...row.refs].flatMap((stored) => paired(here, stored)),
      ...own(strings, row).map(({ param, raw }) => ({ ...here, param, hit: raw, miss: `${raw}zq` })),
      ...own(dates, row).map(({ param, lo }) => ({ ...here, param, hit: `eq${lo.toISOString()}`, miss: 'eq1899-01-01T00:00:00.000Z' })),
    ]
  }
  const name = ({ type, param, hit }: Secret) => `${type} ${param} ${hit.split('|').at(-1)}`
  const open = new Set(
    rows
      .filter((row) => !isHidden(row))
      .flatMap(said)
      .map(name),
  )
  return rows
    .filter(isHidden)
    .flatMap(said)
    .filter((secret) => !open.has(name(secret)))
}

/** Another id of the same shape. */
export const turned = (id: string): string =>
  id.replace(/[0-9A-Ya-y]/g, (c) => (/\d/.test(c) ? String((Number(c) + 3) % 10) : String.fromCharCode(c.charCodeAt(0) + 1)))

function paired(here: { type: string; id: string }, stored: string): Secret[] {
  const at = stored.indexOf('=')
  const [param, value] = [stored.slice(0, at), stored.slice(at + 1).replace(/^\*\|/, '')]
  // The system of a code list is no secret; what is asked for is the code.
  return value === '' || value.startsWith('#') ? [] : [{ ...here, param, hit: value, miss: `${value}zq` }]
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json' }

/** Every way in which a search may answer about a value without showing what holds it. */
export function oracles({ type, param }: Secret): Question[] {
  const base = '/fhir/R4'
  const get = (url: string): Question => ({ method: 'GET', url: `${base}/${url}` })
  const equals = `${param}=${SECRET}`
  const about = ['Immunization', 'AllergyIntolerance'].includes(type) ? 'patient' : 'subject'
  const inBatch = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: `${type}?${equals}&_summary=count` } }],
  }
  return [
    ...['', '&_summary=count', '&_total=accurate&_count=0', '&_total=estimate&_elements=id', `&_sort=-_lastUpdated,${param}&_count=1`].map(
      (more) => get(`${type}?${equals}${more}`),
    ),
    get(`${type}?${param}:not=${SECRET}&_summary=count`),
    get(`${type}?_filter=${encodeURIComponent(`${param} eq "`)}${SECRET}${encodeURIComponent('"')}`),
    get(`Patient?_has:${type}:${about}:${equals}`),
    get(`Patient?_has:${type}:${about}:${equals}&_summary=count`),
    get(`Provenance?target:${type}.${equals}`),
    get(`Observation?has-member:${type}.${equals}`),
    get(`List?item:${type}.${equals}`),
    get(`?_type=${type}&${equals}`),
    { method: 'POST', url: `${base}/${type}/_search`, payload: equals, headers: FORM },
    { method: 'POST', url: base, payload: JSON.stringify(inBatch) },
    {
      method: 'POST',
      url: `${base}/$graphql`,
      payload: JSON.stringify({ query: `{ ${type}List(${param.replaceAll('-', '_')}: "${SECRET}") { id } }` }),
      headers: JSON_TYPE,
    },
  ]
}

/** Writes that answer otherwise where their condition finds something. */
export const conditionals = ({ type, param }: Secret, key: string): Question[] => [
  {
    method: 'POST',
    url: `/fhir/R4/${type}`,
    payload: JSON.stringify({
      resourceType: type,
      status: 'entered-in-error',
      code: { text: 'zq' },
      subject: { reference: `Patient/${key}` },
    }),
    headers: { 'if-none-exist': `${param}=${SECRET}` },
  },
  { method: 'DELETE', url: `/fhir/R4/${type}?${param}=${SECRET}` },
]

/** Reads of a row that name something of the victim's in their address; asked with an id that is nobody's, the answer must be the same. */
export function existence(row: HttpRow, url: string, id: string): Question[] {
  if (row.method !== 'GET' || !url.includes(id)) return []
  const asked = url.replaceAll(id, SECRET)
  return [
    { method: 'GET', url: asked, headers: { accept: 'application/json' } },
    { method: 'GET', url: asked, headers: { accept: 'text/html' } },
    { method: 'GET', url: asked, headers: { accept: 'application/json', 'if-none-match': 'W/"1"' } },
    { method: 'GET', url: asked, headers: { accept: 'application/json', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } },
  ]
}
