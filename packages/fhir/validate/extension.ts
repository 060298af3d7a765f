/** Extensions: is the definition known, may it stand here, is its value what it says. @spec http://hl7.org/fhir/R4/extensibility.html */
import type { StructureDefinition } from '../definition/model.ts'
import { compileFhirPath, type FhirPath, FhirPathError, type FhirPathNode } from '../fhirpath/index.ts'
import type { JsonObject } from '../model.ts'
import { elementsOf, isA, shapeName } from '../shapes.ts'
import { nodeHere, report, reportOnce, type Walk } from './walk.ts'

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

/** Name of the element at a level of the walk, without its index. */
function nameAt(walk: Walk, level: number): string {
  const at = walk.lengths[level]! - 1
  const step = walk.path[at]
  return String(typeof step === 'number' ? walk.path[at - 1] : step)
}

/** Types an element may have by the definition of its parent: a primitive's own name for `_birthDate`. */
function typesIn(parent: string, name: string): readonly string[] {
  const elements = elementsOf(parent)
  return (elements.get(name) ?? elements.get(`${name}[x]`))?.types ?? []
}

/** Names by which a context may mean the element that carries the extension: its types and every path that leads to it. */
function namesOf(walk: Walk, level: number): Set<string> {
  const shape = walk.shapes[level]!
  const names = new Set([shape])
  const parent = level > 0 ? walk.shapes[level - 1]! : ''
  if (shape === 'Element') for (const type of typesIn(parent, nameAt(walk, level))) names.add(shapeName(type))
  let tail = ''
  for (let at = level; at > 0; at--) {
    const name = nameAt(walk, at)
    const above = walk.shapes[at - 1]!
    tail = `.${elementsOf(above).has(`${name}[x]`) ? `${name}[x]` : name}${tail}`
    names.add(above + tail)
    if (typeof walk.objects[at - 1]!.resourceType === 'string') break
  }
  return names
}

const matches = (names: ReadonlySet<string>, expression: string): boolean => {
  if (expression === 'Element' || expression === 'Any' || expression === '*') return true
  const plain = expression.includes('#') ? expression.slice(expression.indexOf('#') + 1) : expression
  if (names.has(plain) || names.has(plain.replace('[x]', ''))) return true
  for (const name of names) if (!name.includes('.') && isA(name, plain)) return true
  return false
}

/** Steps an expression of a definition may take on one resource; far more than any sensible place needs. */
const maxSteps = 100_000

const compiled = new Map<string, FhirPath | FhirPathError>()

function compile(expression: string): FhirPath {
  let found = compiled.get(expression)
  if (found === undefined) {
    try {
      found = compileFhirPath(expression)
    } catch (error) {
      if (!(error instanceof FhirPathError)) throw error
      found = error
    }
    if (compiled.size < 2000) compiled.set(expression, found)
  }
  if (found instanceof FhirPathError) throw found
  return found
}

/** Runs what a definition says in FHIRPath; a failure counts as not checked. */
function asked(walk: Walk, url: string, ask: () => boolean): boolean {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error
    reportOnce(walk, 'structure/invariant-not-checked', [url, error.code])
    return true
  }
}

const core = 'http://hl7.org/fhir/StructureDefinition/'

/** Places that R4 itself uses and its extensions forgot to name. */
const alsoOn: ReadonlyMap<string, readonly string[]> = new Map([
  [`${core}structuredefinition-fhir-type`, ['ElementDefinition.type']],
  [`${core}regex`, ['ElementDefinition.type']],
  [`${core}structuredefinition-normative-version`, ['DomainResource', 'Element']],
  [`${core}valueset-concept-comments`, ['CodeSystem.concept']],
])

type Host = { node: FhirPathNode; names: ReadonlySet<string>; value: JsonObject }

function mayStand(walk: Walk, host: Host, { url, contexts = [] }: StructureDefinition): boolean {
  if (alsoOn.get(url)?.some((expression) => matches(host.names, expression))) return true
  return contexts.some(({ type, expression }) => {
    if (type === 'element') return matches(host.names, expression)
    if (type === 'extension') return host.value.url === expression
    return asked(walk, url, () => {
      let root = host.node
      while (root.parent) root = root.parent
      return compile(expression)
        .nodes(root, { ...walk.env, maxSteps })
        .some((node) => node.value === host.value)
    })
  })
}

function checkPlace(walk: Walk, definition: StructureDefinition): void {
  const level = walk.depth - 2
  const parent = nodeHere(walk).parent
  if (level < 0 || !parent) return
  const host: Host = { node: parent, names: namesOf(walk, level), value: walk.objects[level]! }
  const { url, contexts = [], contextInvariants = [] } = definition
  if (contexts.length > 0 && !mayStand(walk, host, definition))
    report(walk, 'extension/context', [url, contexts.map(({ expression }) => expression).join(', ')])
  for (const expression of contextInvariants)
    if (!asked(walk, url, () => compile(expression).holds(parent, { ...walk.env, maxSteps }) !== false))
      report(walk, 'extension/context-invariant', [url, expression])
}

function checkModifier(walk: Walk, definition: StructureDefinition, modifier: boolean): void {
  const says = definition.elements[0]?.isModifier === true
  if (modifier && !says) report(walk, 'extension/not-a-modifier', [definition.url])
  if (!modifier && says) report(walk, 'extension/must-be-modifier', [definition.url])
}

/** Checks the extension at hand against its definition. The parts of a complex extension are checked with it. */
export function checkExtension(walk: Walk, value: JsonObject): void {
  const { url } = value
  const { definitions, profiles } = walk.knowledge
  if (typeof url !== 'string' || url === '' || definitions === null) return
  if (!absolute.test(url)) {
    if (walk.shapes[walk.depth - 2] !== 'Extension') report(walk, 'extension/url-form', [url.slice(0, 120)])
    return
  }
  const modifier = nameAt(walk, walk.depth - 1) === 'modifierExtension'
  const definition = definitions.structure(url)
  if (definition === undefined) {
    const problem = definitions.problem(url)
    if (problem) reportOnce(walk, 'extension/broken', [url, problem.en])
    else if (modifier) report(walk, 'extension/unknown-modifier', [url.slice(0, 200)])
    else reportOnce(walk, 'extension/unknown', [url.slice(0, 200)])
    return
  }
  if (definition.type !== 'Extension') {
    report(walk, 'extension/not-an-extension', [url])
    return
  }
  checkModifier(walk, definition, modifier)
  checkPlace(walk, definition)
  profiles?.checkProfile(walk, value, url)
}
