import { type BasisWish, type ConsentService, type RegisteredBasis, wrongInLegalBasis } from '#care/consent'
import type { Finding, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { again, errorsOf, fields, led, noDraft, typedIn } from '../form.tsx'
import { pageOf } from '../frame.tsx'
import { provenToAct, provenToOpen } from '../row-terms.ts'
import { basisPage, HOME, listPage, newPage } from './pages.tsx'
import { publicPage } from './public-page.tsx'

type Deps = { consent: ConsentService; person: PersonService; demo: boolean }

const LAW = '個人情報の保護に関する法律 第27条第1項（例外の記録と公表。適用は要確認: 弁護士）'
const forOperator = { who: ['staff'], roles: ['operator'], why: ['HOPERAT'], law: LAW } as const
const forReaders = { who: ['staff'], roles: ['operator', 'auditor'], why: ['HOPERAT'], law: LAW } as const

const isOperator = ({ actor }: Context) => actor.kind === 'staff' && actor.role === 'operator'

const wrongWords: Record<string, [ja: string, en: string]> = {
  institutionNumber: [
    '登録されている医療機関の番号（10桁）を入れてください。',
    'Enter the number of a registered institution (10 digits).',
  ],
  statute: ['きまりを選んでください。', 'Choose the law.'],
  purpose: ['このきまりに合う目的を選んでください。', 'Choose a purpose that this law allows.'],
  kinds: ['見られる情報を1つ以上選んでください。', 'Choose at least one kind.'],
  because: ['事実を10文字以上で書いてください。', 'Tell the facts, at least 10 characters.'],
  decidedBy: ['決めた人または会議を入れてください。', 'Enter who decided.'],
  until: ['今日以降の日付を入れてください。', 'Enter a day from today on.'],
  reviewOn: ['明日から1年以内の日付を入れてください。', 'Enter a day within a year.'],
}
const findingsOf = (wrong: readonly string[]): Finding[] =>
  wrong.map((field) => ({ field, ja: wrongWords[field]?.[0] ?? field, en: wrongWords[field]?.[1] ?? field }))

const json = (basis: RegisteredBasis) => ({
  ...basis,
  since: basis.since.toISOString(),
  until: basis.until.toISOString(),
  endedAt: basis.endedAt?.toISOString() ?? null,
})

async function enter(ctx: Context, request: RouteRequest, { consent, person, demo }: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const [institutionNumber, until, reviewOn] = [typed.text('institutionNumber'), typed.text('until'), typed.text('reviewOn')]
  const [facility] = await person.facilities(ctx, [institutionNumber])
  const wish: BasisWish = {
    institutionNumber,
    institutionName: facility?.name ?? '',
    purpose: typed.text('purpose'),
    statute: typed.text('statute'),
    kinds: typed.list('kinds'),
    because: typed.text('because').slice(0, 1000),
    decidedBy: typed.text('decidedBy').slice(0, 120),
    until,
    reviewOn,
  }
  const wrong = [...(facility === undefined ? ['institutionNumber'] : []), ...wrongInLegalBasis(wish, dateInJapan(ctx.now))]
  const findings = findingsOf([...new Set(wrong)])
  if (findings.length > 0) {
    const { kinds, ...texts } = wish
    const draft = { values: texts, errors: errorsOf(findings, ctx.lang) }
    return again(ctx, request, { findings, page: () => newPage(pageOf(ctx, request, { demo }), { draft, kinds }) })
  }
  const id = await consent.legalBases.enter(ctx, wish)
  return led(request, `${HOME}/${id}`, { id })
}

/** The register of what the law lets somebody see without consent: the operator keeps it, auditors read it, the public its numbers. */
export function legalBasisRows(deps: Deps): Row[] {
  const { consent, demo } = deps
  return [
    {
      kind: 'read',
      method: 'GET',
      path: HOME,
      ...forReaders,
      audit: 'legal-basis.list',
      summary: { ja: '同意によらない提供の法的根拠の一覧', en: 'Legal bases of access without consent' },
      handle: async (ctx, request) => {
        const bases = await consent.legalBases.list(ctx)
        return { json: { bases: bases.map(json) }, page: () => listPage(pageOf(ctx, request, deps), { bases, mayEnter: isOperator(ctx) }) }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: `${HOME}/new`,
      ...forOperator,
      ...provenToOpen,
      audit: 'legal-basis.form',
      summary: { ja: '法的根拠を登録する画面', en: 'Form to enter a legal basis' },
      handle: async (ctx, request) => ({ page: () => newPage(pageOf(ctx, request, deps), { draft: noDraft, kinds: [] }) }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: `${HOME}/:id`,
      ...forReaders,
      audit: 'legal-basis.view',
      summary: { ja: '法的根拠と使われた回数', en: 'One legal basis and its uses' },
      handle: async (ctx, request) => {
        const basis = await consent.legalBases.find(ctx, request.params.id ?? '')
        const uses = (await consent.legalBases.uses(ctx)).filter((use) => use.id === basis.id)
        return {
          json: { ...json(basis), uses },
          page: () => basisPage(pageOf(ctx, request, deps), { basis, uses, mayEnd: isOperator(ctx) }),
        }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: HOME,
      ...forOperator,
      ...provenToAct,
      audit: 'legal-basis.enter',
      schema: fields,
      summary: { ja: '法的根拠を登録する（次の閲覧から効く）', en: 'Enter a legal basis, from the next look on' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${HOME}/:id/end`,
      ...forOperator,
      ...provenToAct,
      audit: 'legal-basis.end',
      summary: { ja: '法的根拠を終わらせる（次の閲覧から効く）', en: 'End a legal basis, from the next look on' },
      handle: async (ctx, request) => {
        await consent.legalBases.end(ctx, request.params.id ?? '')
        return led(request, `${HOME}/${request.params.id ?? ''}`)
      },
    },
    publicRow(consent, demo),
  ]
}

const publicRow = (consent: ConsentService, demo: boolean): Row => ({
  kind: 'read',
  method: 'GET',
  path: '/public/legal-bases',
  who: ['public'],
  why: ['HOPERAT'],
  law: LAW,
  audit: 'none',
  summary: { ja: '同意によらずに見られる相手の公開登録簿', en: 'Public register of access without consent' },
  handle: async (ctx, request) => {
    const [bases, uses] = [await consent.legalBases.list(ctx), await consent.legalBases.uses(ctx)]
    const told = bases.map(({ because: _because, decidedBy: _by, ...basis }) => ({
      ...basis,
      since: basis.since.toISOString(),
      until: basis.until.toISOString(),
    }))
    return { json: { bases: told }, page: () => publicPage({ lang: ctx.lang, path: request.url, demo }, { bases, uses }) }
  },
})
