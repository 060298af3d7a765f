/** From the tree to closures: each part becomes one function from a collection to a collection. */
import { boundaryFunctions } from './boundary.ts'
import { type FhirPathError, typeError, unknownError } from './error.ts'
import type { FunctionRow } from './function-row.ts'
import { collectionFunctions, indexed } from './functions-collection.ts'
import { conversionFunctions } from './functions-convert.ts'
import { fhirFunctions, resourceOf, rootResourceOf } from './functions-fhir.ts'
import { numberFunctions } from './functions-number.ts'
import { textFunctions } from './functions-text.ts'
import { integer, made, type Node, type Nodes, none, pushChildren, systemType, text, truth } from './node.ts'
import { lazyOperations, negated, operations } from './operators.ts'
import { condition, type Scope, single, spend, type Step } from './run.ts'
import { sorted } from './sort.ts'
import type { Syntax, TypeSpecifier } from './syntax.ts'
import { isFhirType, typeTest } from './types.ts'

const rows = new Map<string, FunctionRow>(
  [collectionFunctions, textFunctions, numberFunctions, conversionFunctions, boundaryFunctions, fhirFunctions].flatMap((table) =>
    Object.entries(table),
  ),
)

/** Names of every function, for editors and messages. */
export const functionNames: readonly string[] = [...rows.keys(), 'ofType', 'is', 'as', 'defineVariable', 'sort'].sort()

function childrenStep(name: string): Step {
  return (input, scope) => {
    spend(scope.run, input.length + 1)
    if (input.length === 0) return none
    const out: Node[] = []
    for (let i = 0; i < input.length; i++) pushChildren(out, input[i]!, name)
    spend(scope.run, out.length)
    return out.length === 0 ? none : out
  }
}

/** A name that stands first may be the type of the context: `Patient.name` on a Patient is its name. */
function headStep(name: string): Step {
  const children = childrenStep(name)
  if (!/^[A-Z]/.test(name)) return children
  return (input, scope) => {
    const typed = input.filter((node) => isFhirType(node.type, name))
    return typed.length > 0 ? typed : children(input, scope)
  }
}

const constants: Record<string, string> = { ucum: 'http://unitsofmeasure.org', sct: 'http://snomed.info/sct', loinc: 'http://loinc.org' }

function variable(name: string, at: number): Step {
  const fixed = Object.hasOwn(constants, name)
    ? constants[name]
    : name.startsWith('vs-')
      ? `http://hl7.org/fhir/ValueSet/${name.slice(3)}`
      : name.startsWith('ext-')
        ? `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}`
        : undefined
  if (fixed !== undefined) {
    const nodes = text(fixed)
    return () => nodes
  }
  if (name === 'context') return (_input, { run }) => [run.context]
  if (name === 'resource') return (_input, { run }) => [run.env.resource ?? resourceOf(run.context)]
  if (name === 'rootResource') return (_input, { run }) => [run.env.rootResource ?? rootResourceOf(run.env.resource ?? run.context)]
  return (_input, { run, vars }) => {
    const given = run.env.variables
    const found = vars?.get(name) ?? (given && Object.hasOwn(given, name) ? given[name] : undefined)
    if (!found) throw unknownError(at, `変数%${name}は定義されていません。`, `The variable %${name} is not defined.`)
    return found
  }
}

/** The type an argument names: `Quantity` or `FHIR.Quantity`. */
function typeArgument(args: readonly Syntax[], at: number): TypeSpecifier {
  const [arg] = args
  if (args.length === 1 && arg?.kind === 'member') {
    if (!arg.source) return { name: arg.name, at: arg.at }
    if (arg.source.kind === 'member' && !arg.source.source) return { namespace: arg.source.name, name: arg.name, at: arg.at }
  }
  throw typeError(at, 'ここには型の名前が1つ必要です。', 'One type name is needed here.')
}

function typeStep(operator: string, source: Step, type: TypeSpecifier): Step {
  const isType = typeTest(type)
  if (operator !== 'is') {
    return (input, scope) => {
      const found = source(input, scope)
      spend(scope.run, found.length + 1)
      return found.filter(isType)
    }
  }
  return (input, scope) => {
    const node = single(source(input, scope), type.at)
    return node === undefined ? none : truth(isType(node))
  }
}

/** Names what the chain up to here gives (or its second argument), for everything after it in the chain. */
function defineStep(source: Step, tree: Extract<Syntax, { kind: 'call' }>): Step {
  const [nameStep, valueStep] = tree.args.map(compileSyntax)
  if (!nameStep || tree.args.length > 2) throw argumentError('defineVariable', tree.at)
  return (input, scope) => {
    const found = source(input, scope)
    const name = single(nameStep(scope.self, scope), tree.at)?.value
    const value = valueStep ? valueStep(found, { ...scope, self: found }) : found
    if (typeof name !== 'string' || scope.vars?.has(name) || ['context', 'resource', 'rootResource'].includes(name))
      throw typeError(tree.at, '変数の名前が正しくないか、すでに使われています。', 'The variable name is missing or already taken.')
    spend(scope.run, (scope.vars?.size ?? 0) + 1)
    scope.vars = new Map([...(scope.vars ?? []), [name, value]])
    return found
  }
}

const argumentError = (name: string, at: number): FhirPathError =>
  typeError(at, `${name}()の引数の数が違います。`, `${name}() takes another number of arguments.`)

/** What a name or call without anything before it works on. */
const context: Step = (input) => input

function callStep(tree: Extract<Syntax, { kind: 'call' }>): Step {
  const source = tree.source ? compileSyntax(tree.source) : context
  const { name, args, at } = tree
  if (name === 'ofType' || name === 'is' || name === 'as') return typeStep(name, source, typeArgument(args, at))
  if (name === 'defineVariable') return defineStep(source, tree)
  if (name === 'sort') {
    const keys = args.map((arg, i) => ({ step: compileSyntax(arg), descending: tree.descending?.[i] ?? false }))
    return (input, scope) => sorted(source(input, scope), keys, scope, at)
  }
  const row = rows.get(name)
  if (!row) throw unknownError(at, `${name}()という関数はありません。`, `There is no function ${name}().`)
  if (args.length < row.least || args.length > row.most) throw argumentError(name, at)
  // getReferenceKey(Patient) names a type as if it were a path
  const steps = name === 'getReferenceKey' ? args.map((arg) => literalTypeName(arg)) : args.map(compileSyntax)
  const apply = row.make(steps, at)
  return (input, scope) => {
    spend(scope.run, 1)
    return apply(source(input, scope), scope)
  }
}

function literalTypeName(arg: Syntax): Step {
  if (arg.kind !== 'member') return compileSyntax(arg)
  const nodes = text(arg.name)
  return () => nodes
}

function binaryStep({ operator, left, right, at }: Extract<Syntax, { kind: 'binary' }>): Step {
  const [a, b] = [compileSyntax(left), compileSyntax(right)]
  // what one side names with defineVariable is not known to the other
  const sides = (input: Nodes, scope: Scope, step: Step, vars: Scope['vars']) => {
    const found = step(input, scope)
    scope.vars = vars
    return found
  }
  if (operator === 'and' || operator === 'or' || operator === 'implies') {
    const { settledBy, result, join } = lazyOperations[operator]
    return (input, scope) => {
      const { vars, run } = scope
      spend(run, 1)
      const first = condition(sides(input, scope, a, vars), at)
      if (first === settledBy) return truth(result)
      return truth(join(first, condition(sides(input, scope, b, vars), at)))
    }
  }
  const apply = operations[operator]
  return (input, scope) => {
    const { vars } = scope
    spend(scope.run, 1)
    const first = sides(input, scope, a, vars)
    return apply(first, sides(input, scope, b, vars), at, scope.run)
  }
}

const specials: Record<'$this' | '$index' | '$total', Step> = {
  $this: (_input, scope) => scope.self,
  $index: (_input, scope) => integer(scope.index),
  $total: (_input, scope) => scope.total,
}

/** The closure of a tree. @refuses unknown, type */
export function compileSyntax(tree: Syntax): Step {
  switch (tree.kind) {
    case 'empty':
      return () => none
    case 'literal': {
      const nodes = [made(tree.value, systemType(tree.value))]
      return () => nodes
    }
    case 'variable':
      return variable(tree.name, tree.at)
    case 'special':
      return specials[tree.name]
    case 'member': {
      if (!tree.source) return headStep(tree.name)
      const [source, children] = [compileSyntax(tree.source), childrenStep(tree.name)]
      return (input, scope) => children(source(input, scope), scope)
    }
    case 'call':
      return callStep(tree)
    case 'index': {
      const [source, index] = [compileSyntax(tree.source), compileSyntax(tree.index)]
      return (input, scope) => indexed(source(input, scope), index, scope, tree.at)
    }
    case 'polarity': {
      const operand = compileSyntax(tree.operand)
      return tree.sign === '-' ? (input, scope) => negated(operand(input, scope), tree.at) : operand
    }
    case 'binary':
      return binaryStep(tree)
    case 'type':
      return typeStep(tree.operator, compileSyntax(tree.operand), tree.type)
  }
}
