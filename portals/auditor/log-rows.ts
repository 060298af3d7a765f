/** The log: search, one entry, a file of it. */
import { type ActionWords, askedForFile, eventPieces, eventTakes, type FoundEvents, readEvent, searchEvents } from '#care/oversight'
import type { Context } from '#kernel/context'
import { Refusal, refusalSentence } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { eventPage, eventsPage } from './events-page.tsx'
import { pageOf } from './frame.tsx'
import { forAuditors } from './row-terms.ts'

/** Days of the form, as instants of the search. */
export function withDates(query: URLSearchParams): URLSearchParams {
  const plain = new URLSearchParams([...query].filter(([name, value]) => value !== '' && name !== 'from' && name !== 'to'))
  const [from, to] = [query.get('from'), query.get('to')]
  if (from) plain.append('date', `ge${from}`)
  if (to) plain.append('date', `le${to}`)
  return plain
}

const givenBy = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...query].filter(([name, value]) => value !== '' && name !== 'lang'))

export function logRows({ words, demo }: { words: ActionWords; demo: boolean }): Row[] {
  const search = async (ctx: Context, request: RouteRequest): Promise<Answer> => {
    const given = givenBy(request.query)
    const page = (found: FoundEvents | null, error: string | null) => () =>
      eventsPage(pageOf(ctx, request, { demo }), { found, given, words, error })
    try {
      const found = await searchEvents(ctx, withDates(request.query))
      return { json: { entries: found.entries, next: found.next }, page: page(found, null) }
    } catch (error) {
      // What was typed wrongly comes back with the form.
      if (!(error instanceof Refusal) || wantsJson(request.headers.accept) || !error.code.startsWith('search-')) throw error
      ctx.audit({ outcome: error.code })
      return { status: 400, page: page(null, refusalSentence(error, ctx.lang)) }
    }
  }
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/events', ...forAuditors, audit: 'audit.search', takes: eventTakes },
      summary: { ja: '誰が何をしたかを調べる', en: 'Search the log of who did what' },
      handle: search,
    },
    {
      ...{ kind: 'stream', method: 'GET', path: '/audit/events/download', ...forAuditors, audit: 'audit.download', takes: eventTakes },
      summary: { ja: '調べた記録を表で受け取る', en: 'The entries found, as a file' },
      handle: async (ctx, request) => {
        const asked = askedForFile(ctx, withDates(request.query))
        return {
          headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="audit-events.csv"' },
          pieces: eventPieces(ctx, asked, words),
        }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/events/:id', ...forAuditors, audit: 'audit.read' },
      summary: { ja: '記録1件', en: 'One entry of the log' },
      handle: async (ctx, request) => {
        const entry = await readEvent(ctx, request.params.id!)
        return { json: entry, page: () => eventPage(pageOf(ctx, request, { demo }), entry, words) }
      },
    },
  ]
}
