import type { ReactElement, ReactNode } from 'react'
import { kindName, type Lang, Pagination, t, type Words } from '#ui'
import { informationKinds } from '#packages/fhir'
import { ClinicPage, crumbs, PatientLine, patientHref } from './frame.tsx'
import type { AnyItem, ChartView } from './model.ts'
import type { ChartProps } from './page-chart.tsx'
import { Consent, Door, type Look } from './parts.tsx'
import { diagnosesInOrder } from './summary.tsx'
import {
  Allergies,
  Diagnoses,
  Documents,
  isAllergy,
  isDiagnosis,
  isDocument,
  isPrescription,
  isResult,
  Others,
  Prescriptions,
  Results,
} from './tables.tsx'

export type PagedKind = (typeof informationKinds)[number] | 'care-plan' | 'other'

export const pagedKind = (asked: string | null): PagedKind | null =>
  asked === 'care-plan' || asked === 'other' ? asked : (informationKinds.find((kind) => kind === asked) ?? null)

export const ROWS_A_PAGE = 50

/** One page of a long list and the links to its neighbours. */
export function paged<Item>(items: readonly Item[], about: { page: number; href: (page: number) => string; lang: Lang }) {
  const pages = Math.max(1, Math.ceil(items.length / ROWS_A_PAGE))
  const page = Math.min(about.page, pages)
  const from = (page - 1) * ROWS_A_PAGE
  const shown = items.slice(from, from + ROWS_A_PAGE)
  const position = t(about.lang, {
    ja: `${from + 1}〜${from + shown.length}件（全${items.length}件）`,
    en: `${from + 1}–${from + shown.length} of ${items.length}`,
  })
  const links = (
    <Pagination
      lang={about.lang}
      position={position}
      previousHref={page > 1 ? about.href(page - 1) : undefined}
      nextHref={page < pages ? about.href(page + 1) : undefined}
    />
  )
  return { shown, links }
}

const extra: Record<'care-plan' | 'other', Words> = {
  'care-plan': { ja: '療養計画書', en: 'Care plans' },
  other: { ja: 'その他の自院の記録', en: 'Other records of this institution' },
}

/** Everything of one kind, a page at a time. */
export function KindPage({ view, institutions, on, kind, page }: ChartProps & { kind: PagedKind; page: number }): ReactElement {
  const { lang } = on
  const look: Look = { lang, patient: view.patient, institutions }
  const title = kind === 'care-plan' || kind === 'other' ? t(lang, extra[kind]) : kindName[kind][lang]
  const href = (to: number) => patientHref(view.patient, `?kind=${kind}&page=${to}`)
  const { shown, links } = paged(itemsOf(view, kind), { page, href, lang })
  return (
    <ClinicPage
      on={on}
      title={`${title} — ${view.patient.name}`}
      breadcrumbs={crumbs(view.patient, lang)}
      lead={<PatientLine patient={view.patient} lang={lang} />}
    >
      <Consent doors={view.consent} lang={lang} />
      <TableFor kind={kind} items={shown} look={look} title={title} />
      {kind === 'care-plan' || kind === 'other' ? null : <Door view={view} kind={kind} lang={lang} />}
      {links}
    </ClinicPage>
  )
}

function itemsOf(view: ChartView, kind: PagedKind): AnyItem[] {
  if (kind === 'care-plan') return view.items.diagnosis.filter(isDocument)
  if (kind === 'diagnosis') return diagnosesInOrder(view)
  if (kind === 'check-up') return view.items['check-up'].filter(isDocument)
  return view.items[kind]
}

function TableFor({ kind, items, look, title }: { kind: PagedKind; items: readonly AnyItem[]; look: Look; title: string }): ReactNode {
  const about = { look, caption: title }
  switch (kind) {
    case 'diagnosis':
      return <Diagnoses {...about} items={items.filter(isDiagnosis)} />
    case 'drug-allergy':
    case 'other-allergy':
      return <Allergies {...about} items={items.filter(isAllergy)} />
    case 'test-result':
    case 'infection':
      return <Results {...about} items={items.filter(isResult)} />
    case 'prescription':
      return <Prescriptions {...about} items={items.filter(isPrescription)} />
    case 'check-up':
    case 'letter':
    case 'care-plan':
      return <Documents {...about} items={items.filter(isDocument)} />
    case 'other':
      return <Others {...about} items={items} />
  }
}
