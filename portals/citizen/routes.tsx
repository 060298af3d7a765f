import type { ConsentService } from '#care/consent'
import type { ErasureService } from '#care/erasure'
import type { NoticeService } from '#care/notice'
import type { PersonService } from '#care/person'
import type { QuestionService } from '#care/question'
import { type ChartItem, present, type RecordService, toldOnce } from '#care/record'
import { findActs, findInstitutions, lastActAt } from '#kernel/audit-read'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import type { Sentence } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { appRows } from './app-rows.ts'
import { accessLogPieces } from './access-log-csv.ts'
import { accessLogPage, actJson } from './access-log.tsx'
import { closingRows } from './closing-rows.ts'
import { consentJson, stateOf } from './consent-state.ts'
import { homePage } from './home.tsx'
import { inReadersLanguage, institutionNames } from './institution-names.ts'
import { withUnread } from './notices/unread.ts'
import { erasureRows } from './erasure/rows.ts'
import { emergencyRows } from './emergencies/rows.tsx'
import { noticeRows } from './notices/rows.ts'
import { questionRows } from './questions/rows.ts'
import { logProofRows } from './log-proof.tsx'
import { profilePage } from './profile.tsx'
import { sharingRows } from './sharing/rows.ts'
import { type RecordKind, recordKinds, recordPage } from './record.tsx'
import { citizenSecurityRows } from './security.tsx'
import { aboutOf, citizenOf, maskedFor, noteOwn, subjectOf, toldTo, whose } from './self.ts'
import { familyRows } from './family-rows.ts'

export type CitizenDeps = {
  record: RecordService
  consent: ConsentService
  person: PersonService
  notice: NoticeService
  question: QuestionService
  erasure?: ErasureService
  demo: boolean
  /** What the outside sign-in of people is called; absent where there is none. */
  outside?: Sentence | null
  /** Public address; passkeys are made for its host. */
  baseUrl?: string
}

const LAW = '個人情報の保護に関する法律 第33条（開示。適用の範囲は要確認: 弁護士）'

const me = { who: ['citizen'], why: ['PATRQT'] } as const

const NEW_DAYS = 30
const ACTS_AT_HOME = 3
const ACTS_A_PAGE = 50
const OWN_ACTS = 20

/** A whole number from the query, within bounds. */
function numberIn(text: string | null, { usual, max }: { usual: number; max: number }): number {
  return /^\d{1,6}$/.test(text ?? '') ? Math.min(Math.max(Number(text), 1), max) : usual
}

/** Rows of a person's own pages: their record, who looked, what they agreed to. */
export function citizenRoutes(deps: CitizenDeps): Row[] {
  const { person, notice, question, demo, outside = null, baseUrl = 'http://localhost:8080' } = deps
  const about = (ctx: Context, request: RouteRequest) => aboutOf(ctx, request, deps)
  const rows = [
    ...recordRows(deps),
    ...accessRows(deps),
    ...sharingRows(deps),
    profileRow(deps),
    ...appRows({ person, aboutOf: about }),
    ...citizenSecurityRows({ person, demo, baseUrl, outside, aboutOf: about }),
    ...familyRows({ person, aboutOf: about }),
    ...logProofRows({ aboutOf: about, toldTo }),
    ...noticeRows({ notice, person, aboutOf: about }),
    ...emergencyRows({ person, aboutOf: about }),
    ...questionRows({ question, person, aboutOf: about }),
    ...closingRows(deps),
    ...(deps.erasure ? erasureRows({ erasure: deps.erasure, person, aboutOf: (ctx, request) => aboutOf(ctx, request, deps) }) : []),
  ]
  return withUnread(rows, notice)
}

/** The person's items, newest first. Consent's predicate in the query leaves out what they have not been told. */
async function ownItems(ctx: Context, { record, person }: CitizenDeps): Promise<{ items: ChartItem[]; cut: boolean }> {
  const chart = await record.chart(ctx, citizenOf(ctx).keys)
  if (chart.rows.length === 0) noteOwn(ctx, { resource: 'chart' })
  const nameOf = await institutionNames(
    ctx,
    person,
    chart.rows.map((row) => row.source),
  )
  return { items: toldOnce(chart.rows.map((row) => present(row, nameOf))), cut: chart.cut }
}

async function home(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const { id, keys } = citizenOf(ctx)
  const since = await lastActAt(ctx.db, { keys, actorId: id, action: 'citizen.record', before: ctx.now })
  const from = since ?? new Date(ctx.now.getTime() - NEW_DAYS * 86_400_000)
  const { items } = await ownItems(ctx, deps)
  const { acts } = await findActs(ctx.db, { ...(await whose(ctx, deps)), by: 'others', limit: ACTS_AT_HOME, offset: 0 })
  const active = (await deps.consent.list(ctx, keys)).filter((one) => stateOf(one, ctx.now) === 'active' && one.allowed.length > 0)
  const fresh = items.filter((item) => item.registeredAt > from)
  const shown = { acts: await inReadersLanguage(ctx, deps.person, acts), active: await inReadersLanguage(ctx, deps.person, active) }
  return {
    json: {
      since: since?.toISOString() ?? null,
      fresh,
      total: items.length,
      lately: acts.map(actJson),
      consents: active.map((one) => consentJson(one, ctx.now)),
    },
    page: () => homePage(aboutOf(ctx, request, deps), { fresh, since, total: items.length, ...shown }),
  }
}

async function ownRecord(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const { items, cut } = await ownItems(ctx, deps)
  const wish = request.query.get('kind')
  const kind: RecordKind | null = recordKinds.find((one) => one === wish) ?? null
  const page = numberIn(request.query.get('page'), { usual: 1, max: 1000 })
  return {
    json: { items: kind === null ? items : items.filter((item) => item.kind === kind), cut },
    page: () => recordPage(aboutOf(ctx, request, deps), { items, cut, kind, page }),
  }
}

function recordRows(deps: CitizenDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/me',
      ...me,
      audit: 'citizen.home',
      law: LAW,
      snapshot: true,
      summary: {
        ja: '本人のホーム：新しい記録、誰が見たか、いまの同意',
        en: 'Home of the person: what is new, who looked, consents in force',
      },
      handle: (ctx, request) => home(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/me/record',
      ...me,
      audit: 'citizen.record',
      law: LAW,
      summary: { ja: '本人の記録（未告知・未提供のものを除く）', en: 'The person’s own record, without what they have not been told' },
      handle: (ctx, request) => ownRecord(ctx, request, deps),
    },
  ]
}

async function accessLog(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const own = await whose(ctx, deps)
  const asked = (name: string) => request.query.get(name)?.slice(0, 40) ?? ''
  const filter = { institution: asked('institution'), kind: asked('kind') }
  const pageSize = numberIn(request.query.get('count'), { usual: ACTS_A_PAGE, max: 500 })
  const page = numberIn(request.query.get('page'), { usual: 1, max: 100_000 })
  const about = {
    ...own,
    institutionNumber: filter.institution || undefined,
    kind: filter.kind || undefined,
    limit: pageSize,
    offset: (page - 1) * pageSize,
  }
  noteOwn(ctx, { resource: 'AuditEvent?' })
  if (wantsJson(request.headers.accept)) {
    const { acts, total } = await findActs(ctx.db, { ...about, by: 'all' })
    return { json: { entries: acts.map(actJson), total, page, pageSize } }
  }
  const { acts, total } = await findActs(ctx.db, { ...about, by: 'others' })
  const done = await findActs(ctx.db, { ...own, by: 'own', limit: OWN_ACTS, offset: 0 })
  const institutions = await inReadersLanguage(ctx, deps.person, await findInstitutions(ctx.db, own))
  const told = await inReadersLanguage(ctx, deps.person, acts)
  return {
    page: () =>
      accessLogPage(aboutOf(ctx, request, deps), {
        acts: told,
        total,
        own: done.acts,
        ownTotal: done.total,
        institutions,
        filter,
        page,
        pageSize,
      }),
  }
}

function accessRows(deps: CitizenDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/me/access-log',
      ...me,
      audit: 'citizen.access-log',
      law: LAW,
      snapshot: true,
      summary: { ja: '誰が、いつ、なぜ、何を見たか', en: 'Who looked, when, why, at what' },
      handle: (ctx, request) => accessLog(ctx, request, deps),
    },
    {
      kind: 'stream',
      method: 'GET',
      path: '/me/access-log/download',
      ...me,
      audit: 'citizen.access-log',
      law: LAW,
      summary: { ja: '「誰が見たか」を全部まとめて受け取る（CSV）', en: 'Download everything that was looked at (CSV)' },
      handle: async (ctx) => {
        noteOwn(ctx, { resource: 'access-log' })
        const name = `enishi-access-log-${dateInJapan(ctx.now)}.csv`
        const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` }
        return { headers, pieces: accessLogPieces(ctx, await whose(ctx, deps)) }
      },
    },
  ]
}

function profileRow(deps: CitizenDeps): Row {
  const { person } = deps
  return {
    kind: 'read',
    method: 'GET',
    path: '/me/profile',
    ...me,
    audit: 'citizen.profile',
    law: LAW,
    summary: { ja: '登録されている本人の情報', en: 'What the register holds about the person' },
    handle: async (ctx, request) => {
      const found = maskedFor(ctx, (await person.find(ctx, subjectOf(ctx))) ?? refuse('not-found'))
      const memberIds = await person.memberIds(ctx, found.id)
      noteOwn(ctx, { resource: `Person/${found.id}` })
      const { keys: _keys, ...shown } = found
      return {
        json: { ...shown, memberIds: memberIds.map((one) => ({ memberId: one.asSent, since: one.since.toISOString() })) },
        page: () => profilePage(aboutOf(ctx, request, deps), { person: found, memberIds }),
      }
    },
  }
}
