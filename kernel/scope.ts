/** What SMART scopes let a client, an app or a system do. @spec SMART App Launch 2.2, scopes for requesting FHIR resources (v1 and v2) */
const form = /^(system|user|patient)\/(\*|[A-Za-z]+)\.(\*|read|write|(?=[cruds])c?r?u?d?s?)(?:\?([!-~]+))?$/

const v1: Record<string, string> = { '*': 'cruds', read: 'rs', write: 'cud' }

export type ScopeContext = 'patient' | 'user' | 'system'

/**
 * One scope of resources. `type`: a type or `*`; `acts`: letters of create, read, update, delete, search;
 * `where`: what a resource must be beside its type, as parameters of a search (`category`, `system|code`).
 */
export type SmartScope = {
  readonly context: ScopeContext
  readonly type: string
  readonly acts: string
  readonly where: readonly (readonly [name: string, value: string])[]
  /** What `where` was read from, as sent; empty where there is nothing. */
  readonly query: string
}

const MAX_KNOWN = 4_000
const known = new Map<string, SmartScope | null>()

/** The scope that a text states; null where it is no scope of resources, or narrows every type at once. */
export function smartScope(text: string): SmartScope | null {
  const before = known.get(text)
  if (before !== undefined) return before
  const read = parsed(text)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, read)
  return read
}

function parsed(text: string): SmartScope | null {
  const [, context = '', type = '', acts = '', query] = form.exec(text) ?? []
  if (context === '' || (query !== undefined && (type === '*' || v1[acts] !== undefined))) return null
  const where = query === undefined ? [] : [...new URLSearchParams(query)].map(([name, value]) => [name, value] as const)
  if (query !== undefined && (where.length === 0 || where.some(([name, value]) => name === '' || value === ''))) return null
  return { context: context as ScopeContext, type, acts: v1[acts] ?? acts, where, query: query ?? '' }
}

/** What a scope is narrowed to is covered where whoever holds it is narrowed to no more than that. */
const narrowedToo = (held: SmartScope, wanted: SmartScope): boolean =>
  held.where.every(([name, value]) => wanted.where.some((other) => other[0] === name && other[1] === value))

/** Whether what a client holds covers what is asked: the same text, or one scope whose types, acts and conditions include it. */
export function scopeCovers(own: readonly string[], asked: string): boolean {
  if (own.includes(asked)) return true
  const wanted = smartScope(asked)
  if (wanted === null) return false
  return own.some((scope) => {
    const held = smartScope(scope)
    if (held === null || held.context !== wanted.context || (held.type !== '*' && held.type !== wanted.type)) return false
    return narrowedToo(held, wanted) && [...wanted.acts].every((act) => held.acts.includes(act))
  })
}

const KIND = 'kind/'
/** Kinds of information that scopes `kind/…` narrow a token to; none where it is not narrowed so. */
export const kindsOf = (scopes: readonly string[]): string[] => scopes.filter((s) => s.startsWith(KIND)).map((s) => s.slice(KIND.length))

/**
 * What holds of scopes that a token names, as its client is registered now. A kind that is named narrows, so that leaving it out would widen:
 * whichever side names kinds, these stay, and where both do, those that both name.
 */
export function scopesHeld(own: readonly string[], named: readonly string[]): string[] {
  const [mine, theirs] = [kindsOf(own), kindsOf(named)]
  const both = mine.length === 0 ? theirs : theirs.length === 0 ? mine : theirs.filter((kind) => mine.includes(kind))
  // Where they have none in common, a kind that nothing is of.
  const kinds = both.length > 0 || mine.length + theirs.length === 0 ? both : ['']
  return [...named.filter((scope) => !scope.startsWith(KIND) && scopeCovers(own, scope)), ...kinds.map((kind) => KIND + kind)]
}
