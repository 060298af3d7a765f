/** Rows of what came back from laptops: their logs, and the looks that somebody should ask about. */
import { countTelling, isDamaged, listExtracts, listMerges, mergeInto, type MergeRefused, notableLooks } from '#care/emergency'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { FieldError } from '#ui'
import { pageOf } from '../frame.tsx'
import { provenToAct, provenToOpen } from '../row-terms.ts'
import { looksPage } from './looks-page.tsx'
import { mergedPage, mergePage, MOST_MB } from './merge-page.tsx'
import { sentFiles } from './multipart.ts'
import { offlinePage } from './offline-page.tsx'
import { forKeepers, forOperator, HOME } from './terms.ts'

type Deps = { person: PersonService; demo: boolean }

const LOOKS = 200

const wrong: Record<MergeRefused | 'no-file' | 'unread' | 'many', Sentence> = {
  'no-file': { ja: '端末の記録（.log）を選んでください。', en: 'Choose the laptop’s log (.log).' },
  unread: {
    ja: '送られたものを読み取れません。もう一度、ファイルを選んで送ってください。',
    en: 'What was sent cannot be read. Choose the files again.',
  },
  many: { ja: '一度に取り込めるのは、端末1台の記録だけです。', en: 'Merge one laptop’s log at a time.' },
  'no-log': {
    ja: 'このファイルは、持ち出し端末の記録ではありません。.log のファイルを選んでください。',
    en: 'This file is no log of a laptop. Choose the file that ends in .log.',
  },
  'unknown-extract': {
    ja: 'この記録のもとになった持ち出しファイルは、ここで作られたものではありません。作った縁で取り込んでください。',
    en: 'The extract of this log was not made here. Merge it where it was made.',
  },
  'nothing-signed': {
    ja: '署名の正しい行が一つもありません。書き換えられたか、壊れています。端末を預かってください。',
    en: 'No line is signed rightly: it was changed or damaged. Keep the laptop.',
  },
}

/** What was wrong with the files comes back beside them. */
function again(ctx: Context, request: RouteRequest, deps: Deps, about: { field: 'log' | 'head'; why: keyof typeof wrong }): Answer {
  const message = wrong[about.why][ctx.lang]
  if (wantsJson(request.headers.accept)) return refuse('input-invalid', { what: `${about.field}: ${message}` })
  ctx.audit({ outcome: `log-${about.why}` })
  const errors: FieldError[] = [{ name: about.field, message }]
  return { status: 422, page: () => mergePage(pageOf(ctx, request, deps), errors) }
}

async function merge(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const sent = sentFiles(String(request.body ?? ''), request.headers['content-type'] ?? '')
  if (sent === null) return again(ctx, request, deps, { field: 'log', why: 'unread' })
  const [logs, heads] = [sent.get('log') ?? [], sent.get('head') ?? []]
  if (logs.length !== 1) return again(ctx, request, deps, { field: 'log', why: logs.length === 0 ? 'no-file' : 'many' })
  if (heads.length > 1) return again(ctx, request, deps, { field: 'head', why: 'many' })
  const head = heads[0]?.text
  const done = await mergeInto(ctx.db, { text: logs[0]!.text, head, now: ctx.now, by: ctx.actor, person: deps.person })
  if ('refused' in done) return again(ctx, request, deps, { field: 'log', why: done.refused })
  ctx.audit({ resource: `DisasterExtract/${done.extractId}`, count: done.added, outcome: isDamaged(done) ? 'log-damaged' : 'success' })
  return { json: done, page: () => mergedPage(pageOf(ctx, request, deps), done, { hasHead: head !== undefined }) }
}

export function mergeRows(deps: Deps): Row[] {
  return [
    {
      ...{ kind: 'read', method: 'GET', path: `${HOME}/offline`, ...forKeepers, audit: 'disaster.offline' },
      summary: { ja: '持ち出しファイルと、取り込んだ端末の記録', en: 'Extracts for laptops, and the logs that came back' },
      handle: async (ctx, request) => {
        const mayAct = ctx.actor.kind === 'staff' && ctx.actor.role === 'operator'
        const [extracts, merges, telling] = [await listExtracts(ctx.db), await listMerges(ctx.db), await countTelling(ctx.db)]
        const told = extracts.map(({ logKey: _key, ...one }) => one)
        return {
          json: { extracts: told, merges, telling },
          page: () => offlinePage(pageOf(ctx, request, deps), { extracts, merges, telling, mayAct }),
        }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: `${HOME}/looks`, ...forKeepers, audit: 'disaster.looks' },
      summary: { ja: '災害時の閲覧のうち、確かめるもの', en: 'Looks in disasters that somebody should ask about' },
      handle: async (ctx, request) => {
        const looks = await notableLooks(ctx.db, { limit: LOOKS })
        const total = looks[0]?.total ?? 0
        // Whom they are about stays in the log: this list names staff.
        const told = looks.map(({ key: _key, total: _total, ...one }) => one)
        return { json: { looks: told, total }, page: () => looksPage(pageOf(ctx, request, deps), { looks, total }) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: `${HOME}/merge`, ...forOperator, ...provenToOpen, audit: 'disaster.merge-form' },
      summary: { ja: '端末の記録を取り込む画面', en: 'The form that merges a laptop’s log' },
      handle: async (ctx, request) => ({ page: () => mergePage(pageOf(ctx, request, deps), []) }),
    },
    {
      ...{ kind: 'write', method: 'POST', path: `${HOME}/merge`, ...forOperator, ...provenToAct, audit: 'disaster.merge' },
      body: 'text',
      maxBodyBytes: MOST_MB * 1024 * 1024,
      summary: { ja: '端末の記録を取り込む（何度送っても同じ）', en: 'Merges a laptop’s log; however often it is sent' },
      handle: (ctx, request) => merge(ctx, request, deps),
    },
  ]
}
