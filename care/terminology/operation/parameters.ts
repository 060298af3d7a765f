/** What a caller of an operation sent: query parameters, a Parameters resource, or the resource alone. Pure. */
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { readResource } from '#care/record'
import { isObject, type Json, type JsonObject } from '#packages/fhir'

type One = { name: string; value: Json; part: readonly One[] }

/** Parameters by name, in the form the operations read them. */
export type Sent = {
  text: (name: string) => string | undefined
  texts: (name: string) => string[]
  flag: (name: string) => boolean | undefined
  number: (name: string) => number | undefined
  object: (name: string) => JsonObject | undefined
  objects: (name: string) => JsonObject[]
  parts: (name: string) => Sent[]
  has: (name: string) => boolean
}

const bad = (name: string): never => refuse('input-invalid', { what: `Parameters.parameter[${name.slice(0, 60)}]` })

/** Neither addresses the answer's form nor means anything to the question. */
const aboutForm = new Set(['_format', '_pretty', '_summary', '_elements', 'lang'])
const MOST = 2_000

/** @refuses input-invalid, resource-invalid, media-type */
export function sentIn(request: RouteRequest, alone: string): Sent {
  const query = [...request.query].filter(([name]) => !aboutForm.has(name)).map(([name, value]): One => ({ name, value, part: [] }))
  const body = request.method === 'POST' && typeof request.body === 'string' && request.body.trim() !== '' ? bodyOf(request, alone) : []
  const all = [...body, ...query]
  return all.length > MOST ? refuse('input-invalid', { what: `Parameters.parameter (> ${MOST})` }) : sentOf(all)
}

const MOST_ENTRIES = 500

/** The questions of a batch: each `validation` is Parameters of its own, over those that all share. @refuses input-invalid */
export function entriesIn(request: RouteRequest): Sent[] {
  const all = bodyOf(request, '')
  const shared = all.filter(({ name }) => name !== 'validation')
  const entries = all.filter(({ name }) => name === 'validation')
  if (entries.length === 0 || entries.length > MOST_ENTRIES) return bad('validation')
  return entries.map(({ value }) => {
    const own = isObject(value) && Array.isArray(value.parameter) ? value.parameter.map(oneOf) : bad('validation')
    const names = new Set(own.map(({ name }) => name))
    return sentOf([...own, ...shared.filter(({ name }) => name === 'tx-resource' || !names.has(name))])
  })
}

function bodyOf(request: RouteRequest, alone: string): One[] {
  const body = readResource(request)
  if (!isObject(body)) return bad('')
  if (body.resourceType === 'Parameters') return (Array.isArray(body.parameter) ? body.parameter : []).map(oneOf)
  // An operation whose only parameter is a resource takes it as the body itself.
  return typeof body.resourceType === 'string' && body.resourceType === alone
    ? [{ name: lower(alone), value: body, part: [] }]
    : bad('resourceType')
}

const lower = (type: string): string => type[0]!.toLowerCase() + type.slice(1)

function oneOf(json: Json): One {
  if (!isObject(json) || typeof json.name !== 'string') return bad('name')
  const value = json.resource ?? Object.entries(json).find(([key]) => /^value[A-Z]/.test(key))?.[1] ?? null
  const part = Array.isArray(json.part) ? json.part.map(oneOf) : []
  return { name: json.name, value, part }
}

function sentOf(all: readonly One[]): Sent {
  const of = (name: string) => all.filter((one) => one.name === name)
  const texts = (name: string): string[] =>
    of(name).map(({ value }) =>
      typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : bad(name),
    )
  const text = (name: string): string | undefined => texts(name)[0]
  const objects = (name: string): JsonObject[] => of(name).map(({ value }) => (isObject(value) ? value : bad(name)))
  return {
    texts,
    text,
    objects,
    object: (name) => objects(name)[0],
    flag: (name) => {
      const value = text(name)
      return value === undefined ? undefined : value === 'true' ? true : value === 'false' ? false : bad(name)
    },
    number: (name) => {
      const value = text(name)
      return value === undefined ? undefined : /^-?\d{1,9}$/.test(value) ? Number(value) : bad(name)
    },
    parts: (name) => of(name).map(({ part }) => sentOf(part)),
    has: (name) => of(name).length > 0,
  }
}
