/** Search parameters that somebody defined: what is indexed for them, and how every process hears of them. */
import type { Db } from '#kernel/database'
import type { IndexValues, Resource } from '#packages/fhir'
import { addresses, type IndexRows, isHere, rowsOf, type StringRow, tokenEntries } from '../index-rows.ts'
import { datesAreFilled, loadParameters } from './custom-store.ts'
import { customReadersFor, setCustomParameters } from './registry.ts'
import { setSortDatesFilled } from './sort-date.ts'

/** A process knows of a new parameter after this long; what is written in between, the reindex finds. */
export const FRESH_MS = 5_000

let readAt = Number.NEGATIVE_INFINITY

/** Reads the parameters, and how far the walks are, again where that was longer ago than `FRESH_MS`. */
export async function freshen(db: Db, now = performance.now()): Promise<void> {
  if (now - readAt < FRESH_MS) return
  readAt = now
  const [parameters, filled] = [await loadParameters(db), await datesAreFilled(db)]
  setCustomParameters(parameters)
  setSortDatesFilled(filled)
}

/** The next look reads them again. */
export const forgetFreshness = (): void => {
  readAt = Number.NEGATIVE_INFINITY
}

export type CustomRows = Pick<IndexRows, 'strings' | 'dates' | 'numbers' | 'composites'>

/** Rows of the parameters that somebody defined for the type. Coded values, references and addresses stand as texts, as written. */
export function customRows(resource: Resource, codes?: ReadonlySet<string>): CustomRows {
  const readers = customReadersFor(resource.resourceType).filter((p) => codes === undefined || codes.has(p.code))
  const all = readers.map(({ read }) => read(resource))
  const rows = all.map((found) => rowsOf({ ...found, tokens: [], references: [], uris: [] }, ''))
  return {
    strings: [...rows.flatMap((r) => r.strings), ...all.flatMap(written)],
    dates: rows.flatMap((r) => r.dates),
    numbers: rows.flatMap((r) => r.numbers),
    composites: rows.flatMap((r) => r.composites),
  }
}

/** What has no text to be found by is there all the same, and not missing. */
const orThere = (texts: string[]): string[] => (texts.length === 0 ? ['~'] : texts)

function written({ tokens, references, uris }: IndexValues): StringRow[] {
  const bare = (entry: string) => entry.slice(entry.indexOf('=') + 1)
  const row = (param: string, text: string): StringRow => ({ param, value: text.slice(0, 500), raw: text.slice(0, 500) })
  return [
    ...tokens.flatMap((t) => orThere(tokenEntries(t).map(bare)).map((text) => row(t.param, text))),
    // The same type and id on another server is something else: it is found by its address alone.
    ...references.flatMap((r) =>
      orThere([...(isHere(r) ? [`${r.type}/${r.id}`, r.id!] : []), ...(r.url === undefined ? [] : addresses(r.url))]).map((text) =>
        row(r.param, text),
      ),
    ),
    ...uris.flatMap((u) => addresses(u.value).map((text) => row(u.param, text))),
  ]
}
