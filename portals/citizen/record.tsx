import type { ReactNode } from 'react'
import { type ChartItem, labCourses, type LabCourse } from '#care/record'
import type { Lang } from '#kernel/language'
import { Details, EmptyState, Grid, Pagination, Section, Stack, Tabs, Trend, t } from '#ui'
import { type About, citizenPage } from './frame.tsx'
import { Allergies, Diagnoses, Documents, Others, Prescriptions, Results } from './record-items.tsx'
import { kindWords } from './words.ts'

/** Kinds in the order people ask for them. */
export const recordKinds = [
  'test-result',
  'infection',
  'prescription',
  'diagnosis',
  'drug-allergy',
  'other-allergy',
  'check-up',
  'other',
] as const
export type RecordKind = (typeof recordKinds)[number]

export type RecordView = { items: readonly ChartItem[]; cut: boolean; kind: RecordKind | null; page: number }

const PAGE = 100
/** How many of a kind the overview shows. */
const GLANCE = 5
const COURSES_AT_A_GLANCE = 4

const hrefOf = (kind: RecordKind | null, page = 1) => `/me/record${kind === null ? '' : `?kind=${kind}${page > 1 ? `&page=${page}` : ''}`}`

const nameOf = (kind: RecordKind, lang: Lang) => (kind === 'check-up' ? t(lang, { ja: '健診', en: 'Check-ups' }) : kindWords(kind, lang))

/** Items of each shape under the list that fits it. */
function Lists({ items, caption, lang }: { items: readonly ChartItem[]; caption: string; lang: Lang }): ReactNode {
  const only = <I extends ChartItem['is']>(is: I) => items.filter((item): item is Extract<ChartItem, { is: I }> => item.is === is)
  const [diagnoses, allergies, results] = [only('diagnosis'), only('allergy'), only('result')]
  const [prescriptions, documents, others] = [only('prescription'), only('document'), only('other')]
  return (
    <Stack>
      {diagnoses.length > 0 ? <Diagnoses lang={lang} caption={caption} items={diagnoses} /> : null}
      {allergies.length > 0 ? <Allergies lang={lang} caption={caption} items={allergies} /> : null}
      {results.length > 0 ? <Results lang={lang} caption={caption} items={results} /> : null}
      {prescriptions.length > 0 ? <Prescriptions lang={lang} caption={caption} items={prescriptions} /> : null}
      {others.length > 0 ? <Others lang={lang} caption={caption} items={others} /> : null}
      {documents.length > 0 ? <Documents lang={lang} items={documents} /> : null}
    </Stack>
  )
}

/** Courses with at least two measurements; one value is no course. */
const coursesOf = (items: readonly ChartItem[]): LabCourse[] =>
  labCourses(items.filter((item) => item.is === 'result')).filter(
    (course) => course.points.filter((point) => point.value !== null).length > 1,
  )

function Courses({ courses, lang }: { courses: readonly LabCourse[]; lang: Lang }): ReactNode {
  return (
    <Grid>
      {courses.map((course) => (
        <Trend
          key={course.key}
          lang={lang}
          name={course.name}
          unit={course.unit ?? undefined}
          range={course.range ?? undefined}
          points={course.points.map(({ on, value, text, range, mark, institution }) => ({ on, value, text, range, mark, institution }))}
        />
      ))}
    </Grid>
  )
}

const Advice = ({ lang }: { lang: Lang }): ReactNode => (
  <p className="note">
    {t(lang, {
      ja: '基準範囲は、検査をした施設が決めたものです。外れていても、病気とは限りません。気になる値は、次の診察で「この値はどういう意味ですか」とたずねてみてください。',
      en: 'Reference ranges are those of the laboratory. A value outside is not by itself an illness. At your next visit, ask your doctor what it means for you.',
    })}
  </p>
)

const isLab = (kind: RecordKind) => kind === 'test-result' || kind === 'infection' || kind === 'check-up'

function Glance({ kind, items, lang }: { kind: RecordKind; items: readonly ChartItem[]; lang: Lang }): ReactNode {
  const name = nameOf(kind, lang)
  const courses = kind === 'test-result' ? coursesOf(items).slice(0, COURSES_AT_A_GLANCE) : []
  return (
    <Section
      title={name}
      id={kind}
      action={
        items.length > GLANCE ? (
          <a href={hrefOf(kind)}>{t(lang, { ja: `${name}をすべて見る（${items.length}件）`, en: `All ${items.length}: ${name}` })}</a>
        ) : null
      }
    >
      <Stack>
        {kind === 'test-result' ? <Advice lang={lang} /> : null}
        {courses.length > 0 ? <Courses courses={courses} lang={lang} /> : null}
        <Lists items={items.slice(0, GLANCE)} caption={name} lang={lang} />
      </Stack>
    </Section>
  )
}

function Whole({ view, kind, lang }: { view: RecordView; kind: RecordKind; lang: Lang }): ReactNode {
  const items = view.items.filter((item) => item.kind === kind)
  if (items.length === 0) return <Empty lang={lang} />
  const courses = isLab(kind) ? coursesOf(items) : []
  const first = (view.page - 1) * PAGE
  const shown = items.slice(first, first + PAGE)
  const name = nameOf(kind, lang)
  return (
    <>
      {isLab(kind) ? <Advice lang={lang} /> : null}
      {courses.length > 0 && view.page === 1 ? (
        <Section title={t(lang, { ja: '経過', en: 'Over time' })}>
          <Courses courses={courses.slice(0, 6)} lang={lang} />
          {courses.length > 6 ? (
            <Details summary={t(lang, { ja: `ほかの検査の経過（${courses.length - 6}件）`, en: `${courses.length - 6} more courses` })}>
              <Courses courses={courses.slice(6)} lang={lang} />
            </Details>
          ) : null}
        </Section>
      ) : null}
      <Section title={t(lang, { ja: `${name}（新しい順）`, en: `${name}, newest first` })}>
        <Lists items={shown} caption={name} lang={lang} />
        <Pagination
          lang={lang}
          previousHref={view.page > 1 ? hrefOf(kind, view.page - 1) : undefined}
          nextHref={first + PAGE < items.length ? hrefOf(kind, view.page + 1) : undefined}
          position={t(lang, {
            ja: `${first + 1}〜${first + shown.length}件（全${items.length}件）`,
            en: `${first + 1}–${first + shown.length} of ${items.length}`,
          })}
        />
      </Section>
    </>
  )
}

const Empty = ({ lang }: { lang: Lang }): ReactNode => (
  <EmptyState lang={lang}>
    <p>
      {t(lang, {
        ja: '医療機関が記録を登録すると、ここに出ます。登録には数日かかることがあります。',
        en: 'Records appear here once an institution sends them. That may take some days.',
      })}
    </p>
  </EmptyState>
)

const whoseRecord = ({ lang, actsFor }: About): string =>
  actsFor
    ? t(lang, { ja: `${actsFor.name}さんの記録`, en: `The record of ${actsFor.name}` })
    : t(lang, { ja: 'あなたの記録', en: 'Your record' })

/** The person's own record. What they have not been told yet is not among the items: the query leaves it out. */
export function recordPage(about: About, view: RecordView): string {
  const { lang } = about
  const counts = new Map(recordKinds.map((kind) => [kind, view.items.filter((item) => item.kind === kind).length]))
  const present = recordKinds.filter((kind) => counts.get(kind)! > 0)
  const { kind } = view
  return citizenPage(about, {
    here: '/me/record',
    title: kind === null ? whoseRecord(about) : nameOf(kind, lang),
    lead: t(lang, {
      ja: 'いくつもの医療機関が登録した記録を、一つにまとめています。',
      en: 'What all institutions recorded, in one place.',
    }),
    children: (
      <>
        <Tabs
          label={t(lang, { ja: '種類', en: 'Kinds' })}
          items={[
            { href: hrefOf(null), label: t(lang, { ja: 'まとめ', en: 'Overview' }), current: kind === null },
            ...present.map((one) => ({ href: hrefOf(one), label: nameOf(one, lang), current: one === kind, count: counts.get(one) })),
          ]}
        />
        {view.cut ? (
          <p className="note">
            {t(lang, { ja: '記録が多いため、新しいものだけを出しています。', en: 'There are very many records; the newest are shown.' })}
          </p>
        ) : null}
        {about.actsFor?.masked ? (
          <p className="note">
            {t(lang, {
              ja: '文書（報告書など、住所が書かれていることがあるもの）は、代わりに見る方にはお見せしていません。ご本人の画面には出ます。',
              en: 'Documents, which may say where people live, are not shown to those who act for somebody. The person sees them.',
            })}
          </p>
        ) : null}
        {kind !== null ? (
          <Whole view={view} kind={kind} lang={lang} />
        ) : present.length === 0 ? (
          <Empty lang={lang} />
        ) : (
          present.map((one) => <Glance key={one} kind={one} items={view.items.filter((item) => item.kind === one)} lang={lang} />)
        )}
      </>
    ),
  })
}
