/** The places that are looked for in a text, as a tree of the steps of their paths. */

export type Wanted = {
  readonly members: Map<string, Wanted>
  readonly items: Map<number, Wanted>
  /** Offset in the text: of the place itself, and of one that may be meant by it (`valueQuantity` for `value`); -1 until it is met. */
  exact: number
  loose: number
}

const wanted = (): Wanted => ({ members: new Map(), items: new Map(), exact: -1, loose: -1 })

function childOf<K>(children: Map<K, Wanted>, key: K): Wanted {
  const known = children.get(key)
  if (known) return known
  const made = wanted()
  children.set(key, made)
  return made
}

const step = /([A-Za-z_$][\w-]*)(?::[\w/-]+)?((?:\[\d+\])*)(?:\.|$)/y

/**
 * The steps of a path such as `Bundle.entry[1].resource.code`, without the type it begins with. Names of slices (`coding:local`) are
 * stepped over; a part that is no plain step ends the path there.
 */
export function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = []
  step.lastIndex = 0
  for (let match = step.exec(path); match; match = step.exec(path)) {
    steps.push(match[1]!)
    for (const index of match[2]!.matchAll(/\d+/g)) steps.push(Number(index[0]))
    if (step.lastIndex >= path.length) break
  }
  return typeof steps[0] === 'string' && /^[A-Z]/.test(steps[0]) ? steps.slice(1) : steps
}

export type Search = { root: Wanted; ways: readonly (readonly Wanted[])[] }

/** A tree of all the paths, and for each path its nodes from the root on. */
export function searchFor(paths: readonly string[]): Search {
  const root = wanted()
  const ways = paths.map((path) => {
    const way = [root]
    for (const part of stepsOf(path)) {
      const at = way.at(-1)!
      way.push(typeof part === 'number' ? childOf(at.items, part) : childOf(at.members, part))
    }
    return way
  })
  return { root, ways }
}

/** A node that the reader stands at; `loose`: reached by a name that only begins like the one asked for. */
export type Standing = { node: Wanted; loose: boolean }

export function meet(standing: readonly Standing[], offset: number): void {
  for (const { node, loose } of standing) {
    if (loose) node.loose = node.loose < 0 ? offset : node.loose
    else node.exact = node.exact < 0 ? offset : node.exact
  }
}

const isUpper = (code: number) => code >= 0x41 && code <= 0x5a

/** What is looked for behind a member: under its name, the other half of a primitive (`_given`), or a choice element (`value` in `valueQuantity`). */
export function memberOf(standing: readonly Standing[], name: string): Standing[] {
  const found: Standing[] = []
  const plain = name.startsWith('_') ? name.slice(1) : name
  for (const { node, loose } of standing) {
    const exact = node.members.get(plain)
    if (exact) found.push({ node: exact, loose: loose || plain !== name })
    else
      for (const [wantedName, child] of node.members)
        if (plain.startsWith(wantedName) && isUpper(plain.charCodeAt(wantedName.length))) found.push({ node: child, loose: true })
  }
  return found
}

/** What is looked for in an item of a list. A path without an index means the first. */
export function itemOf(standing: readonly Standing[], index: number): Standing[] {
  const found: Standing[] = []
  for (const { node, loose } of standing) {
    const item = node.items.get(index)
    if (item) found.push({ node: item, loose })
    if (index === 0 && node.members.size > 0) found.push({ node, loose })
  }
  return found
}

/** Offset of the last place of a way that was met. */
export function offsetOf(way: readonly Wanted[]): number {
  for (let i = way.length - 1; i >= 0; i--) {
    const { exact, loose } = way[i]!
    if (exact >= 0) return exact
    if (loose >= 0) return loose
  }
  return 0
}
