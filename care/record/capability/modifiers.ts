import { accessorsOf, type SearchParameter } from '#packages/fhir'
import { findParameter } from '../search/parameters.ts'

/** Parameters that take no modifier: they are read in a way of their own. */
const bare = new Set(['_text', '_content', '_list', 'near'])
/** Parameters that stand for what every resource has. */
const own: Readonly<Record<string, readonly string[]>> = { _id: ['missing', 'not'], _lastUpdated: ['missing'] }

const byKind: Partial<Record<SearchParameter['kind'], readonly string[]>> = {
  string: ['missing', 'exact', 'contains', 'kana-loose', 'kana-loose-contains'],
  token: ['missing', 'not', 'in', 'not-in', 'above', 'below'],
  reference: ['missing', 'not', 'identifier', '[type]'],
  uri: ['missing', 'not', 'below', 'above'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
}

/** Modifiers that a search parameter of a type takes; `[type]` stands for the name of a type. */
export function modifiersOf(type: string, code: string): readonly string[] {
  const known = findParameter(type, code)
  if (!known || bare.has(code)) return []
  if (Object.hasOwn(own, code)) return own[code]!
  if (known.custom) return known.kind === 'string' ? byKind.string! : ['missing']
  if (known.kind !== 'token') return byKind[known.kind] ?? []
  const read = accessorsOf(known)
  // Words are read from the stored text, so only where a plain path leads to them.
  const worded = read.some(({ type, path }) => path !== undefined && ['CodeableConcept', 'Coding', 'Identifier'].includes(type))
  return [...byKind.token!, ...(worded ? ['text'] : []), ...(read.some(({ type }) => type === 'Identifier') ? ['of-type'] : [])]
}
