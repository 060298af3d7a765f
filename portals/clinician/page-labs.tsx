import type { ReactElement, ReactNode } from 'react'
import { EmptyState, Grid, t, Tabs } from '#ui'
import { ClinicPage, crumbs, type PageOf, PatientLine, patientHref } from './frame.tsx'
import type { Institutions } from './load.ts'
import type { ChartView } from './model.ts'
import { paged } from './page-kind.tsx'
import { Consent, CourseTrend, Door, type Look } from './parts.tsx'
import { isOut } from './summary.tsx'
import { isResult, Results } from './tables.tsx'

const views = ['courses', 'table', 'out'] as const
type View = (typeof views)[number]

/** All test results: courses, everything in one table, or what is out of range. */
export function LabsPage(props: {
  view: ChartView
  institutions: Institutions
  show: { tab: string; page: number }
  on: PageOf
}): ReactElement {
  const { view, institutions, show, on } = props
  const { lang } = on
  const tab: View = views.find((one) => one === show.tab) ?? 'courses'
  const look: Look = { lang, patient: view.patient, institutions }
  const results = view.items['test-result'].filter(isResult)
  const out = results.filter(isOut)
  const title = t(lang, { ja: '検査結果', en: 'Test results' })
  const href = (to: View, page = 1) => patientHref(view.patient, `/labs?view=${to}${page > 1 ? `&page=${page}` : ''}`)
  const items = [
    {
      href: href('courses'),
      label: t(lang, { ja: '経過', en: 'Courses' }),
      count: view.courses.length,
      current: tab === 'courses',
      shortcut: 'c',
    },
    { href: href('table'), label: t(lang, { ja: '一覧', en: 'Table' }), count: results.length, current: tab === 'table', shortcut: 't' },
    { href: href('out'), label: t(lang, { ja: '基準外', en: 'Out of range' }), count: out.length, current: tab === 'out', shortcut: 'o' },
  ]
  const { shown, links } = paged(tab === 'out' ? out : results, { page: show.page, href: (page) => href(tab, page), lang })
  return (
    <ClinicPage
      on={on}
      title={`${title} — ${view.patient.name}`}
      breadcrumbs={crumbs(view.patient, lang)}
      lead={<PatientLine patient={view.patient} lang={lang} />}
    >
      <Consent doors={view.consent} lang={lang} />
      <Door view={view} kind="test-result" lang={lang} />
      <div className="section">
        <Tabs label={t(lang, { ja: '検査結果の見方', en: 'Views of the results' })} items={items} />
        {tab === 'courses' ? (
          <Courses view={view} look={look} />
        ) : (
          <>
            <Results items={shown} look={look} caption={title} />
            {links}
          </>
        )}
      </div>
    </ClinicPage>
  )
}

function Courses({ view, look }: { view: ChartView; look: Look }): ReactNode {
  const { lang } = look
  if (view.courses.length === 0)
    return (
      <EmptyState lang={lang} title={t(lang, { ja: '経過を描ける項目はまだありません', en: 'No item has a course yet' })}>
        <p>
          {t(lang, {
            ja: '同じ項目の数値が2回以上登録されると、ここに経過を表示します。',
            en: 'A course appears once the same item has two numbers or more.',
          })}
        </p>
      </EmptyState>
    )
  return (
    <Grid>
      {view.courses.map((course) => (
        <CourseTrend key={course.key} course={course} all={view.courses} look={look} />
      ))}
    </Grid>
  )
}
