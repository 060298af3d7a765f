/** @spec https://spec.openapis.org/oas/v3.1.0 */
import { expect, test } from 'vitest'
import { isHttpRow } from '#kernel/route'
import { refusals } from '#kernel/refusals'
import { noCards } from '../cards.ts'
import { allRows } from '../rows.ts'
import { services } from '../services.ts'
import { openApi } from './document.ts'

type Members = { [name: string]: unknown }
const rows = allRows({
  services: services({ cards: noCards, demo: false }),
  config: { baseUrl: 'http://localhost:8080', secure: false },
  mint: { issue: async () => '', read: async () => undefined },
  demo: null,
  demoRows: [],
})
const document = JSON.parse(JSON.stringify(openApi(rows, { version: '1', baseUrl: 'http://localhost:8080' }))) as Members

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)
const at = (root: Members, ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, part) => (isMembers(value) ? value[part] : undefined), root)

/** What breaks the structure of OpenAPI 3.1, each with its place. */
function broken(doc: Members): string[] {
  const out: string[] = []
  const say = (place: string, holds: boolean) => void (holds || out.push(place))
  const info = doc.info as Members
  say('openapi', /^3\.1\.\d+$/.test(String(doc.openapi)))
  say('info', typeof info.title === 'string' && typeof info.version === 'string')
  const walk = (value: unknown, place: string): void => {
    if (Array.isArray(value)) for (const [n, v] of value.entries()) walk(v, `${place}/${n}`)
    else if (isMembers(value)) {
      // A reference leads from the root of the document, also one that a schema brought along.
      if (typeof value.$ref === 'string') say(`${place} ${value.$ref}`, value.$ref.startsWith('#/') && at(doc, value.$ref) !== undefined)
      if ('schema' in value && place.startsWith('/paths')) schemaAt(value.schema, `${place}/schema`)
      for (const [name, v] of Object.entries(value)) walk(v, `${place}/${name}`)
    }
  }
  const kinds = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
  const schemaAt = (schema: unknown, place: string): void => {
    if (typeof schema === 'boolean') return
    if (!isMembers(schema)) {
      say(place, false)
      return
    }
    say(`${place}/type`, schema.type === undefined || [schema.type].flat().every((type) => kinds.includes(String(type))))
    say(`${place}/enum`, schema.enum === undefined || (Array.isArray(schema.enum) && schema.enum.length > 0))
    if (schema.items !== undefined) schemaAt(schema.items, `${place}/items`)
    for (const [name, one] of Object.entries(isMembers(schema.properties) ? schema.properties : {}))
      schemaAt(one, `${place}/properties/${name}`)
    for (const of of ['oneOf', 'anyOf', 'allOf']) for (const one of (schema[of] ?? []) as unknown[]) schemaAt(one, `${place}/${of}`)
  }
  for (const [name, schema] of Object.entries((doc.components as Members).schemas as Members))
    schemaAt(schema, `/components/schemas/${name}`)
  walk(doc, '')
  const shapes = Object.keys(doc.paths as Members).map((path) => path.replace(/\{[^}]+\}/g, '{}'))
  for (const [n, shape] of shapes.entries()) say(`${shape}: the same path twice`, shapes.indexOf(shape) === n)
  for (const [group, items] of Object.entries(doc.components as Members))
    for (const name of Object.keys(items as Members)) say(`/components/${group}/${name}: name`, /^[A-Za-z0-9._-]+$/.test(name))
  const ids = new Set<string>()
  const schemes = new Set(Object.keys((doc.components as Members).securitySchemes as Members))
  for (const [path, item] of Object.entries(doc.paths as Members)) {
    say(`${path}: starts with a slash`, path.startsWith('/'))
    for (const [method, value] of Object.entries(item as Members)) {
      const place = `${method} ${path}`
      const operation = value as Members
      say(`${place}: braces`, !/[:*]|\{\}|\}[^/]*\{/.test(path.replace(/\{[A-Za-z]+\}/g, 'x')))
      say(`${place}: method`, ['get', 'put', 'post', 'delete', 'patch'].includes(method))
      say(`${place}: operationId`, /^[a-z][A-Za-z0-9_]*$/.test(String(operation.operationId)) && !ids.has(String(operation.operationId)))
      ids.add(String(operation.operationId))
      const parameters = ((operation.parameters ?? []) as Members[]).map((p) =>
        typeof p.$ref === 'string' ? (at(doc, p.$ref) as Members) : p,
      )
      const named = parameters.map((p) => `${String(p.in)} ${String(p.name).toLowerCase()}`)
      say(`${place}: parameters once`, new Set(named).size === named.length)
      for (const p of parameters) {
        say(
          `${place}: ${String(p.name)} is told by the content`,
          p.in !== 'header' || !/^(accept|content-type|authorization)$/i.test(String(p.name)),
        )
        say(
          `${place}: ${String(p.name)} and its style`,
          p.style === undefined || ['simple', 'form', 'label', 'matrix'].includes(String(p.style)),
        )
        say(`${place}: ${String(p.name)}`, ['path', 'query', 'header', 'cookie'].includes(String(p.in)) && isMembers(p.schema))
        say(`${place}: ${String(p.name)} required`, p.in !== 'path' || p.required === true)
      }
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => `path ${name!.toLowerCase()}`)
      say(
        `${place}: path parameters`,
        inPath.every((name) => named.includes(name)) && named.filter((n) => n.startsWith('path ')).length === inPath.length,
      )
      const { content } = (operation.requestBody ?? { content: { none: {} } }) as Members
      say(
        `${place}: body`,
        isMembers(content) &&
          Object.keys(content).length > 0 &&
          (operation.requestBody === undefined || !['get', 'delete'].includes(method)),
      )
      const responses = Object.entries(operation.responses as Members)
      say(
        `${place}: responses`,
        responses.some(([status]) => /^[23]\d\d$/.test(status)) && responses.every(([status]) => /^[1-5]\d\d$/.test(status)),
      )
      for (const [status, r] of responses) {
        const response = isMembers(r) && typeof r.$ref === 'string' ? (at(doc, r.$ref) as Members | undefined) : (r as Members)
        for (const type of Object.keys((response?.content ?? {}) as Members))
          say(`${place}: ${status} ${type}`, /^[a-z*]+\/[a-z0-9.*+-]+$/.test(type))
        say(`${place}: ${status}`, typeof response?.description === 'string' && response.description !== '')
      }
      const security = (operation.security ?? []) as Members[]
      say(
        `${place}: security`,
        security.every((s) => Object.keys(s).every((name) => schemes.has(name))),
      )
    }
  }
  return out
}

test('the document keeps to the structure of OpenAPI 3.1, and every row is in it', () => {
  expect(broken(document)).toEqual([])
  const listed = Object.entries(document.paths as Members).flatMap(([path, item]) =>
    Object.keys(item as Members).map((m) => `${m.toUpperCase()} ${path}`),
  )
  expect(listed.toSorted()).toEqual(
    rows
      .filter(isHttpRow)
      .map((r) => `${r.method} ${r.path.replace(/:([A-Za-z]+)/g, '{$1}')}`)
      .toSorted(),
  )
})

test('the controls: a parameter, a reference, an answer and a name that are wrong are found', () => {
  const spoilt = structuredClone(document)
  const paths = spoilt.paths as Record<string, Record<string, Members>>
  const one = paths['/fhir/R4/{type}/{id}']!
  one.get!.parameters = []
  one.put!.responses = {}
  one.delete!.operationId = one.get!.operationId
  paths['/fhir/R4/{type}']!.post!.requestBody = { content: { a: { schema: { $ref: '#/components/schemas/Nothing' } } } }
  paths['/fhir/R4/{kind}/{name}'] = {}
  const more = one.patch!.parameters as Members[]
  more.push({ name: 'Accept', in: 'header', schema: { type: 'text' } })
  const found = broken(spoilt).join('\n')
  expect(found).toContain('get /fhir/R4/{type}/{id}: path parameters')
  expect(found).toContain('put /fhir/R4/{type}/{id}: responses')
  expect(found).toContain('delete /fhir/R4/{type}/{id}: operationId')
  expect(found).toContain('#/components/schemas/Nothing')
  expect(found).toContain('/fhir/R4/{}/{}: the same path twice')
  expect(found).toContain('patch /fhir/R4/{type}/{id}: Accept is told by the content')
  expect(found).toMatch(/paths\/\/fhir\/R4\/\{type\}\/\{id\}\/patch\/parameters\/\d+\/schema\/type/)
})

test('descriptions are in both languages, and every refusal is told', () => {
  const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/
  const english = /[A-Za-z]{3}/
  const told: string[] = []
  const walk = (value: unknown, place: string): void => {
    if (Array.isArray(value)) for (const [n, v] of value.entries()) walk(v, `${place}/${n}`)
    else if (isMembers(value))
      for (const [name, v] of Object.entries(value)) {
        if (name === 'description' && typeof v === 'string' && !(japanese.test(v) && english.test(v)))
          told.push(`${place}: ${v.slice(0, 60)}`)
        walk(v, `${place}/${name}`)
      }
  }
  walk({ paths: document.paths, components: document.components }, '')
  expect(told.filter((t) => !t.includes('/parameters/'))).toEqual([])
  const responses = JSON.stringify((document.components as Members).responses)
  expect(Object.keys(refusals).filter((code) => !responses.includes(`\`${code}\``))).toEqual([])
})

test('what a row takes is told: conditions, headers, media types', () => {
  const paths = document.paths as Record<string, Record<string, Members>>
  const names = (path: string, method: string) => ((paths[path]![method]!.parameters ?? []) as Members[]).map((p) => p.name ?? p.$ref)
  expect(names('/fhir/R4/{type}/{id}', 'put')).toEqual([
    'type',
    'id',
    'Prefer',
    'If-Match',
    'If-None-Match',
    '#/components/parameters/format',
    '#/components/parameters/pretty',
    '#/components/parameters/idempotencyKey',
  ])
  expect(names('/fhir/R4/$export', 'get')).toEqual(expect.arrayContaining(['Prefer', '_since', '_type', '_typeFilter', 'patient']))
  expect(names('/fhir/R4/{type}', 'post')).toContain('If-None-Exist')
  const content = (path: string, method: string) => Object.keys((paths[path]![method]!.requestBody as { content: Members }).content)
  expect(content('/fhir/R4/{type}', 'post')).toEqual(['application/fhir+json', 'application/fhir+xml'])
  expect(content('/fhir/R4/{type}/{id}', 'patch')).toContain('application/json-patch+json')
  expect(content('/oauth/token', 'post')).toEqual(['application/x-www-form-urlencoded'])
})
