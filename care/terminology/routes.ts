import type { Row } from '#kernel/route'
import { operationRows } from './operation/routes.ts'
import type { TerminologyService } from './service.ts'

const LAW = '標準コードの検索（配布元の利用条件による。要確認: 弁護士）。個人の情報は含まない'
const MOST = 50

/** The operations of FHIR, and the search that boxes on pages ask with every keystroke. */
export function terminologyRoutes(service: TerminologyService): Row[] {
  return [
    ...operationRows(service),
    {
      kind: 'read',
      method: 'GET',
      path: '/terminology/search',
      who: ['staff', 'system', 'citizen'],
      why: ['TREAT', 'PATRQT', 'HOPERAT'],
      // Names of codes, asked with every letter that somebody types.
      audit: 'none',
      law: LAW,
      summary: { ja: '標準コードの検索（かな・漢字・コード）', en: 'Search standard codes (kana, kanji, code)' },
      takes: [
        { name: 'q', type: 'string', required: true, about: { ja: '探す言葉', en: 'What to look for' } },
        {
          name: 'system',
          type: 'string',
          many: true,
          about: { ja: 'コード体系のURL（なければすべて）', en: 'Code system; all where absent' },
        },
        { name: 'date', type: 'dateTime', about: { ja: 'この日に有効な版で', en: 'By the editions of this day' } },
        { name: 'count', type: 'integer', about: { ja: '件数（50まで）', en: 'How many, 50 at most' } },
      ],
      handle: async (ctx, { query }) => {
        const count = Math.max(1, Math.min(Number(query.get('count')) || 20, MOST))
        const day = query.get('date')?.slice(0, 10)
        const systems = query.getAll('system').filter((s) => s !== '')
        const asked = { query: query.get('q') ?? '', systems, count: count + 1, ...(day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? { day } : {}) }
        const [found, releases] = await Promise.all([service.search(ctx, asked), service.inForce(ctx)])
        const titles = new Map(releases.map((r) => [r.system, r.title]))
        const results = found
          .slice(0, count)
          .map(({ release: _release, found: _found, ...hit }) => ({ ...hit, systemTitle: titles.get(hit.system) ?? null }))
        return { json: { results, more: found.length > count } }
      },
    },
  ]
}
