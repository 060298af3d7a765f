/** The views of SQL on FHIR, run by our FHIRPath: the suite's own tables of expected rows. @spec https://sql-on-fhir.org/ig/latest */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import { jsonOf } from '../decimals.ts'
import type { JsonObject, Resource } from '../model.ts'
import { isPrimitive } from '../shapes.ts'
import { compileFhirPath, type FhirPathEnvironment, type FhirPathNode, fhirPathJson, fhirPathNode } from './index.ts'

type Select = {
  column?: { path: string; name: string; collection?: boolean; type?: string }[]
  select?: Select[]
  unionAll?: Select[]
  forEach?: string
  forEachOrNull?: string
}
type View = Select & { resource: string; where?: { path: string }[]; constant?: ({ name: string } & JsonObject)[] }
type Suite = { resources: Resource[]; tests: { title: string; view: View; expect?: JsonObject[]; expectError?: boolean }[] }
type Row = JsonObject

const folder = shared('data/sql-on-fhir/tests')
/** Of the view, not of FHIRPath: repeat and row numbers are the view runner's. */
const ofTheRunner = new Set(['repeat.json', 'row_index.json', 'validate.json', 'view_resource.json'])
const formOfTheView = new Set(['incorrect constant definition', 'column mismatch', 'column order mismatch'])

function columnsOf(select: Select, node: FhirPathNode | null, env: FhirPathEnvironment): Row {
  return Object.fromEntries(
    (select.column ?? []).map(({ path, name, collection }) => {
      const values = node ? compileFhirPath(path).nodes(node, env).map(fhirPathJson) : []
      if (collection) return [name, values]
      if (values.length > 1) throw new Error(`${path} has several values`)
      return [name, values[0] ?? null]
    }),
  )
}

const product = (left: Row[], right: Row[]): Row[] => left.flatMap((a) => right.map((b) => ({ ...a, ...b })))

function rowsOf(select: Select, node: FhirPathNode | null, env: FhirPathEnvironment): Row[] {
  const path = select.forEach ?? select.forEachOrNull
  const found = path === undefined ? [node] : node ? compileFhirPath(path).nodes(node, env) : []
  const nodes = found.length === 0 && select.forEachOrNull !== undefined ? [null] : found
  return nodes.flatMap((one) => {
    let rows = [columnsOf(select, one, env)]
    for (const inner of select.select ?? []) rows = product(rows, rowsOf(inner, one, env))
    return select.unionAll
      ? product(
          rows,
          select.unionAll.flatMap((inner) => rowsOf(inner, one, env)),
        )
      : rows
  })
}

function constantOf(value: JsonObject): FhirPathNode {
  const [[name = '', json = null] = []] = Object.entries(value)
  const type = name.slice('value'.length)
  const primitive = type.charAt(0).toLowerCase() + type.slice(1)
  return fhirPathNode(json, isPrimitive(primitive) ? primitive : type)
}

function run(view: View, resources: Resource[]): Row[] {
  const variables = Object.fromEntries((view.constant ?? []).map(({ name, ...value }) => [name, [constantOf(value)]]))
  const env = { variables, inView: true }
  return resources
    .filter((resource) => resource.resourceType === view.resource)
    .filter((resource) =>
      (view.where ?? []).every(({ path }) => {
        const [found] = compileFhirPath(path).values(resource, env)
        if (found !== undefined && typeof found !== 'boolean') throw new Error(`${path} is no condition`)
        return found === true
      }),
    )
    .flatMap((resource) => rowsOf(view, fhirPathNode(resource), env))
}

const sorted = (rows: Row[]) =>
  rows.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))).sort()

if (!folder) {
  console.warn('SQL on FHIR tests are not here (ENISHI_SHARED): views are not compared')
  test.skip('views: no shared data', () => {})
} else {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json') && !ofTheRunner.has(name))) {
    const suite = jsonOf(readFileSync(join(folder, file), 'utf8')) as unknown as Suite
    for (const { title, view, expect: expected, expectError } of suite.tests.filter((one) => !formOfTheView.has(one.title))) {
      test(`${file} ${title}`, () => {
        if (expectError) expect(() => run(view, suite.resources)).toThrow()
        else if (expected) expect(sorted(run(view, suite.resources))).toEqual(sorted(expected))
      })
    }
  }
}
