/**
 * Finer-grained scopes: `Observation.rs?category=system|code`. A parameter may be named after any coded element that stands at the root
 * of its type; it is read from the resource itself, so that versions of history are judged like the current one.
 * @spec SMART App Launch 2.2, finer-grained resource constraints using search parameters
 */
import { type RawBuilder, sql } from 'kysely'
import { elementsOf, isObject, type Json, type Resource } from '#packages/fhir'

type Where = readonly (readonly [name: string, value: string])[]
/** An alternative of a parameter's value. `system`: null for any, '' for none; `code`: null for any. */
type Code = { system: string | null; code: string | null }
type Element = { name: string; type: 'CodeableConcept' | 'Coding' | 'code' }

const camel = (param: string): string => param.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The coded element a parameter is about; null where there is none: such a scope lets nothing through. */
function elementOf(type: string, param: string): Element | null {
  const name = camel(param)
  const [only, ...more] = elementsOf(type).get(name)?.types ?? []
  return more.length === 0 && (only === 'CodeableConcept' || only === 'Coding' || only === 'code') ? { name, type: only } : null
}

/** Whether apps may narrow a type by a parameter. */
export const narrows = (type: string, param: string): boolean => elementOf(type, param) !== null

function codesIn(value: string): Code[] {
  return value.split(',').map((text) => {
    const bar = text.indexOf('|')
    if (bar < 0) return { system: null, code: text }
    return { system: text.slice(0, bar), code: text.slice(bar + 1) || null }
  })
}

/** What a coding must be, as a filter of a JSON path with the values beside it. A plain code has no system of its own. */
function filterOf(element: Element, { system, code }: Code): { path: string; vars: Record<string, string> } | null {
  if (code === null && !system) return null
  if (element.type === 'code') return code === null || system ? null : { path: `lax $.${element.name}[*] ? (@ == $code)`, vars: { code } }
  const root = element.type === 'Coding' ? `lax $.${element.name}[*]` : `lax $.${element.name}[*].coding[*]`
  const conditions = [
    ...(code === null ? [] : ['@.code == $code']),
    ...(system === null ? [] : system === '' ? ['!exists(@.system)'] : ['@.system == $system']),
  ]
  const vars = { ...(code === null ? {} : { code }), ...(system ? { system } : {}) }
  return { path: `${root} ? (${conditions.join(' && ')})`, vars }
}

const body = sql`nullif(r.body, '')::jsonb`

/** The condition over alias `r` with the stored text of a resource of the type; `false` where a parameter is none that narrows. */
export function narrowedSql(type: string, where: Where): RawBuilder<boolean> {
  const each = where.map(([param, value]) => {
    const element = elementOf(type, param)
    const filters = element === null ? [] : codesIn(value).flatMap((code) => filterOf(element, code) ?? [])
    const met = filters.map(({ path, vars }) => sql<boolean>`jsonb_path_exists(${body}, ${path}::jsonpath, ${JSON.stringify(vars)}::jsonb)`)
    return met.length === 0 ? sql<boolean>`false` : sql<boolean>`coalesce(${sql.join(met, sql` or `)}, false)`
  })
  return each.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(each, sql` and `)})`
}

const many = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

function carries(element: Element, resource: Resource, { system, code }: Code): boolean {
  if (code === null && !system) return false
  const values = many((resource as Readonly<Record<string, Json>>)[element.name])
  if (element.type === 'code') return code !== null && !system && values.includes(code)
  const codings = element.type === 'Coding' ? values : values.flatMap((value) => (isObject(value) ? many(value.coding) : []))
  return codings.some(
    (coding) =>
      isObject(coding) &&
      (code === null || coding.code === code) &&
      (system === null || (system === '' ? coding.system === undefined : coding.system === system)),
  )
}

/** The same decision on a resource in hand. */
export function narrowingHolds(type: string, where: Where, resource: Resource): boolean {
  return (
    where.length > 0 &&
    where.every(([param, value]) => {
      const element = elementOf(type, param)
      return element !== null && codesIn(value).some((code) => carries(element, resource, code))
    })
  )
}
