import type { TerminologyService } from '#care/terminology'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { renderPage } from '#ui'
import type { PageOf } from './frame.tsx'
import { TerminologyPage, type TerminologyShown } from './page-terminology.tsx'

const HITS = 50
const OTHERS = 40

export type TerminologyOf = Pick<TerminologyService, 'code' | 'inForce' | 'releases' | 'search' | 'terminology'>

/** The page of standard codes. It is for those who are signed in: publishers' terms may not let masters be shown to everybody. */
export function terminologyPages(terminology: TerminologyOf, pageOf: (ctx: Context, request: RouteRequest) => PageOf): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/developer/terminology',
      who: ['staff'],
      why: ['TREAT', 'HOPERAT'],
      // Names of codes; nobody's record is read.
      audit: 'none',
      law: '標準コードの参照（配布元の利用条件による。要確認: 弁護士）',
      summary: { ja: '標準コードを探し、版ごとの名称を見る', en: 'Find standard codes and their names in each edition' },
      handle: async (ctx, request): Promise<Answer> => {
        const shown = await shownFor(ctx, request.query, terminology)
        return { page: () => renderPage(<TerminologyPage on={pageOf(ctx, request)} shown={shown} />) }
      },
    },
  ]
}

async function shownFor(ctx: Context, query: URLSearchParams, terminology: TerminologyOf): Promise<TerminologyShown> {
  const text = (name: string, most: number) => (query.get(name) ?? '').slice(0, most).trim()
  const [words, system, code, find] = [text('q', 100), text('system', 500), text('code', 100), text('find', 100)]
  const [releases, inForce, { sources }] = await Promise.all([
    terminology.releases(ctx),
    terminology.inForce(ctx),
    terminology.terminology(ctx),
  ])
  const hits = words === '' ? [] : await terminology.search(ctx, { query: words, systems: system === '' ? [] : [system], count: HITS })
  const found = code === '' || system === '' ? null : await terminology.code(ctx, { system, code })
  const masters = new Set(releases.map((r) => r.system))
  const all = (['CodeSystem', 'ValueSet'] as const).flatMap((type) => sources.list(type).map((canonical) => ({ type, canonical })))
  const wanted = find.toLowerCase()
  const others = all.filter(({ canonical }) => !masters.has(canonical.split('|')[0]!) && canonical.toLowerCase().includes(wanted))
  return {
    releases,
    inForce,
    query: words,
    system,
    hits,
    code: found ? { system, code, ...found } : null,
    others: { words: find, found: others.slice(0, OTHERS), total: others.length },
  }
}
