/** `sort(key desc, ...)`: by the order of `<`, what has no key first. @spec http://hl7.org/fhirpath/#sort */
import { eachItem } from './function-row.ts'
import { type Node, type Nodes, type SystemValue, systemOf } from './node.ts'
import { order } from './operators.ts'
import { type Run, type Scope, single, spend, type Step } from './run.ts'

type Key = { step: Step; descending: boolean }
type Keyed = { node: Node; keys: (SystemValue | undefined)[] }

function compare(a: Keyed, b: Keyed, keys: readonly Key[], at: { at: number; run: Run }): number {
  spend(at.run, keys.length)
  for (const [i, { descending }] of keys.entries()) {
    const [x, y] = [a.keys[i], b.keys[i]]
    const difference =
      x === undefined || y === undefined ? Number(x !== undefined) - Number(y !== undefined) : (order(x, y, at.at, at.run) ?? 0)
    if (difference !== 0) return descending ? -difference : difference
  }
  return 0
}

/** Sorted by its keys, or by its own values where there are none; equal items keep their order. */
export function sorted(input: Nodes, given: readonly Key[], scope: Scope, at: number): Nodes {
  const keys = given.length > 0 ? given : [{ step: (self: Nodes) => self, descending: false }]
  spend(scope.run, input.length * keys.length)
  const rows: Keyed[] = []
  eachItem(input, scope, (inner, i) => {
    const values = keys.map(({ step }) => {
      const node = single(step(inner.self, inner), at)
      return node && systemOf(node)
    })
    rows.push({ node: input[i]!, keys: values })
    return true
  })
  return rows.sort((a, b) => compare(a, b, keys, { at, run: scope.run })).map((row) => row.node)
}
