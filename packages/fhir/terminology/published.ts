/** R4's own code systems, value sets and concept maps, from the generated rows; each is read when it is first asked. */
import conceptMapRows from '../generated/concept-maps.json' with { type: 'json' }
import codeSystemRows from '../generated/code-systems.json' with { type: 'json' }
import valueSetRows from '../generated/r4-value-sets.json' with { type: 'json' }
import type { Json } from '../model.ts'
import type { CodeSystemRow } from './generated-rows.ts'
import type { CodeSystemView, ValueSet } from './model.ts'
import { splitCanonical, valueSetOf } from './read-json.ts'
import { codeSystemOfRow } from './code-system.ts'
import { placedLines } from './concepts.ts'
import type { Supplement } from './supplement.ts'

const systemRows = codeSystemRows as Record<string, CodeSystemRow>
const setRows = valueSetRows as Record<string, Json>
const mapRows = conceptMapRows as Record<string, Json>

const keysByUrl = new Map<string, string[]>()
for (const key of Object.keys(systemRows)) {
  const { url } = splitCanonical(key)
  keysByUrl.set(url, [...(keysByUrl.get(url) ?? []), key])
}
const views = new Map<string, CodeSystemView>()
const sets = new Map<string, ValueSet | undefined>()

function viewOf(key: string): CodeSystemView {
  const known = views.get(key)
  if (known) return known
  const { url, version } = splitCanonical(key)
  const row = systemRows[key]!
  // R4 writes the edition of some v2 tables into their url
  const made = codeSystemOfRow(url, version ? { ...row, version } : row)
  views.set(key, made)
  return made
}

/** Every edition of one of R4's code systems; supplements are none. */
export const publishedSystems = (url: string): readonly CodeSystemView[] =>
  (keysByUrl.get(url) ?? []).filter((key) => systemRows[key]?.content !== 'supplement').map(viewOf)

export function publishedValueSet(url: string): ValueSet | undefined {
  if (!Object.hasOwn(setRows, url)) return undefined
  if (!sets.has(url)) sets.set(url, valueSetOf(setRows[url]))
  return sets.get(url)
}

/** The system whose `valueSet` this is. */
let systemsByValueSet: ReadonlyMap<string, string> | undefined
export function publishedSystemOf(valueSet: string): CodeSystemView | undefined {
  systemsByValueSet ??= new Map(Object.entries(systemRows).flatMap(([key, row]) => (row.valueSet ? [[row.valueSet, key]] : [])))
  const key = systemsByValueSet.get(valueSet)
  return key === undefined ? undefined : viewOf(key)
}

const readSupplements = (): readonly Supplement[] =>
  Object.entries(systemRows).flatMap(([url, row]) =>
    row.content === 'supplement' && row.supplements
      ? [
          {
            url,
            ...(row.version ? { version: row.version } : {}),
            supplements: row.supplements,
            properties: [],
            concepts: new Map(placedLines(row.concepts, []).map(({ concept }) => [concept.code, concept])),
          },
        ]
      : [],
  )

let supplements: readonly Supplement[] | undefined
export function publishedSupplements(): readonly Supplement[] {
  supplements ??= readSupplements()
  return supplements
}

export const publishedMap = (url: string): Json | undefined => (Object.hasOwn(mapRows, url) ? mapRows[url] : undefined)
export const publishedUrls = {
  CodeSystem: (): readonly string[] => [...keysByUrl.keys()],
  ValueSet: (): readonly string[] => Object.keys(setRows),
  ConceptMap: (): readonly string[] => Object.keys(mapRows),
}
