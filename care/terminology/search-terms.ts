/** What searches of the record ask of terminology: the codes of a value set, and those around a code. */
import type { Codes, Terms } from '#care/record'
import type { CodeSystemView, Terminology } from '#packages/fhir'
import type { TerminologyService } from './service.ts'

/** Answers from masters of the day, packages, R4 and what is stored. */
export const termsForSearches = (service: Pick<TerminologyService, 'forQuestion'>): Terms => ({
  async members(ctx, valueSet, limit): Promise<Codes | null> {
    const given = typeof valueSet === 'string' ? [] : [valueSet]
    const terminology = await service.forQuestion(ctx, { given, asked: about(typeof valueSet === 'string' ? [valueSet] : []) })
    const found = terminology.expand(valueSet, { excludeNested: true, limit })
    return 'issue' in found || found.total > limit ? null : { codes: found.contains.flatMap(codesIn), systems: [] }
  },

  async related(ctx, { system, code, way }, limit): Promise<readonly string[] | null> {
    const terminology = await service.forQuestion(ctx, { given: [], asked: { ...about([system]), codes: [code] } })
    const found = terminology.sources.system(system)
    return 'view' in found ? around(found.view, { code, way, limit }) : null
  },
})

const about = (canonicals: readonly string[]) => ({ canonicals, codes: [], texts: new Set<string>(), most: 0 })

type ExpansionEntry = Extract<ReturnType<Terminology['expand']>, { contains: unknown }>['contains'][number]

const codesIn = (entry: ExpansionEntry): [string, string][] => [[entry.system, entry.code], ...entry.contains.flatMap(codesIn)]

/** A code and all that stand below or above it, each once; one more than the limit where there are more. Null where the system has no such code. */
function around(view: CodeSystemView, { code, way, limit }: { code: string; way: 'above' | 'below'; limit: number }): string[] | null {
  const start = view.find(code)
  if (!start) return null
  const found = new Set([start.code])
  for (const one of found) {
    for (const next of way === 'below' ? view.children(one) : view.parents(one)) found.add(next)
    if (found.size > limit) break
  }
  return [...found]
}
