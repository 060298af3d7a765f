/** FHIRPath: one expression, compiled once, run on many resources. Pure: no clock, no network; what it needs from outside comes as ports. */
import type { Json } from '../model.ts'
import { compileSyntax } from './compile.ts'
import { FhirPathError, placed } from './error.ts'
import { type Node, type Nodes, nodeOf, none, toJson } from './node.ts'
import { parseFhirPath, type SyntaxLimits } from './parser.ts'
import { condition, type FhirPathEnvironment, type Scope, startRun } from './run.ts'
import type { Syntax } from './syntax.ts'

export { functionNames } from './compile.ts'
export { FhirPathError, type FhirPathErrorCode, fhirPathFinding } from './error.ts'
export { type Node as FhirPathNode, type Nodes as FhirPathNodes, nodeOf as fhirPathNode, toJson as fhirPathJson } from './node.ts'
export type { FhirPathEnvironment } from './run.ts'
export type { Syntax as FhirPathSyntax } from './syntax.ts'

/** What an expression runs on: a resource as JSON, or a node that knows its type and place. */
export type Focus = Node | Json

export type FhirPath = {
  readonly expression: string
  readonly syntax: Syntax
  /** The values found, as JSON. @refuses type, unknown, costly */
  values: (focus: Focus, env?: FhirPathEnvironment) => Json[]
  /** The nodes found, with type and place. */
  nodes: (focus: Focus, env?: FhirPathEnvironment) => Nodes
  /** The expression as a condition: undefined where it is empty. */
  holds: (focus: Focus, env?: FhirPathEnvironment) => boolean | undefined
}

const isNode = (focus: Focus): focus is Node =>
  typeof focus === 'object' && focus !== null && !('resourceType' in focus) && 'parent' in focus && 'extra' in focus && 'index' in focus

function guarded<T>(expression: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof FhirPathError) throw placed(error, expression)
    // the height of trees is bounded; a resource nested deeper than the stack is not ours to follow
    if (error instanceof RangeError)
      throw placed(new FhirPathError('costly', 0, { ja: 'データの入れ子が深すぎます。', en: 'The data is nested too deeply.' }), expression)
    throw error
  }
}

/**
 * Reads an expression and compiles it to closures. Costs tens of microseconds; keep the result.
 * @refuses syntax, unknown, type, costly as a FhirPathError with line and column
 * @spec FHIRPath 2.0.0, http://hl7.org/fhirpath/N1; FHIR R4, http://hl7.org/fhir/R4/fhirpath.html
 */
export function compileFhirPath(expression: string, limits: SyntaxLimits = {}): FhirPath {
  const { syntax, step } = guarded(expression, () => {
    const tree = parseFhirPath(expression, limits)
    return { syntax: tree, step: compileSyntax(tree) }
  })
  const run = (focus: Focus, env: FhirPathEnvironment): Nodes => {
    const node = isNode(focus) ? focus : nodeOf(focus)
    const self = node.value === undefined && node.extra === undefined ? none : [node]
    const scope: Scope = { run: startRun(node, env), self, index: 0, total: none, vars: null }
    return step(self, scope)
  }
  const nodes = (focus: Focus, env: FhirPathEnvironment = {}) => guarded(expression, () => run(focus, env))
  return {
    expression,
    syntax,
    nodes,
    values: (focus, env) => {
      const out: Json[] = []
      for (const node of nodes(focus, env)) if (node.value !== undefined) out.push(toJson(node))
      return out
    },
    holds: (focus, env) => guarded(expression, () => condition(run(focus, env ?? {}), 0)),
  }
}
