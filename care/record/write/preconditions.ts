/** What a writer states about the version it saw. @spec RFC 9110 section 13.1; FHIR R4 http, managing resource contention */
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'

/** Versions a writer accepts: one of these, any that stands (`*`), or whatever is there (null). */
export type IfMatch = number | readonly number[] | '*' | null

const TAG = /^(?:W\/)?"([^"]{0,64})"$/

/** `If-Match: W/"1", W/"2"` or `*`; undefined where it is neither. A tag of somebody else's making is no version: nothing meets it. */
export function readIfMatch(text: string): IfMatch | undefined {
  if (text.trim() === '*') return '*'
  const tags = text.split(',').map((tag) => TAG.exec(tag.trim())?.[1])
  if (tags.some((tag) => tag === undefined)) return undefined
  return tags.flatMap((tag) => (/^[1-9]\d{0,8}$/.test(tag!) ? [Number(tag)] : []))
}

/** Whether what stands is what the writer saw. @param standing the version that stands; null where nothing does */
export function isMet(ifMatch: IfMatch | undefined, standing: { version: number; deleted: boolean } | null): boolean {
  if (ifMatch === undefined || ifMatch === null) return true
  if (standing === null) return false
  if (ifMatch === '*') return !standing.deleted
  return typeof ifMatch === 'number' ? ifMatch === standing.version : ifMatch.includes(standing.version)
}

/** @refuses version-conflict, naming the version that stands */
export function requireMet(ifMatch: IfMatch | undefined, standing: { version: number; deleted: boolean } | null): void {
  if (!isMet(ifMatch, standing)) refuse('version-conflict', { version: String(standing?.version ?? 0) })
}

/** @refuses if-match-unreadable, naming what to send */
const matchIn = (sent: string): IfMatch => readIfMatch(sent) ?? refuse('if-match-unreadable', { value: sent.slice(0, 80) })

/** `If-Match` and `If-None-Match: *`. @refuses if-match-unreadable, input-invalid for another If-None-Match */
export function preconditions(headers: RouteRequest['headers']): { ifMatch: IfMatch; onlyNew: boolean } {
  const sent = headers['if-match']
  const ifMatch = sent === undefined ? null : matchIn(sent)
  if (headers['if-none-match'] !== undefined && headers['if-none-match'] !== '*') refuse('input-invalid', { what: 'If-None-Match: *' })
  return { ifMatch, onlyNew: headers['if-none-match'] === '*' }
}
