import type { Actor, Context, StaffRole } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { documentBody, hiddenAmong, type Seen } from '#care/record'
import { askedAddress, askedIn, askingRow } from '#kernel/asked'
import { institutionOf } from '#kernel/context'
import { renderPage } from '#ui'
import { lookingService } from '#care/emergency'
import { accountRows } from './account.tsx'
import { disasterRows, openDisaster } from './disaster/rows.tsx'
import { appRows, launchableApps, leadingTo } from './app-rows.tsx'
import { itemView } from './chart.ts'
import { emergencyRows } from './emergency/rows.tsx'
import { present } from '#care/record'
import { type Deps, loadArrivals, loadChart, loadItem } from './load.ts'
import { ArrivalsPage } from './page-arrivals.tsx'
import { ChartPage } from './page-chart.tsx'
import { DocumentPage } from './page-document.tsx'
import { ItemPage } from './page-item.tsx'
import { KindPage, pagedKind } from './page-kind.tsx'
import { LabsPage } from './page-labs.tsx'
import { itemHref, type PageOf } from './frame.tsx'
import { signingRows } from './signing/rows.tsx'

const LAW =
  '医療法等の一部を改正する法律（令和7年法律第87号）による電子カルテ情報の共有。閲覧は本人の同意による（施行日は規定ごと。要確認: 弁護士）'

/** Who may open a record. A clerk sees who comes and whether they are covered, not what ails them. */
const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']
const desk: readonly StaffRole[] = [...clinical, 'clerk']

const pageOf = ({ lang, actor, now }: Context, request: RouteRequest, { demo = false }: Deps): PageOf => ({
  lang,
  path: request.url,
  actor,
  now,
  demo,
})
const numberOf = (text: string | null): number => (text !== null && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 1)

/** The front door of hospitals and clinics: who comes, and the chart of one patient. */
export function clinicianRoutes(deps: Deps): Row[] {
  const staff = { kind: 'read', method: 'GET', snapshot: true, who: ['staff'], why: ['TREAT'], law: LAW } as const
  return [
    {
      ...staff,
      path: '/clinic',
      roles: desk,
      audit: 'clinic.list',
      summary: { ja: '自院の患者の受付状況と検索', en: 'Who came, and search among this institution’s own patients' },
      handle: (ctx, request) => arrivals(ctx, request, deps),
    },
    askingRow({
      ...{ path: '/clinic', who: ['staff'], why: ['TREAT'], law: LAW, roles: desk },
      summary: { ja: '自院の患者をさがす', en: 'Search among this institution’s own patients' },
    }),
    {
      ...staff,
      path: '/clinic/patients/:patientId',
      roles: clinical,
      audit: 'chart.read',
      summary: { ja: '患者1人の記録（全国の医療機関から）', en: 'One patient’s chart, from every institution' },
      handle: (ctx, request) => chart(ctx, request, deps),
    },
    {
      ...staff,
      path: '/clinic/patients/:patientId/labs',
      roles: clinical,
      audit: 'chart.labs',
      summary: { ja: '検査結果の一覧と経過', en: 'All test results and their courses' },
      handle: async (ctx, request) => {
        const { view, opened } = await loadChart(ctx, deps, request.params.patientId!)
        const show = { tab: request.query.get('view') ?? 'courses', page: numberOf(request.query.get('page')) }
        const { patient, consent, courses, generatedAt } = view
        const items = { 'test-result': view.items['test-result'], infection: view.items.infection }
        return {
          json: { patient, consent, items, courses, generatedAt },
          page: () => renderPage(<LabsPage view={view} institutions={opened.institutions} show={show} on={pageOf(ctx, request, deps)} />),
        }
      },
    },
    {
      ...staff,
      path: '/clinic/patients/:patientId/items/:id',
      roles: clinical,
      audit: 'chart.item',
      summary: { ja: '1件のすべて（送られたコードと原文）', en: 'One item in full, with every code and the text as sent' },
      handle: (ctx, request) => item(ctx, request, deps),
    },
    {
      ...staff,
      path: '/clinic/patients/:patientId/documents/:id',
      roles: clinical,
      audit: 'chart.document',
      summary: { ja: '1通の文書', en: 'One document, section by section' },
      handle: (ctx, request) => item(ctx, request, deps),
    },
    ...signingRows({ deps, pageOf: (ctx, request) => pageOf(ctx, request, deps) }),
    ...accountRows(deps),
    ...emergencyRows({ deps, pageOf: (ctx, request) => pageOf(ctx, request, deps) }),
    ...disasterRows({ looking: lookingService(deps), person: deps.person, pageOf: (ctx, request) => pageOf(ctx, request, deps) }),
    ...appRows({ deps, pageOf: (ctx, request) => pageOf(ctx, request, deps) }),
  ]
}

async function arrivals(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const query = askedIn(ctx, '/clinic', request.query)
  const text = (query.get('q') ?? '').slice(0, 100)
  const asked = { text, page: numberOf(query.get('page')), href: (page: number) => pageHref(ctx, text, page) }
  const found = await loadArrivals(ctx, deps, asked)
  const mayOpen = ctx.actor.kind === 'staff' && clinical.includes(ctx.actor.role)
  const disaster = mayOpen ? await openDisaster(ctx) : null
  return {
    json: { patients: found.arrivals, query: asked.text, page: asked.page, more: found.more },
    page: () => renderPage(<ArrivalsPage {...found} asked={asked} mayOpen={mayOpen} disaster={disaster} on={pageOf(ctx, request, deps)} />),
  }
}

const pageHref = (ctx: Context, q: string, page: number): string => `${askedAddress(ctx, '/clinic', { q })}&page=${page}`

async function chart(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { view, opened } = await loadChart(ctx, deps, request.params.patientId!)
  const kind = pagedKind(request.query.get('kind'))
  const apps = kind ? [] : await launchableApps(ctx)
  const props = { view, institutions: opened.institutions, apps, on: pageOf(ctx, request, deps) }
  return {
    headers: leadingTo(apps),
    json: view,
    page: () =>
      renderPage(kind ? <KindPage {...props} kind={kind} page={numberOf(request.query.get('page'))} /> : <ChartPage {...props} />),
  }
}

/** A document reads by its sections, anything else by its fields and codes; the same row of the record either way. */
async function item(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { seen, patient, institutions, ja } = await loadItem(ctx, deps, { patientId: request.params.patientId!, id: request.params.id! })
  const nameOf = (number: string) => ja(number, '') || undefined
  const own = institutionOf(ctx.actor) ?? ''
  const shown = itemView(present(seen, nameOf), own)
  const on = pageOf(ctx, request, deps)
  const about = { patient, item: shown, institutions, on }
  if (shown.is === 'document') {
    const sections = documentBody(seen, nameOf).map((s) => ({ ...s, items: s.items.map((one) => itemView(one, own)) }))
    const signatures = (await deps.signature?.of(ctx, seen)) ?? []
    const isProtected = (await hiddenAmong(ctx.db, [seen.key])).has(seen.key)
    const mine = ctx.actor.kind === 'staff' && mayStillSign(ctx.actor, { seen, signatures })
    const signHref = mine && deps.signature ? `${itemHref(patient, shown)}/sign` : null
    const signedBy = signatures.map(({ document: _text, jws: _jws, key: _key, ...one }) => one)
    return {
      json: { patient, item: shown, sections, signatures: signedBy, resource: JSON.parse(seen.body) as unknown },
      page: () =>
        renderPage(<DocumentPage {...about} {...{ document: shown, sections, signatures, signHref, isProtected, body: seen.body }} />),
    }
  }
  return {
    json: { patient, item: shown, resource: JSON.parse(seen.body) as unknown },
    page: () => renderPage(<ItemPage {...about} body={seen.body} />),
  }
}

type SignedSoFar = { seen: Seen; signatures: readonly { version: number; staffId: string }[] }

/** Whether somebody may put their signature to a document: their own institution's, as it stands, not signed by them yet. */
const mayStillSign = (actor: Extract<Actor, { kind: 'staff' }>, { seen, signatures }: SignedSoFar): boolean =>
  (actor.role === 'physician' || actor.role === 'dentist') &&
  seen.source === actor.institutionNumber &&
  !signatures.some((one) => one.version === seen.version && one.staffId === actor.id)
