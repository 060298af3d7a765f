import type { Nodes } from './node.ts'
import { type Scope, spend, type Step } from './run.ts'

/** One function: how many arguments it takes, and what it becomes. Arguments come compiled; lambdas call them item by item. */
export type FunctionRow = { least: number; most: number; make: (args: readonly Step[], at: number) => Step }
export type FunctionRows = Readonly<Record<string, FunctionRow>>

/** A function of its input alone. */
export const plain = (apply: (input: Nodes, at: number, scope: Scope) => Nodes): FunctionRow => ({
  least: 0,
  most: 0,
  make: (_args, at) => (input, scope) => {
    spend(scope.run, input.length)
    return apply(input, at, scope)
  },
})

/** A function whose arguments are evaluated once, against `$this` of where it stands. */
export const valued = (
  least: number,
  most: number,
  apply: (input: Nodes, args: readonly Nodes[], at: number, scope: Scope) => Nodes,
): FunctionRow => ({
  least,
  most,
  make: (args, at) => (input, scope) => {
    const { vars } = scope
    spend(scope.run, input.length)
    const values = args.map((arg) => {
      const found = arg(scope.self, scope)
      scope.vars = vars
      return found
    })
    return apply(input, values, at, scope)
  },
})

/** A function that runs its first argument for each item, with `$this` and `$index`; `visit` returns false to stop. */
export const eachItem = (input: Nodes, scope: Scope, visit: (inner: Scope, index: number) => boolean): void => {
  const inner: Scope = { run: scope.run, self: input, index: 0, total: scope.total, vars: scope.vars }
  for (let i = 0; i < input.length; i++) {
    inner.self = input.length === 1 ? input : [input[i]!]
    inner.index = i
    inner.vars = scope.vars
    if (!visit(inner, i)) return
  }
}
