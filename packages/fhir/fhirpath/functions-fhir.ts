/** What FHIR adds to FHIRPath. @spec http://hl7.org/fhir/R4/fhirpath.html#functions */
import { narrativeProblem } from '../narrative.ts'
import { parseReference } from '../references.ts'
import { isResourceType } from '../shapes.ts'
import type { JsonObject } from '../model.ts'
import { unknownError } from './error.ts'
import { type FunctionRows, plain, valued } from './function-row.ts'
import { isObject, isSystem, made, type Node, type Nodes, none, nodeOf, pushChildren, systemOf, text, truth } from './node.ts'
import { systemNodes } from './operators.ts'
import { type Run, type Scope, single, spend, textOf } from './run.ts'
import { parseTemporal, type Temporal } from './temporal.ts'
import { typeInfo } from './types.ts'

export const childrenNamed = (node: Node, name: string): Node[] => {
  const out: Node[] = []
  pushChildren(out, node, name)
  return out
}

const isResource = (node: Node) => isResourceType(node.type)

/** The resource an element stands in; itself where it is one. */
export function resourceOf(node: Node): Node {
  let at = node
  while (!isResource(at) && at.parent) at = at.parent
  return at
}

/** The resource that contains this one, or itself. A Bundle contains nothing in this sense. */
export function rootResourceOf(node: Node): Node {
  const resource = resourceOf(node)
  return resource.name === 'contained' && resource.parent ? resource.parent : resource
}

/** Entries of a bundle by fullUrl and by `Type/id`, made once per evaluation. */
const entriesOf = new WeakMap<Run, Map<unknown, Map<string, Node>>>()

function bundleIndex(bundle: Node, run: Run): Map<string, Node> {
  const known = entriesOf.get(run) ?? new Map<unknown, Map<string, Node>>()
  entriesOf.set(run, known)
  const found = known.get(bundle.value)
  if (found) return found
  const index = new Map<string, Node>()
  for (const entry of childrenNamed(bundle, 'entry')) {
    spend(run, 1)
    const value = entry.value as JsonObject
    const resource = childrenNamed(entry, 'resource')[0]
    if (!resource) continue
    const id = (resource.value as JsonObject).id
    if (typeof value.fullUrl === 'string' && !index.has(value.fullUrl)) index.set(value.fullUrl, resource)
    if (typeof id === 'string' && !index.has(`${resource.type}/${id}`)) index.set(`${resource.type}/${id}`, resource)
  }
  known.set(bundle.value, index)
  return index
}

/** A relative reference in an entry with an absolute fullUrl goes by the same base. */
function inBundle(reference: string, from: Node, run: Run): Node | undefined {
  for (let at: Node | undefined = from; at; at = at.parent) {
    if (at.type !== 'Bundle') continue
    const index = bundleIndex(at, run)
    const found = index.get(reference) ?? index.get(reference.replace(/\/_history\/[A-Za-z0-9\-.]{1,64}$/, ''))
    if (found) return found
  }
  return undefined
}

function referenceText(node: Node): string | undefined {
  if (typeof node.value === 'string') return node.value
  return isObject(node.value) && !isSystem(node) && typeof node.value.reference === 'string' ? node.value.reference : undefined
}

function resolved(node: Node, { run }: Scope): Node | undefined {
  const reference = referenceText(node)
  if (reference === undefined) return undefined
  if (reference.startsWith('#')) {
    const root = rootResourceOf(node.parent ? node : run.context)
    if (reference === '#') return root
    const contained = childrenNamed(root, 'contained')
    spend(run, contained.length)
    return contained.find((one) => (one.value as JsonObject).id === reference.slice(1))
  }
  const found = inBundle(reference, node.parent ? node : run.context, run)
  if (found) return found
  const fetched = run.env.resolve?.(reference, node)
  return fetched ? nodeOf(fetched) : undefined
}

function withUrl(input: Nodes, url: string, run: Run): Nodes {
  const out: Node[] = []
  for (const node of input) {
    const found = childrenNamed(node, 'extension')
    spend(run, found.length + 1)
    for (const one of found) if (isObject(one.value) && one.value.url === url) out.push(one)
  }
  return out
}

/** Asks a port. @refuses unknown where nobody bound it, because silence would let a rule pass unchecked */
function asked(answer: ((node: Node, about: string) => boolean | undefined) | undefined, name: string) {
  return (input: Nodes, about: Nodes, at: number): Nodes => {
    const [node, url] = [single(input, at), textOf(about, at)]
    if (node === undefined || url === undefined) return none
    if (!answer) throw unknownError(at, `ここでは${name}()を使えません。`, `${name}() is not available here.`)
    return truth(answer(node, url))
  }
}

function htmlChecks(input: Nodes, at: number): Nodes {
  const node = single(input, at)
  if (node === undefined) return none
  const div =
    typeof node.value === 'string' ? node.value : isObject(node.value) && typeof node.value.div === 'string' ? node.value.div : undefined
  return truth(div === undefined ? undefined : narrativeProblem(div) === null)
}

function subsumption(input: Nodes, other: Nodes, places: { at: number; scope: Scope; up: boolean }): Nodes {
  const [a, b] = [single(input, places.at), single(other, places.at)]
  const { subsumes } = places.scope.run.env
  if (a === undefined || b === undefined) return none
  if (!subsumes) throw unknownError(places.at, 'ここでは用語の上下関係を調べられません。', 'Subsumption is not available here.')
  return truth(places.up ? subsumes(a, b) : subsumes(b, a))
}

function clock(scope: Scope, shape: (now: Temporal) => Temporal): Nodes {
  const { now } = scope.run.env
  const moment = now === undefined ? null : parseTemporal(now)
  return moment ? systemNodes(shape(moment)) : none
}

/** `Type/id` of a resource or of a reference to one of the wanted type: what joins views. @spec https://sql-on-fhir.org */
function referenceKey(node: Node, wanted: string | undefined): Nodes {
  const target = parseReference(referenceText(node) ?? '')
  return target?.id === undefined || (wanted !== undefined && target.type !== wanted) ? none : text(`${target.type}/${target.id}`)
}

export const fhirFunctions: FunctionRows = {
  extension: valued(1, 1, (input, [url], at, { run }) => {
    const wanted = textOf(url!, at)
    return wanted === undefined ? none : withUrl(input, wanted, run)
  }),
  hasValue: plain((input) =>
    truth(input.length === 1 && input[0]!.value !== undefined && systemOf(input[0]!) !== undefined && typeof input[0]!.value !== 'object'),
  ),
  getValue: plain((input) => {
    const value = input.length === 1 && typeof input[0]!.value !== 'object' ? systemOf(input[0]!) : undefined
    return value === undefined ? none : systemNodes(value)
  }),
  resolve: plain((input, _at, scope) => {
    spend(scope.run, input.length)
    return input.flatMap((node) => resolved(node, scope) ?? [])
  }),
  memberOf: valued(1, 1, (input, [set], at, { run }) => asked(run.env.memberOf, 'memberOf')(input, set!, at)),
  conformsTo: valued(1, 1, (input, [profile], at, { run }) => {
    const [node, url] = [single(input, at), textOf(profile!, at)]
    // a core definition is the type itself
    const core = url?.startsWith('http://hl7.org/fhir/StructureDefinition/') ? url.slice(40) : undefined
    if (node && core !== undefined && isResourceType(core) && !run.env.conformsTo) return truth(node.type === core)
    return asked(run.env.conformsTo, 'conformsTo')(input, profile!, at)
  }),
  subsumes: valued(1, 1, (input, [other], at, scope) => subsumption(input, other!, { at, scope, up: true })),
  subsumedBy: valued(1, 1, (input, [other], at, scope) => subsumption(input, other!, { at, scope, up: false })),
  htmlChecks: plain(htmlChecks),
  htmlChecks2: plain(htmlChecks),
  type: plain((input) => input.map((node) => ({ ...made('', ''), value: typeInfo(node), type: '' }))),
  now: plain((_input, _at, scope) => clock(scope, (now) => now)),
  today: plain((_input, _at, scope) =>
    clock(scope, (now) => ({ ...now, kind: 'date', precision: 3, nanos: 0, fractionDigits: 0, offset: null })),
  ),
  timeOfDay: plain((_input, _at, scope) =>
    clock(scope, (now) => ({ ...now, kind: 'time', fields: [1, 1, 1, now.fields[3], now.fields[4], now.fields[5]], offset: null })),
  ),
  getResourceKey: plain((input) =>
    input.flatMap((node) => (isObject(node.value) && typeof node.value.id === 'string' ? text(`${node.type}/${node.value.id}`) : [])),
  ),
  getReferenceKey: valued(0, 1, (input, [wanted], at) => input.flatMap((node) => referenceKey(node, wanted && textOf(wanted, at)))),
  /** A path of this server knows every R4 modifier extension by name only; the caller checks them. */
  checkModifiers: valued(0, 20, (input) => input),
}
