import { createHash } from 'node:crypto'
import { extractIndex, foldMemberId, foldText, identifierSystems, type Resource } from '#packages/fhir'

/** What a resource is found by, in the shape of the store's columns. */
export type IndexRows = {
  /** `param=system|code`, `param=*|code`, `param=system|*`. */
  tokens: string[]
  /** `param=Type/id`. */
  refs: string[]
  strings: { param: string; value: string }[]
  dates: { param: string; lo: string | null; hi: string | null }[]
}

/** What an index entry may take; a longer token is found by its hash. */
const MAX_TOKEN_BYTES = 1_000

/** A token in the form it is stored and asked for. */
export function boundToken(token: string): string {
  if (token.length * 3 <= MAX_TOKEN_BYTES || Buffer.byteLength(token) <= MAX_TOKEN_BYTES) return token
  return `${token.slice(0, token.indexOf('='))}=#${createHash('sha256').update(token).digest('hex')}`
}

const MAX_STRING = 500

/** Text in the form it is stored and asked for: folded, its first 500 characters, no half of a pair at the end. */
export const boundText = (text: string): string =>
  foldText(text)
    .slice(0, MAX_STRING)
    .replace(/[\ud800-\udbff]$/, '')

const patientParameters = ['patient', 'subject', 'beneficiary'] as const

/**
 * The index rows of a resource.
 * @param patientKey adds the patient reference even where the sender named the patient by identifier only
 */
export function indexRows(resource: Resource, patientKey: string | null): IndexRows {
  const found = extractIndex(resource)
  const tokens = new Set<string>()
  for (const t of found.tokens) {
    const code = t.system === identifierSystems.memberId && t.code !== undefined ? foldMemberId(t.code) : t.code
    if (code !== undefined) {
      tokens.add(boundToken(`${t.param}=${t.system ?? ''}|${code}`))
      tokens.add(boundToken(`${t.param}=*|${code}`))
    }
    if (t.system !== undefined) tokens.add(boundToken(`${t.param}=${t.system}|*`))
  }
  const refs = new Set<string>()
  for (const r of found.references) if (r.type !== undefined && r.id !== undefined) refs.add(`${r.param}=${r.type}/${r.id}`)
  if (patientKey !== null) for (const param of patientParameters) refs.add(`${param}=Patient/${patientKey}`)
  const strings = new Map<string, { param: string; value: string }>()
  for (const s of found.strings) {
    const value = boundText(s.value)
    if (value !== '') strings.set(`${s.param}=${value}`, { param: s.param, value })
  }
  const dates = new Map<string, { param: string; lo: string | null; hi: string | null }>()
  for (const d of found.dates) if (d.param !== '_lastUpdated') dates.set(`${d.param}${d.lo}${d.hi}`, d)
  return { tokens: [...tokens], refs: [...refs], strings: [...strings.values()], dates: [...dates.values()] }
}
