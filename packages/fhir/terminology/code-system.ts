/** A CodeSystem resource, or a generated row, as a view. */
import type { Json, JsonObject } from '../model.ts'
import { placedConcepts, placedLines, propertyDefinitionsOf } from './concepts.ts'
import type { CodeSystemRow } from './generated-rows.ts'
import type { CodeSystemView, PropertyDefinition } from './model.ts'
import { objectOf, present, standardsStatus, textOf, truthOf } from './read-json.ts'
import { type Header, makeTable } from './table.ts'

const contents = ['complete', 'fragment', 'example', 'not-present'] as const
const contentOf = ({ content, concept }: JsonObject): CodeSystemView['content'] =>
  contents.find((known) => known === content) ?? (concept ? 'fragment' : 'not-present')

/** A CodeSystem resource; undefined where it is none or is a supplement. A missing `caseSensitive` accepts any case. */
export function codeSystemOf(json: Json | undefined): CodeSystemView | undefined {
  const system = objectOf(json)
  const url = textOf(system?.url)
  if (!system || url === undefined || system.resourceType !== 'CodeSystem' || system.content === 'supplement') return undefined
  const properties = propertyDefinitionsOf(system.property)
  const header = present<Header>({
    url,
    version: textOf(system.version),
    name: textOf(system.name),
    title: textOf(system.title),
    content: contentOf(system),
    caseSensitive: truthOf(system.caseSensitive) ?? false,
    language: textOf(system.language),
    properties,
    valueSet: textOf(system.valueSet),
    versionNeeded: truthOf(system.versionNeeded),
    status: textOf(system.status),
    experimental: truthOf(system.experimental),
    standardsStatus: standardsStatus(system),
    judge: undefined,
    search: undefined,
    filter: undefined,
  })
  return makeTable(header, placedConcepts(system.concept, properties))
}

/** A generated row as a view. */
export function codeSystemOfRow(url: string, row: CodeSystemRow): CodeSystemView {
  const properties = (row.properties ?? []) as PropertyDefinition[]
  const header = present<Header>({
    url,
    version: row.version,
    name: row.name,
    title: row.title,
    content: (row.content ?? 'complete') as CodeSystemView['content'],
    caseSensitive: row.caseSensitive ?? false,
    properties,
    valueSet: row.valueSet,
    ...{ language: undefined, versionNeeded: undefined, status: undefined, experimental: undefined, standardsStatus: undefined },
    ...{ judge: undefined, search: undefined, filter: undefined },
  })
  return makeTable(header, placedLines(row.concepts, properties))
}
