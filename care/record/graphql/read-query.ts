import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { invalid, type Variables, variablesOf } from './variables.ts'

/** A query that may run: its one operation, its fragments, its variables with their defaults. */
export type Ready = { operation: OperationDefinitionNode; fragments: ReadonlyMap<string, FragmentDefinitionNode>; variables: Variables }

const MAX_TEXT = 50_000
const MAX_TOKENS = 5_000
const MAX_DEPTH = 20

/** Reads a query and holds it to its bounds before anything is looked up. @refuses input-invalid */
export function readQuery(about: { query: unknown; operationName?: unknown; variables?: unknown }): Ready {
  if (typeof about.query !== 'string' || about.query.length > MAX_TEXT) return invalid('query')
  const document = parsed(about.query)
  const operations = document.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION)
  const chosen =
    operations.length === 1 && !about.operationName ? operations[0] : operations.find((o) => o.name?.value === about.operationName)
  const operation = chosen ?? invalid('operationName')
  if (operation.operation !== 'query') invalid(`${operation.operation}: only queries are answered`)
  const fragments = new Map(document.definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [])))
  requireShallow(operation.selectionSet, fragments)
  const sent = typeof about.variables === 'object' && about.variables !== null ? (about.variables as Record<string, unknown>) : {}
  return { operation, fragments, variables: variablesOf(operation, sent) }
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: MAX_TOKENS, noLocation: true })
  } catch (error) {
    return invalid(error instanceof GraphQLError ? error.message : 'query')
  }
}

/** Selections nest so deep and no deeper, and fragments do not hold themselves. Each fragment is measured once, however often it is used. */
function requireShallow(set: SelectionSetNode, fragments: Ready['fragments']): void {
  const measured = new Map<string, number>()
  const open = new Set<string>()
  const ofFragment = (name: string): number => {
    const known = measured.get(name)
    if (known !== undefined) return known
    if (open.has(name)) invalid(`fragment ${name} holds itself`)
    open.add(name)
    const depth = depthOf((fragments.get(name) ?? invalid(`fragment ${name}`)).selectionSet)
    measured.set(name, depth)
    return depth
  }
  const depthOf = (of: SelectionSetNode): number =>
    Math.max(
      0,
      ...of.selections.map((s) =>
        s.kind === Kind.FRAGMENT_SPREAD ? ofFragment(s.name.value) : s.selectionSet ? 1 + depthOf(s.selectionSet) : 1,
      ),
    )
  if (depthOf(set) > MAX_DEPTH) invalid(`more than ${MAX_DEPTH} levels`)
}
