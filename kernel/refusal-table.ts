import type { Sentence } from './language.ts'

/** One way of saying no: HTTP status, FHIR issue type, and a sentence that says what to do, its `{words}` filled in by the refusal. */
export type RefusalRow = Sentence & { status: number; issue: string }

export type RefusalTable = Record<string, RefusalRow>
