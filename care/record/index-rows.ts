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
      tokens.add(`${t.param}=${t.system ?? ''}|${code}`)
      tokens.add(`${t.param}=*|${code}`)
    }
    if (t.system !== undefined) tokens.add(`${t.param}=${t.system}|*`)
  }
  const refs = new Set<string>()
  for (const r of found.references) if (r.type !== undefined && r.id !== undefined) refs.add(`${r.param}=${r.type}/${r.id}`)
  if (patientKey !== null) for (const param of patientParameters) refs.add(`${param}=Patient/${patientKey}`)
  const strings = new Map<string, { param: string; value: string }>()
  for (const s of found.strings) {
    const value = foldText(s.value).slice(0, 500)
    if (value !== '') strings.set(`${s.param}=${value}`, { param: s.param, value })
  }
  const dates = new Map<string, { param: string; lo: string | null; hi: string | null }>()
  for (const d of found.dates) if (d.param !== '_lastUpdated') dates.set(`${d.param}${d.lo}${d.hi}`, d)
  return { tokens: [...tokens], refs: [...refs], strings: [...strings.values()], dates: [...dates.values()] }
}
