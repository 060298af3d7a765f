/** Base R4 (4.0.1): its types, the profiles and extensions published with it. Generated; a definition is put together when it is asked for. */
import rowsJson from '../generated/definitions.json' with { type: 'json' }
import type { Definitions } from './model.ts'
import { definitionsOf, type Entry } from './registry.ts'
import { type DefinitionRows, rowReader } from './rows.ts'

let made: Definitions | undefined

/** What every layer of definitions stands on. Made once. */
export function baseDefinitions(): Definitions {
  if (made) return made
  const rows = rowsJson as unknown as DefinitionRows
  const read = rowReader(rows)
  const entries = Object.values(rows.definitions).map(
    (row): Entry => ({
      type: 'StructureDefinition',
      url: row.url,
      ...(row.version === undefined ? {} : { version: row.version }),
      ...(row.core ? { core: true } : {}),
      model: () => read(row.url)!,
    }),
  )
  made = definitionsOf(null, entries)
  return made
}
