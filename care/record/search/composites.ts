import { boundText } from '../index-rows.ts'
import { type Component, compositesFor } from '#packages/fhir'
import type { Asked } from './conditions.ts'
import type { Condition, PartSearch } from './model.ts'
import type { Known } from './parameters.ts'
import { customComposites } from './registry.ts'
import { alternatives, components, dateSearch, numberSearch, quantitySearch, referenceSearch, tokenEntry, unreadable } from './values.ts'

type Read = (asked: Asked) => Condition | null

/** `code$value`: parts that must meet in one element. Where that element is the resource itself, its plain parameters say the same. */
export function compositeCondition(known: Known, { name, values }: { name: string; values: string[] }, read: Read): Condition {
  const composites = known.custom ? customComposites(known.type, known.code) : compositesFor(known.type, known.code)
  const of = composites.flatMap((composite): Condition[] => {
    const split = values.map((value) => {
      const parts = components(value)
      return parts.length === composite.components.length && parts.every((p) => p !== '') ? parts : unreadable(name, value)
    })
    if (composite.select !== null)
      return [
        {
          kind: 'composite',
          param: known.custom ? known.code : known.code.replace(/^combo-/, 'component-'),
          values: split.map((parts) => elementSearch(composite.components, parts, name)),
        },
      ]
    return split.map((parts) => ({
      kind: 'all',
      of: parts.map((value, n) => {
        const code = composite.components[n]!.code ?? ''
        return read({ type: known.type, name: code, value, depth: 0 }) ?? unreadable(name, value)
      }),
    }))
  })
  return of.length === 1 ? of[0]! : { kind: 'any', of }
}

/** Whether elements are stored under the parameter itself: of what its parts say of the resource together, nobody can say that it is missing. */
export const isStoredByElement = ({ type, code, custom }: Known): boolean =>
  !code.startsWith('combo-') && (custom ? customComposites(type, code) : compositesFor(type, code)).every(({ select }) => select !== null)

/** One element's parts, and the token entries that its resource must carry for any of them to be there. */
function elementSearch(parts: readonly Component[], values: readonly string[], name: string): { parts: PartSearch[]; entries: string[] } {
  const searches = parts.map((component, n) => partSearch(component, values[n]!, name))
  const first = parts.findIndex((component) => component.kind === 'token' && component.code !== undefined)
  const { entries, prefixes } = first < 0 ? { entries: [], prefixes: [] } : tokenEntry(parts[first]!.code!, values[first]!)
  return { parts: searches, entries: prefixes.length > 0 ? [] : entries }
}

const bare = (entry: string): string => entry.slice(1)

function partSearch({ kind }: Component, value: string, name: string): PartSearch {
  switch (kind) {
    case 'token': {
      const { entries, prefixes } = tokenEntry('', value)
      return { kind, entries: entries.map(bare), prefixes: prefixes.map(bare) }
    }
    case 'reference': {
      const searched = referenceSearch(name, value)
      if ('address' in searched) return { kind, refs: [], ids: [] }
      return 'type' in searched ? { kind, refs: [`${searched.type}/${searched.id}`], ids: [] } : { kind, refs: [], ids: [searched.id] }
    }
    case 'string':
      return { kind, value: boundText(alternatives(value)[0] ?? '') || unreadable(name, value) }
    case 'date':
      return { kind, value: dateSearch(name, value) }
    case 'number':
      return { kind, value: numberSearch(name, value) }
    case 'quantity':
      return { kind: 'number', value: quantitySearch(name, value) }
    default:
      return unreadable(name, value)
  }
}
