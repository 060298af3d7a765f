/** The variables of a query, and what written values say. @spec GraphQL October 2021, sections 3.5, 3.11 and 6.1.2 */
import { Kind, type OperationDefinitionNode, type TypeNode, type ValueNode } from 'graphql'
import { refuse } from '#kernel/refusal'

export type Variables = Readonly<Record<string, unknown>>

export const invalid = (what: string): never => refuse('input-invalid', { what: `GraphQL: ${what.slice(0, 200)}` })

/** What a written value says, variables put in. @refuses input-invalid for a variable that is not declared, and for an object */
export function plainValue(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.VARIABLE: {
      const { value: name } = node.name
      // Passed over, it would choose more than was asked for.
      return Object.hasOwn(variables, name) ? variables[name] : invalid(`variable $${name}`)
    }
    case Kind.LIST:
      return node.values.map((one) => plainValue(one, variables))
    case Kind.NULL:
      return null
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.OBJECT:
      return invalid('{…}')
    default:
      return node.value
  }
}

/** What was sent, else the usual value; both are held to the declared type. @refuses input-invalid */
export function variablesOf(operation: OperationDefinitionNode, sent: Variables): Variables {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).map((v) => {
      const name = v.variable.name.value
      const value = Object.hasOwn(sent, name) ? sent[name] : v.defaultValue && plainValue(v.defaultValue, {})
      return [name, coerced(v.type, value, name)]
    }),
  )
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number'

const holds: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['Int', (value) => Number.isInteger(value) && (Number(value) | 0) === value],
  ['Float', isNumber],
  ['String', isText],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['ID', (value) => isText(value) || Number.isInteger(value)],
])

/** Types of FHIR (`code`, `token`) are some text, number or truth value; what they are used for judges the rest. */
const isPlain = (value: unknown): boolean => isText(value) || isNumber(value) || typeof value === 'boolean'

function coerced(type: TypeNode, value: unknown, name: string): unknown {
  if (type.kind === Kind.NON_NULL_TYPE) return coerced(type.type, value ?? invalid(`variable $${name}`), name)
  if (value === undefined || value === null) return value
  // One value stands for a list of one.
  if (type.kind === Kind.LIST_TYPE) return (Array.isArray(value) ? value : [value]).map((one) => coerced(type.type, one, name))
  const { value: wanted } = type.name
  if (!(holds.get(wanted) ?? isPlain)(value)) invalid(`variable $${name}: ${wanted}`)
  return wanted === 'ID' ? String(value) : value
}
