/** What keeps an evacuee safe, on one page: allergies, drugs, diagnoses, results, check-ups. The same on a laptop without a network. */
import type { ReactNode } from 'react'
import { Banner, Details, kindName, type Lang, Section, t } from '#ui'
import type { InformationKind } from '#packages/fhir'
import { documentBody, present, type Seen, toldOnce } from '#care/record'
import { itemView, patientView } from '../chart.ts'
import type { Person } from '#care/person'
import type { Institutions } from '../load.ts'
import type { AnyItem, ChartView, PatientView } from '../model.ts'
import { Lines, type Look } from '../parts.tsx'
import { diagnosesInOrder, HarmBanner, isOut } from '../summary.tsx'
import { Allergies, Diagnoses, Documents, isAllergy, isDocument, isPrescription, isResult, Prescriptions, Results } from '../tables.tsx'

const MOST = 40

/** The page's parts of a record: the kinds that disaster access shows. */
export const disasterKinds = ['drug-allergy', 'other-allergy', 'prescription', 'diagnosis', 'test-result', 'infection', 'check-up'] as const

export type DisasterChart = {
  patient: PatientView
  items: ChartView['items']
  sections: Map<string, { title: string; text: string; lines: string[] }[]>
  cut: boolean
}

type Source = {
  person: Person
  key: string
  rows: readonly Seen[]
  cut: boolean
  institutionNumber: string
  now: Date
  nameOf: (number: string) => string | undefined
}

/** Rows as somebody may see them, made into the page's lists. */
export function disasterChart({ person, key, rows, cut, institutionNumber, now, nameOf }: Source): DisasterChart {
  const wanted = rows.filter((row) => disasterKinds.some((kind) => kind === row.kind))
  const items = Object.fromEntries([...disasterKinds, 'letter', 'other'].map((kind) => [kind, [] as AnyItem[]])) as ChartView['items']
  for (const item of toldOnce(wanted.map((row) => present(row, nameOf))))
    items[item.kind as InformationKind].push(itemView(item, institutionNumber))
  const checkups = wanted.filter((row) => row.kind === 'check-up' && (row.type === 'Bundle' || row.type === 'Composition')).slice(0, 5)
  const sections = new Map(
    checkups.map((row) => [
      row.id,
      documentBody(row, nameOf).map((s) => ({ title: s.title, text: s.text, lines: [...s.items.map(lineOf), ...s.lines] })),
    ]),
  )
  return { patient: patientView(person, key, now), items, sections, cut }
}

/** An item of a check-up in a line. */
function lineOf(item: ReturnType<typeof present>): string {
  if (item.is === 'result') return [item.name, item.value, item.unit].filter(Boolean).join(' ')
  return item.is === 'document' ? (item.title ?? '') : (item.name ?? '')
}

export function DisasterChartBody({
  chart,
  institutions,
  lang,
}: {
  chart: DisasterChart
  institutions: Institutions
  lang: Lang
}): ReactNode {
  const look: Look = { lang, patient: chart.patient, institutions, alone: true }
  const view: ChartView = {
    patient: chart.patient,
    consent: { open: [], closed: [] },
    items: chart.items,
    courses: [],
    cut: chart.cut,
    generatedAt: '',
  }
  const title = (kind: InformationKind) => kindName[kind][lang]
  return (
    <>
      <HarmBanner view={view} lang={lang} />
      {chart.cut ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, { ja: '古い記録の一部は表示していません。', en: 'Some of the oldest records are left out.' })}
        />
      ) : null}
      <Section id="prescription" title={title('prescription')}>
        <Prescriptions items={chart.items.prescription.filter(isPrescription).slice(0, MOST)} look={look} caption={title('prescription')} />
      </Section>
      <Section id="diagnosis" title={title('diagnosis')}>
        <Diagnoses items={diagnosesInOrder(view).slice(0, MOST)} look={look} caption={title('diagnosis')} />
      </Section>
      {(['drug-allergy', 'other-allergy'] as const).map((kind) => (
        <Section key={kind} id={kind} title={title(kind)}>
          <Allergies items={chart.items[kind].filter(isAllergy)} look={look} caption={title(kind)} />
        </Section>
      ))}
      <Section id="test-result" title={title('test-result')}>
        <Latest items={chart.items['test-result']} look={look} caption={title('test-result')} />
      </Section>
      <Section id="infection" title={title('infection')}>
        <Results items={chart.items.infection.filter(isResult).slice(0, MOST)} look={look} caption={title('infection')} />
      </Section>
      <Section id="check-up" title={title('check-up')}>
        <Latest
          items={chart.items['check-up']}
          look={look}
          caption={t(lang, { ja: '健診の結果', en: 'Results of check-ups' })}
          empty={chart.items['check-up'].some(isDocument) ? [] : undefined}
        />
        <Documents items={chart.items['check-up'].filter(isDocument).slice(0, MOST)} look={look} caption={title('check-up')} empty={[]} />
        <Checkups chart={chart} lang={lang} />
      </Section>
    </>
  )
}

/** The latest result of each item, those out of range first; what came before stands folded up behind it. */
function Latest({
  items,
  look,
  caption,
  empty,
}: {
  items: readonly AnyItem[]
  look: Look
  caption: string
  empty?: [] | undefined
}): ReactNode {
  const { lang } = look
  const results = items.filter(isResult)
  const latest = [...new Map(results.toReversed().map((item) => [item.courseKey, item])).values()]
    .toReversed()
    .toSorted((a, b) => Number(isOut(b)) - Number(isOut(a)))
  const older = results.filter((item) => !latest.includes(item))
  const before = t(lang, { ja: 'それより前の結果', en: 'Earlier results' })
  return (
    <>
      {latest.length > 0 ? (
        <p className="note">
          {t(lang, {
            ja: '項目ごとの最新の結果です。基準を外れたものを先に並べています。',
            en: 'The latest result of each item, those out of range first.',
          })}
        </p>
      ) : null}
      <Results items={latest.slice(0, MOST)} look={look} caption={caption} empty={empty} />
      {older.length > 0 ? (
        <Details summary={t(lang, { ja: `それより前の結果（${older.length}件）`, en: `Earlier results (${older.length})` })}>
          <Results items={older.slice(0, 300)} look={look} caption={before} />
        </Details>
      ) : null}
    </>
  )
}

function Checkups({ chart, lang }: { chart: DisasterChart; lang: Lang }): ReactNode {
  return chart.items['check-up'].filter(isDocument).map((item) => {
    const sections = chart.sections.get(item.id)
    if (!sections || sections.length === 0) return null
    return (
      <Details
        key={item.id}
        summary={t(lang, { ja: `健診の中身：${item.date ?? '日付の記載なし'}`, en: `What the check-up of ${item.date ?? 'no date'} says` })}
      >
        {sections.map((section) => (
          <div key={section.title + section.text}>
            {section.title ? <h3 lang="ja">{section.title}</h3> : null}
            <Lines text={[section.text, ...section.lines].filter(Boolean).join('\n')} />
          </div>
        ))}
      </Details>
    )
  })
}
