import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { eventTakes } from './ask.ts'
import { toAuditEvent } from './map.ts'
import { eventBundle, readEvent, searchEvents } from './service.ts'
import type { ActionWords } from './words.ts'

/** @law 医療情報システムの安全管理に関するガイドライン: logs are kept, protected and reviewed */
export const LOG_LAW = '医療情報システムの安全管理に関するガイドライン 第6.0版（アクセスログの確認。章は要確認: 弁護士）'

function formPairs(body: unknown): [string, string][] {
  if (body === null || typeof body !== 'object') return []
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((v): [string, string] => [name, String(v)]),
  )
}

const shownTo = ({ actor }: Context) => (actor.kind === 'staff' ? ('everything' as const) : ('without-origin' as const))

/** AuditEvent on the FHIR surface: auditors, and each person (and the apps they let in) for what concerns them. */
export function eventRows({ base, words }: { base: string; words: ActionWords }): Row[] {
  const common = {
    kind: 'read',
    who: ['staff', 'citizen'],
    roles: ['auditor'],
    why: ['HOPERAT', 'PATRQT'],
    apps: true,
    crossSite: true,
    law: LOG_LAW,
  } as const
  const search = async (ctx: Context, { query, body }: RouteRequest): Promise<Answer> => {
    const found = await searchEvents(ctx, new URLSearchParams([...query, ...formPairs(body)]))
    return { fhir: eventBundle(found, { base, words, shows: shownTo(ctx) }) }
  }
  const about = { ja: '誰が何をしたかの記録の検索', en: 'Search the log of who did what' }
  return [
    { ...common, method: 'GET', path: '/fhir/R4/AuditEvent', audit: 'audit.search', takes: eventTakes, summary: about, handle: search },
    {
      ...common,
      method: 'POST',
      path: '/fhir/R4/AuditEvent/_search',
      audit: 'audit.search',
      takes: eventTakes,
      summary: about,
      handle: search,
    },
    {
      ...common,
      method: 'GET',
      path: '/fhir/R4/AuditEvent/:id',
      audit: 'audit.read',
      summary: { ja: '誰が何をしたかの記録1件', en: 'One entry of the log' },
      handle: async (ctx, { params }) => ({ fhir: toAuditEvent(await readEvent(ctx, params.id!), { words, shows: shownTo(ctx) }) }),
    },
  ]
}
