/** Rows of extracts for laptops: asked for, made, handed out, ended. */
import { z } from 'zod'
import { disasters } from '#care/consent'
import { type ExtractService, isOpen, LEAST_PASSPHRASE, MOST_NAMES, openings, plainPassphrase, readPlaces } from '#care/emergency'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { Refusal, refusalRow, refusalSentence, refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { FieldError } from '#ui'
import { led } from '../form.tsx'
import { pageOf } from '../frame.tsx'
import { provenToAct, provenToOpen } from '../row-terms.ts'
import { extractFormPage, type ExtractDraft, madePage } from './extract-form-page.tsx'
import { extractPage } from './extract-page.tsx'
import { forKeepers, forOperator, HOME } from './terms.ts'

export type ExtractRowDeps = { extracts: ExtractService; demo: boolean }

const line = z.string().max(400).default('')
const form = z.object({
  disaster: line,
  areas: z.string().max(4000).default(''),
  names: line,
  ends: line,
  passphrase: line,
  again: line,
})
type Typed = z.infer<typeof form>

const DAYS = 7
const DAY_MS = 86_400_000

/** The end of a day in Japan. */
const endOfDay = (day: string): Date => new Date(`${day}T23:59:59+09:00`)
const namesIn = (text: string) => [
  ...new Set(
    text
      .normalize('NFKC')
      .split(/[\n,、，]+/)
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ),
]

type Judged = { errors: FieldError[] } | { asked: Parameters<ExtractService['ask']>[1] }

/** What was typed, read; or what is wrong with it. */
function judge(typed: Typed, ctx: Context): Judged {
  const say = (name: string, ja: string, en: string): FieldError => ({ name, message: ctx.lang === 'ja' ? ja : en })
  const { places, unread } = readPlaces(typed.areas)
  const names = namesIn(typed.names)
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(typed.ends) && !Number.isNaN(endOfDay(typed.ends).getTime())
  const passphrase = typed.passphrase + typed.again === '' ? null : plainPassphrase(typed.passphrase)
  const errors = [
    ...(unread.length > 0
      ? [
          say(
            'areas',
            `読み取れません：${unread.slice(0, 5).join('、')}。都道府県から書いてください。`,
            `Cannot be read: ${unread.slice(0, 5).join(', ')}.`,
          ),
        ]
      : []),
    ...(names.length === 0 ? [say('names', '渡す相手を入れてください。', 'Enter who it is for.')] : []),
    ...(names.length > MOST_NAMES || names.some((one) => one.length > 40)
      ? [say('names', `相手は${MOST_NAMES}まで、1つ40字までです。`, `At most ${MOST_NAMES} names of 40 characters.`)]
      : []),
    ...(isDay && endOfDay(typed.ends) > ctx.now
      ? []
      : [say('ends', '今日か、それより後の日を入れてください。', 'Enter today or a later day.')]),
    ...(passphrase !== null && passphrase.length < LEAST_PASSPHRASE
      ? [say('passphrase', `合言葉は${LEAST_PASSPHRASE}文字以上です。`, `A passphrase has at least ${LEAST_PASSPHRASE} characters.`)]
      : []),
    ...(passphrase !== null && plainPassphrase(typed.again) !== passphrase
      ? [say('again', '2回の合言葉が同じではありません。', 'The two passphrases differ.')]
      : []),
  ]
  if (errors.length > 0) return { errors }
  return { asked: { disasterId: typed.disaster, areas: places, names, passphrase, expiresAt: endOfDay(typed.ends) } }
}

const openNow = async (ctx: Context) => (await openings.list(ctx)).disasters.filter((d) => isOpen(d, ctx.now))

async function showForm(ctx: Context, request: RouteRequest, deps: ExtractRowDeps, draft?: ExtractDraft): Promise<Answer> {
  const open = await openNow(ctx)
  const ends = dateInJapan(new Date(Math.min(ctx.now.getTime() + DAYS * DAY_MS, ...open.map((d) => d.until.getTime()))))
  const first = { disaster: open[0]?.id ?? '', areas: '', names: '', ends }
  const shown = draft ?? { values: first, errors: [] }
  return {
    json: { open: open.map(({ id, name, until, areas }) => ({ id, name, until, areas })) },
    page: () => extractFormPage(pageOf(ctx, request, deps), { open, draft: shown }),
  }
}

/** A refusal that is about what was typed comes back beside it. */
const fieldOf: Record<string, string> = {
  'disaster-extract-area': 'areas',
  'disaster-area-empty': 'areas',
  'disaster-not-open': 'disaster',
  'disaster-extract-busy': 'disaster',
}

async function ask(ctx: Context, request: RouteRequest, deps: ExtractRowDeps): Promise<Answer> {
  // The answer holds passphrases: it must not be kept to be told again.
  if (request.headers['idempotency-key'] !== undefined) refuse('input-invalid', { what: 'Idempotency-Key' })
  const typed = bodyOf(request, form)
  const { passphrase: _secret, again: _too, ...values } = typed
  const judged = judge(typed, ctx)
  if ('errors' in judged) {
    if (wantsJson(request.headers.accept))
      return refuse('input-invalid', { what: judged.errors.map((e) => `${e.name}: ${e.message}`).join(' ') })
    ctx.audit({ outcome: 'input-invalid' })
    return { ...(await showForm(ctx, request, deps, { values, errors: judged.errors })), status: 400 }
  }
  try {
    const { id, passphrases } = await deps.extracts.ask(ctx, judged.asked)
    const at = `${HOME}/extracts/${id}`
    if (passphrases.length === 0) return led(request, at, { id, passphrases })
    return { json: { id, passphrases, redirect: at }, page: () => madePage(pageOf(ctx, request, deps), { id, passphrases }) }
  } catch (error) {
    const field = error instanceof Refusal ? fieldOf[error.code] : undefined
    if (!(error instanceof Refusal) || field === undefined || wantsJson(request.headers.accept)) throw error
    ctx.audit({ outcome: error.code })
    const errors = [{ name: field, message: refusalSentence(error, ctx.lang) }]
    return { ...(await showForm(ctx, request, deps, { values, errors })), status: refusalRow(error.code).status }
  }
}

async function show(ctx: Context, request: RouteRequest, deps: ExtractRowDeps): Promise<Answer> {
  const extract = await deps.extracts.view(ctx, request.params.id ?? '')
  const disaster = await disasters.find(ctx, extract.disasterId)
  const mayAct = ctx.actor.kind === 'staff' && ctx.actor.role === 'operator'
  const isOpenNow = disaster !== undefined && isOpen(disaster, ctx.now)
  const { logKey: _key, ...told } = extract
  return {
    json: told,
    page: () => extractPage(pageOf(ctx, request, deps), { extract, disasterName: disaster?.name ?? '', mayAct, isOpenNow }),
  }
}

const acts = [
  { path: 'stop', does: 'stop', ja: '持ち出しファイル作りを止める', en: 'Stops the making of an extract' },
  { path: 'go-on', does: 'goOn', ja: '止まった持ち出しファイル作りを続ける', en: 'Goes on with an extract that stopped' },
  { path: 'remove', does: 'remove', ja: '持ち出しファイルをサーバーから消す', en: 'Deletes an extract’s file from the server' },
] as const

export function extractRows(deps: ExtractRowDeps): Row[] {
  return [
    {
      ...{ kind: 'read', method: 'GET', path: `${HOME}/extracts/new`, ...forOperator, ...provenToOpen, audit: 'disaster.extract-form' },
      summary: { ja: '災害時の持ち出しファイルを作る画面', en: 'The form that asks for an extract' },
      handle: (ctx, request) => showForm(ctx, request, deps),
    },
    {
      ...{
        kind: 'write',
        method: 'POST',
        path: `${HOME}/extracts`,
        ...forOperator,
        ...provenToAct,
        audit: 'disaster.extract',
        schema: form,
      },
      summary: { ja: '災害時の持ち出しファイルを作らせる', en: 'Has an extract made' },
      handle: (ctx, request) => ask(ctx, request, deps),
    },
    {
      ...{ kind: 'read', method: 'GET', path: `${HOME}/extracts/:id`, ...forKeepers, audit: 'disaster.extract-view' },
      summary: { ja: '持ち出しファイル1つと、その進み具合', en: 'One extract, and how far it is' },
      handle: (ctx, request) => show(ctx, request, deps),
    },
    {
      ...{ kind: 'stream', method: 'GET', path: `${HOME}/extracts/:id/download`, ...forOperator, ...provenToOpen },
      audit: 'disaster.extract-fetch',
      summary: { ja: '暗号化した持ち出しファイルを受け取る', en: 'The encrypted file of an extract' },
      handle: async (ctx, request) => {
        const id = request.params.id ?? ''
        const { bytes, pieces } = await deps.extracts.fetch(ctx, id)
        const name = `enishi-disaster-${id}.enishi`
        const headers = {
          'content-type': 'application/octet-stream',
          'content-length': String(bytes),
          'content-disposition': `attachment; filename="${name}"`,
          'cache-control': 'no-store',
        }
        return { headers, pieces }
      },
    },
    ...acts.map(
      ({ path, does, ...summary }): Row => ({
        ...{ kind: 'write', method: 'POST', path: `${HOME}/extracts/:id/${path}`, ...forOperator, ...provenToAct },
        audit: `disaster.extract-${path}`,
        summary,
        handle: async (ctx, request) => {
          const id = request.params.id ?? ''
          await deps.extracts[does](ctx, id)
          return led(request, `${HOME}/extracts/${encodeURIComponent(id)}`, { id })
        },
      }),
    ),
  ]
}
