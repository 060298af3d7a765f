import { Grid, Ja, Section } from '../components/content.tsx'
import { Pagination, Tabs } from '../components/navigation.tsx'
import { ResultValue } from '../components/result-value.tsx'
import { Time } from '../components/signs.tsx'
import type { Column } from '../components/table.tsx'
import { Table } from '../components/table.tsx'
import { Trend } from '../components/trend.tsx'
import type { Lang } from '../messages.ts'
import { t } from '../messages.ts'
import type { ResultRow } from './data.ts'
import { COURSES, LONGEST, RESULTS } from './data.ts'
import type { ReactNode } from 'react'

type Part = { lang: Lang }

const columns = (lang: Lang): Column<ResultRow>[] => [
  { key: 'item', header: t(lang, { ja: '検査項目', en: 'Item' }), cell: (row) => row.item[lang] },
  {
    key: 'value',
    header: t(lang, { ja: '結果と基準範囲', en: 'Result and range' }),
    cell: (row) => <ResultValue lang={lang} value={row.value} unit={row.unit} range={row} />,
  },
  { key: 'on', header: t(lang, { ja: '検査日', en: 'Date' }), cell: (row) => <Time value={row.on} lang={lang} /> },
  { key: 'from', header: t(lang, { ja: '医療機関', en: 'Institution' }), cell: (row) => <Ja>{row.from}</Ja> },
  { key: 'count', header: t(lang, { ja: '回数', en: 'Times' }), numeric: true, cell: (row) => row.value.length * 7 },
]

export function Results({ lang }: Part): ReactNode {
  const trend = (name: string, rest: Omit<Parameters<typeof Trend>[0], 'lang' | 'name'>) => <Trend lang={lang} name={name} {...rest} />
  return (
    <Section
      title={t(lang, { ja: '検査結果', en: 'Test results' })}
      action={<a href="#all">{t(lang, { ja: 'すべて見る', en: 'See all' })}</a>}
    >
      <Tabs
        label={t(lang, { ja: '見方', en: 'Views' })}
        items={[
          { href: '#latest', label: t(lang, { ja: '最新', en: 'Latest' }), current: true, count: 4 },
          { href: '#course', label: t(lang, { ja: '経過', en: 'Course' }), shortcut: 'k' },
          { href: '#documents', label: t(lang, { ja: '文書', en: 'Documents' }), count: 312 },
        ]}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: '最新の検査結果', en: 'Latest test results' })}
        captionHidden
        columns={columns(lang)}
        rows={RESULTS}
        rowKey={(row) => row.item.en}
        rowTone={(row) => (row.value === '8.4' ? 'attention' : null)}
      />
      <Pagination
        lang={lang}
        nextHref="#next"
        previousHref="#previous"
        position={t(lang, { ja: '21〜40件（全312件）', en: '21–40 of 312' })}
      />
      <div className="section">
        <Grid>
          {trend('HbA1c', { unit: '%', range: { low: 4.9, high: 6 }, points: COURSES.rising })}
          {trend(t(lang, { ja: 'カリウム', en: 'Potassium' }), { unit: 'mmol/L', range: { low: 3.6, high: 4.8 }, points: COURSES.falling })}
          {trend(t(lang, { ja: 'LDLコレステロール', en: 'LDL cholesterol' }), {
            unit: 'mg/dL',
            range: { high: 139 },
            points: COURSES.flat,
          })}
          {trend(t(lang, { ja: '体重', en: 'Body weight' }), { unit: 'kg', points: COURSES.single })}
          {trend(t(lang, { ja: 'CRP（基準が逆の記録）', en: 'CRP (bounds swapped at source)' }), {
            unit: 'mg/dL',
            range: { low: 9, high: 1 },
            points: COURSES.mixed,
          })}
          {trend(LONGEST.item, { unit: '×10⁴/μL', range: { low: 1, high: 3 }, points: COURSES.mixed })}
          {trend(t(lang, { ja: '尿酸', en: 'Uric acid' }), { unit: 'mg/dL', points: COURSES.none })}
        </Grid>
      </div>
    </Section>
  )
}
