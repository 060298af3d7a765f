/** The parameters an expansion echoes: what was asked, and what it was made of. */
import type { CompiledSet } from './compile.ts'
import type { ExpansionParameter, Wish } from './expansion.ts'
import type { Member } from './members.ts'
import { canonicalOf } from './read-json.ts'
import { type Stated, stateToTell } from './standing.ts'

export function parametersOf(set: CompiledSet, wish: Wish, members: readonly Member[]): ExpansionParameter[] {
  const out: ExpansionParameter[] = []
  const flags = [
    'excludeNested',
    'activeOnly',
    'includeDesignations',
    'includeDefinition',
    'excludeNotForUI',
    'excludePostCoordinated',
  ] as const
  for (const name of flags) if (wish[name] !== undefined) out.push({ name, type: 'Boolean', value: wish[name] })
  if (wish.displayLanguage !== undefined) out.push({ name: 'displayLanguage', type: 'Code', value: wish.displayLanguage })
  if (wish.filter !== undefined) out.push({ name: 'filter', type: 'String', value: wish.filter })
  if (wish.offset !== undefined) out.push({ name: 'offset', type: 'Integer', value: wish.offset })
  if (wish.count !== undefined) out.push({ name: 'count', type: 'Integer', value: wish.count })
  for (const value of wish.designations ?? []) out.push({ name: 'designation', type: 'String', value })
  for (const value of wish.properties ?? []) out.push({ name: 'property', type: 'String', value })
  for (const value of wish.excludeSystems ?? []) out.push({ name: 'exclude-system', type: 'Uri', value })
  const { systemVersions = [], forceSystemVersions = [], checkSystemVersions = [], valueSetVersions = [] } = wish.versions ?? {}
  for (const value of systemVersions) out.push({ name: 'system-version', type: 'Uri', value })
  for (const value of forceSystemVersions) out.push({ name: 'force-system-version', type: 'Uri', value })
  for (const value of checkSystemVersions) out.push({ name: 'check-system-version', type: 'Uri', value })
  for (const value of valueSetVersions) out.push({ name: 'default-valueset-version', type: 'Uri', value })
  return [...out, ...usedParameters(set, members)]
}

function usedParameters(set: CompiledSet, members: readonly Member[]): ExpansionParameter[] {
  const used = new Map<string, ExpansionParameter>()
  const add = (name: string, value: string): void => void used.set(`${name} ${value}`, { name, type: 'Uri', value })
  const seen = new Set<CompiledSet>()
  const walk = (each: CompiledSet): void => {
    if (seen.has(each)) return
    seen.add(each)
    for (const part of [...each.includes, ...each.excludes]) {
      if (part.view) {
        add('used-codesystem', canonicalOf(part.view))
        warned(part.view)
      }
      for (const inner of part.imports) {
        if (inner.valueSet.url) {
          add('used-valueset', inner.canonical)
          warned(inner.valueSet)
        }
        walk(inner)
      }
    }
    for (const supplement of each.valueSet.supplements) add('used-supplement', supplement)
  }
  const warned = (stated: Stated): void => {
    const state = stateToTell(stated, set.valueSet)
    if (state) add(`warning-${state}`, canonicalOf(stated))
  }
  walk(set)
  if (set.valueSet.url) warned(set.valueSet)
  for (const { version, system } of members) if (version) add('used-codesystem', `${system}|${version}`)
  return [...used.values()]
}
