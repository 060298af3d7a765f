/** Existence, filtering, subsetting and combining. @spec http://hl7.org/fhirpath/N1/#functions */
import { distinct, firstOfEquals, membership } from './equality.ts'
import { typeError } from './error.ts'
import { eachItem, type FunctionRow, type FunctionRows, plain, valued } from './function-row.ts'
import { allChildren, integer, type Node, type Nodes, no, none, systemOf, truth, yes } from './node.ts'
import { order, union } from './operators.ts'
import { condition, integerOf, type Scope, single, spend, type Step } from './run.ts'

const where: FunctionRow = {
  least: 1,
  most: 1,
  make:
    ([criteria], at) =>
    (input, scope) => {
      if (input.length === 0) return none
      spend(scope.run, input.length)
      const kept: Node[] = []
      eachItem(input, scope, (inner, i) => {
        if (condition(criteria!(inner.self, inner), at) === true) kept.push(input[i]!)
        return true
      })
      return kept
    },
}

const select: FunctionRow = {
  least: 1,
  most: 1,
  make:
    ([projection]) =>
    (input, scope) => {
      spend(scope.run, input.length)
      const out: Node[] = []
      eachItem(input, scope, (inner) => {
        const found = projection!(inner.self, inner)
        spend(scope.run, found.length)
        for (const node of found) out.push(node)
        return true
      })
      return out
    },
}

const exists: FunctionRow = {
  least: 0,
  most: 1,
  make:
    ([criteria], at) =>
    (input, scope) => {
      if (!criteria) return input.length > 0 ? yes : no
      spend(scope.run, input.length)
      let found = false
      eachItem(input, scope, (inner) => {
        found = condition(criteria(inner.self, inner), at) === true
        return !found
      })
      return truth(found)
    },
}

const all: FunctionRow = {
  least: 1,
  most: 1,
  make:
    ([criteria], at) =>
    (input, scope) => {
      spend(scope.run, input.length)
      let holds = true
      eachItem(input, scope, (inner) => {
        holds = condition(criteria!(inner.self, inner), at) === true
        return holds
      })
      return truth(holds)
    },
}

/** Everything reached by applying the projection again and again; what was met before is not followed again, so it ends. */
const repeat: FunctionRow = {
  least: 1,
  most: 1,
  make:
    ([projection]) =>
    (input, scope) => {
      const found: Node[] = []
      const isNew = firstOfEquals(scope.run)
      for (let fresh: Nodes = input; fresh.length > 0; ) {
        const next: Node[] = []
        eachItem(fresh, scope, (inner) => {
          for (const node of projection!(inner.self, inner)) if (isNew(node)) next.push(node)
          return true
        })
        spend(scope.run, fresh.length)
        for (const node of next) found.push(node)
        fresh = next
      }
      return found
    },
}

/** Like repeat, but what is met again is given again; only the budget of steps ends a circle. */
const repeatAll: FunctionRow = {
  least: 1,
  most: 1,
  make:
    ([projection]) =>
    (input, scope) => {
      const found: Node[] = []
      for (let fresh = select.make([projection!], 0)(input, scope); fresh.length > 0; fresh = select.make([projection!], 0)(fresh, scope)) {
        spend(scope.run, fresh.length)
        for (const node of fresh) found.push(node)
      }
      return found
    },
}

/** The first argument that is not empty; later ones are not evaluated. */
const coalesce: FunctionRow = {
  least: 1,
  most: 50,
  make: (args) => (input, scope) => {
    const inner: Scope = { ...scope, self: input }
    for (const arg of args) {
      const found = arg(input, inner)
      if (found.length > 0) return found
    }
    return none
  },
}

const aggregate: FunctionRow = {
  least: 1,
  most: 2,
  make:
    ([aggregator, start]) =>
    (input, scope) => {
      const inner: Scope = { run: scope.run, self: input, index: 0, total: start ? start(scope.self, scope) : none, vars: scope.vars }
      for (let i = 0; i < input.length; i++) {
        spend(scope.run, inner.total.length + 1)
        inner.self = [input[i]!]
        inner.index = i
        inner.total = aggregator!(inner.self, inner)
      }
      return inner.total
    },
}

const iif: FunctionRow = {
  least: 2,
  most: 3,
  make:
    ([criterion, then, otherwise], at) =>
    (input, scope) => {
      single(input, at)
      const inner: Scope = { ...scope, self: input }
      const branch = condition(criterion!(input, inner), at) === true ? then : otherwise
      return branch ? branch(input, { ...scope, self: input }) : none
    },
}

/** All items must be Booleans. */
const booleans = (wanted: boolean, every: boolean) =>
  plain((input, at) => {
    const test = (node: Node) => {
      const value = systemOf(node)
      if (value !== undefined && typeof value !== 'boolean')
        throw typeError(at, 'すべての値が真偽値でなければなりません。', 'Every item must be a Boolean.')
      return value === wanted
    }
    return truth(every ? input.every(test) : input.some(test))
  })

const subset = (small: Nodes, large: Nodes, scope: Scope) => {
  const isIn = membership(large, scope.run)
  return truth(small.every(isIn))
}

const filtered = (keep: boolean) =>
  valued(1, 1, (input, [other], _at, scope) => {
    const isIn = membership(other!, scope.run)
    const kept = input.filter((node) => isIn(node) === keep)
    return keep ? distinct(kept, scope.run) : kept
  })

function descendants(input: Nodes, scope: Scope): Nodes {
  const out: Node[] = []
  let level: Nodes = input
  while (level.length > 0) {
    const next: Node[] = []
    for (const node of level) {
      const found = allChildren(node)
      spend(scope.run, found.length + 1)
      for (const child of found) next.push(child)
    }
    for (const node of next) out.push(node)
    level = next
  }
  return out
}

/** Least or greatest by the order of `<`. */
const extreme = (sign: 1 | -1) =>
  plain((input, at, scope) => {
    let best: Node | undefined
    for (const node of input) {
      const [a, b] = [systemOf(node), best && systemOf(best)]
      if (a === undefined) return none
      const difference = b === undefined ? -sign : order(a, b, at, scope.run)
      if (difference === undefined) return none
      if (difference * sign < 0) best = node
    }
    return best ? [best] : none
  })

const children = plain((input, _at, { run }) => {
  const out: Node[] = []
  for (const node of input) for (const child of allChildren(node)) out.push(child)
  spend(run, out.length + input.length)
  return out
})

export const indexed = (input: Nodes, index: Step, scope: Scope, at: number): Nodes => {
  const place = integerOf(index(scope.self, scope), at)
  const node = place === undefined ? undefined : input[place]
  return node ? [node] : none
}

const skip = (input: Nodes, count: number): Nodes => (count <= 0 ? input : input.slice(count))

export const collectionFunctions: FunctionRows = {
  where,
  select,
  exists,
  all,
  repeat,
  repeatAll,
  coalesce,
  aggregate,
  iif,
  empty: plain((input) => truth(input.length === 0)),
  not: plain((input, at) => {
    const value = condition(input, at)
    return truth(value === undefined ? undefined : !value)
  }),
  count: plain((input) => integer(input.length)),
  allTrue: booleans(true, true),
  allFalse: booleans(false, true),
  anyTrue: booleans(true, false),
  anyFalse: booleans(false, false),
  subsetOf: valued(1, 1, (input, [other], _at, scope) => subset(input, other!, scope)),
  supersetOf: valued(1, 1, (input, [other], _at, scope) => subset(other!, input, scope)),
  distinct: plain((input, _at, { run }) => distinct(input, run)),
  isDistinct: plain((input, _at, { run }) => truth(distinct(input, run).length === input.length)),
  single: plain((input, at) => {
    const node = single(input, at)
    return node ? [node] : none
  }),
  first: plain((input) => (input.length > 1 ? [input[0]!] : input)),
  last: plain((input) => input.slice(-1)),
  tail: plain((input) => input.slice(1)),
  skip: valued(1, 1, (input, [count], at) => skip(input, integerOf(count!, at) ?? 0)),
  take: valued(1, 1, (input, [count], at) => input.slice(0, Math.max(integerOf(count!, at) ?? 0, 0))),
  intersect: filtered(true),
  exclude: filtered(false),
  union: valued(1, 1, (input, [other], _at, { run }) => union(input, other!, run)),
  combine: valued(1, 1, (input, [other], _at, { run }) => {
    spend(run, input.length + other!.length)
    return [...input, ...other!]
  }),
  children,
  descendants: plain((input, _at, scope) => descendants(input, scope)),
  min: extreme(1),
  max: extreme(-1),
  comparable: valued(1, 1, (input, [other], at, { run }) => {
    const [a, b] = [single(input, at), single(other!, at)]
    const [x, y] = [a && systemOf(a), b && systemOf(b)]
    if (x === undefined || y === undefined) return none
    try {
      return truth(order(x, y, at, run) !== undefined)
    } catch {
      return no
    }
  }),
  /** Texts are for a debugger; here they pass through. */
  trace: {
    least: 1,
    most: 2,
    make: () => (input) => input,
  },
}
