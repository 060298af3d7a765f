/** The rows of the generated terminology files: what `generate-terminology.ts` writes and `published.ts` reads. */

/** One code system of R4. `concepts`: a line a concept; depth in tabs, then code, display, definition, properties (`status=retired`), designations (`@nl=...`). */
export type CodeSystemRow = {
  version?: string
  name: string
  title?: string
  /** Absent: complete. */
  content?: 'fragment' | 'example' | 'not-present' | 'supplement'
  caseSensitive?: boolean
  supplements?: string
  valueSet?: string
  properties?: { code: string; type: string; uri?: string }[]
  concepts: string
}
