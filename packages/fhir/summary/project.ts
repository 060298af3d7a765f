/** Parts of a resource for those who asked for less. @spec http://hl7.org/fhir/R4/search.html#summary, #elements */
import { sameNumbers } from '../decimals.ts'
import type { ElementRow } from '../generated-rows.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { choiceName, elementsOf, isA, isPrimitive, isResourceType, shapeName } from '../shapes.ts'

/**
 * `summary`: `true` keeps what the definitions mark, `text` the narrative, `data` all but the narrative.
 * `elements`: names of top-level elements, for one type as `Type.element`; goes before `summary`.
 */
export type Projection = { summary?: 'true' | 'text' | 'data'; elements?: readonly string[] }

type Member = { row: ElementRow; element: string; shape: string | null }

/** Elements of a shape by JSON member; a primitive stands under both of its members. */
const shapes = new Map<string, ReadonlyMap<string, Member>>()

function membersOf(shape: string): ReadonlyMap<string, Member> {
  const known = shapes.get(shape)
  if (known) return known
  const members = new Map<string, Member>()
  for (const [name, row] of elementsOf(shape)) {
    const isChoice = name.endsWith('[x]')
    for (const type of row.types) {
      const json = isChoice ? choiceName(name, type) : name
      const element = isChoice ? name.slice(0, -3) : name
      const target = shapeName(type)
      // An extension stays whole or goes whole: without its value it would say something else.
      const complex = target !== 'Extension' && !isPrimitive(target) && target !== 'Resource' && !isResourceType(target)
      members.set(json, { row, element, shape: complex ? target : null })
      members.set(`_${json}`, { row, element, shape: null })
    }
  }
  shapes.set(shape, members)
  return members
}

/** What is never left out: without a required element a resource is not valid, and without a modifier it may mean the opposite. */
const always = ({ row }: Member): boolean => row.modifier === true || row.min !== undefined

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

/** The marked elements of a value, at every depth; the value itself where nothing in it is marked. */
function summarized(value: Json, shape: string): Json {
  if (Array.isArray(value)) return value.map((item) => summarized(item, shape))
  if (!isObject(value)) return value
  const out: JsonObject = {}
  const members = membersOf(shape)
  let filled = false
  for (const name in value) {
    const member = members.get(name)
    if (name !== 'id' && !(member && (member.row.summary || always(member)))) continue
    out[name] = member?.shape ? summarized(value[name]!, member.shape) : value[name]!
    if (name !== 'id') filled = true
  }
  return filled ? sameNumbers(value, out) : value
}

/** Names asked for of this type; null where all of them were asked for of other types. */
function namesFor(type: string, elements: readonly string[]): ReadonlySet<string> | null {
  const own = elements.flatMap((name) => (name.startsWith(`${type}.`) ? name.slice(type.length + 1) : /^[A-Z]/.test(name) ? [] : name))
  return own.length === 0 ? null : new Set(own.map((name) => name.replace(/\[x\]$/, '')))
}

function chosen(resource: Resource, keep: (member: Member, name: string) => boolean): Resource {
  const members = membersOf(resource.resourceType)
  const out: Resource = { resourceType: resource.resourceType }
  for (const name in resource) {
    const member = members.get(name)
    if (member && (member.element === 'id' || member.element === 'meta' || always(member) || keep(member, name)))
      out[name] = resource[name]!
  }
  return out
}

function summaryOf(resource: Resource): Resource {
  const out = chosen(resource, ({ row }) => row.summary === true)
  const members = membersOf(resource.resourceType)
  for (const name in out) {
    const shape = members.get(name)?.shape
    if (shape) out[name] = summarized(out[name]!, shape)
  }
  return out
}

function partOf(resource: Resource, { summary, elements }: Projection): Resource | null {
  if (elements) {
    const names = namesFor(resource.resourceType, elements)
    return names && chosen(resource, (member, name) => names.has(member.element) || names.has(name.replace(/^_/, '')))
  }
  if (summary === 'text') return chosen(resource, (member) => member.element === 'text')
  if (summary === 'data')
    return isA(resource.resourceType, 'DomainResource') ? chosen(resource, (member) => member.element !== 'text') : resource
  return summary === 'true' ? summaryOf(resource) : null
}

const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }

const tagsOf = ({ meta }: Resource): readonly Json[] => (isObject(meta) && Array.isArray(meta.tag) ? meta.tag : [])

/** Does the resource say that it is only a part of one? */
export const isSubsetted = (resource: Resource): boolean =>
  tagsOf(resource).some((tag) => isObject(tag) && tag.system === subsetted.system && tag.code === subsetted.code)

/** Says in the resource that it is not whole, so that nobody writes it back. */
function marked(part: Resource): Resource {
  const meta = isObject(part.meta) ? part.meta : {}
  const tags = tagsOf(part)
  return isSubsetted(part) ? part : sameNumbers(part, { ...part, meta: { ...meta, tag: [...tags, subsetted] } })
}

/** A contained resource stays while something that is kept points at it. */
function withContained(part: Resource, resource: Resource): Resource {
  if (part.contained !== undefined || resource.contained === undefined) return part
  return JSON.stringify(part).includes('"reference":"#') ? sameNumbers(part, { ...part, contained: resource.contained }) : part
}

/**
 * The part of a resource that was asked for, tagged SUBSETTED; id, meta, required and modifier elements are always in it.
 * A resource of a type that `elements` does not name comes back whole and untagged.
 */
export function project(resource: Resource, projection: Projection): Resource {
  const part = partOf(resource, projection)
  return part === null ? resource : marked(withContained(part, resource))
}

/** A searchset or history with each of its resources projected; what it says about the search stays whole. */
export function projectBundle(bundle: Resource, projection: Projection): Resource {
  if (!Array.isArray(bundle.entry)) return bundle
  const entry = bundle.entry.map((one) => {
    if (!isObject(one) || !isObject(one.resource) || (isObject(one.search) && one.search.mode === 'outcome')) return one
    return { ...one, resource: project(one.resource as Resource, projection) }
  })
  return { ...bundle, entry }
}
