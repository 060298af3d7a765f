import { isObject, type Json } from '#packages/fhir'
import type { Hit } from '../search/model.ts'

/** The codings of an Observation as texts; what has only a text is its own group. */
function codesOf(body: string): string[] {
  const resource = JSON.parse(body) as Json
  const code = isObject(resource) && isObject(resource.code) ? resource.code : {}
  const codings = (Array.isArray(code.coding) ? code.coding : []).flatMap((c) =>
    isObject(c) && typeof c.code === 'string' ? [`${typeof c.system === 'string' ? c.system : ''}|${c.code}`] : [],
  )
  if (codings.length > 0) return codings
  return typeof code.text === 'string' ? [`text|${code.text}`] : []
}

/**
 * The newest Observations of each kind: observations that share any coding are of one kind.
 * @param rows newest first
 * @param max how many of each; what is as new as the last of them comes too
 * @spec FHIR R4 Observation $lastn
 */
export function lastOfEach(rows: readonly Hit[], max: number): Hit[] {
  const parent = new Map<string, string>()
  const root = (code: string): string => {
    let at = code
    while (parent.get(at) !== undefined && parent.get(at) !== at) at = parent.get(at)!
    return at
  }
  const known = rows.map((row) => ({ row, codes: codesOf(row.body) }))
  for (const { codes } of known) for (const code of codes) parent.set(root(code), root(codes[0]!))
  const groups = new Map<string, Hit[]>()
  for (const { row, codes } of known) {
    const name = codes.length === 0 ? `id|${row.id}` : root(codes[0]!)
    const group = groups.get(name) ?? []
    groups.set(name, group)
    const last = group.at(-1)
    if (group.length < max || (last && last.clinicalAt?.getTime() === row.clinicalAt?.getTime() && last.clinicalAt !== null))
      group.push(row)
  }
  return [...groups.values()].flat()
}
