import type { ReactElement, ReactNode } from 'react'
import { Banner, ClosedDoor, EmptyState, Grid, joinList, kindName, type Lang, Section, Stack, t } from '#ui'
import { AppsMenu, type Launchable } from './apps.tsx'
import { ClinicPage, type PageOf, PatientLine, patientHref } from './frame.tsx'
import type { Institutions } from './load.ts'
import type { AnyItem, ChartView } from './model.ts'
import { Consent, CourseTrend, Door, type Look } from './parts.tsx'
import { diagnosesInOrder, HarmBanner, isOut, latestResults, Summary } from './summary.tsx'
import {
  Allergies,
  Diagnoses,
  Documents,
  isAllergy,
  isDocument,
  isPrescription,
  isResult,
  Nothing,
  Others,
  Prescriptions,
  Results,
} from './tables.tsx'

export type ChartProps = { view: ChartView; institutions: Institutions; on: PageOf; apps?: readonly Launchable[] }
type Part = { view: ChartView; look: Look }

const ROWS = 10
const RESULTS = 6
const COURSES = 6

/** 'What must I know before I speak?' */
export function ChartPage({ view, institutions, on, apps = [] }: ChartProps): ReactElement {
  const { lang } = on
  const look: Look = { lang, patient: view.patient, institutions }
  return (
    <ClinicPage on={on} title={view.patient.name} lead={<PatientLine patient={view.patient} lang={lang} />}>
      <Consent doors={view.consent} lang={lang} />
      {view.why ? (
        <>
          <Closed why={view.why[lang]} view={view} lang={lang} />
          <AppsMenu apps={apps} patient={view.patient} lang={lang} />
        </>
      ) : (
        <Chart view={view} look={look} apps={apps} />
      )}
    </ClinicPage>
  )
}

/** Where doors are closed: the way for whoever cannot be asked. */
const InEmergency = ({ patientId, lang }: { patientId: string; lang: Lang }): ReactNode => (
  <p>
    <a href={`/clinic/emergency/open?patient=${encodeURIComponent(patientId)}`}>
      {t(lang, {
        ja: '命にかかわり、同意を尋ねられないとき（緊急アクセス）',
        en: 'Life is at stake and they cannot be asked (emergency access)',
      })}
    </a>
  </p>
)

/** Nothing may be shown: why, what stays closed for which reason, and what to do. */
function Closed({ why, view, lang }: { why: string; view: ChartView; lang: Lang }): ReactNode {
  const reasons = Map.groupBy(view.consent.closed, (door) => door.why[lang])
  return (
    <>
      <EmptyState lang={lang} title={why}>
        <p>
          {t(lang, {
            ja: 'この医療機関が登録した記録も、まだありません。本人が同意したら、この画面を読み直してください。',
            en: 'This institution has registered no records of its own yet. Once the person agrees, reload this page.',
          })}
        </p>
        <InEmergency patientId={view.patient.patientId} lang={lang} />
      </EmptyState>
      <Stack>
        {[...reasons].map(([reason, doors]) => (
          <ClosedDoor
            key={reason}
            lang={lang}
            what={joinList(
              lang,
              doors.map((door) => kindName[door.kind][lang]),
            )}
            reason={reason}
          />
        ))}
      </Stack>
    </>
  )
}

function Chart({ view, look, apps }: Part & { apps: readonly Launchable[] }): ReactNode {
  const { lang } = look
  return (
    <>
      {view.consent.closed.length > 0 ? <InEmergency patientId={view.patient.patientId} lang={lang} /> : null}
      <HarmBanner view={view} lang={lang} />
      <AppsMenu apps={apps} patient={view.patient} lang={lang} />
      {view.cut ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, { ja: '古い記録の一部は表示していません。', en: 'Some of the oldest records are left out.' })}
        />
      ) : null}
      <Summary view={view} look={look} />
      <DiagnosisSection view={view} look={look} />
      <AllergySections view={view} look={look} />
      <ResultSections view={view} look={look} />
      <PrescriptionSection view={view} look={look} />
      <DocumentSections view={view} look={look} />
      <OtherSection view={view} look={look} />
    </>
  )
}

/** 'All 42' where a table holds back rows. */
function more(look: Look, kind: string, count: number): ReactNode {
  if (count <= ROWS) return null
  const label = t(look.lang, { ja: `すべて見る（${count}件）`, en: `See all ${count}` })
  return <a href={patientHref(look.patient, `?kind=${kind}`)}>{label}</a>
}

/** Nothing, and whether that is known or merely not visible. */
function nothingFor(view: ChartView, kind: string, look: Look): ReactNode {
  return view.consent.closed.some((door) => door.kind === kind) ? [] : <Nothing look={look} />
}

function DiagnosisSection({ view, look }: Part): ReactNode {
  const { lang } = look
  const items = diagnosesInOrder(view)
  return (
    <Section id="diagnosis" title={kindName.diagnosis[lang]} action={more(look, 'diagnosis', items.length)}>
      <Diagnoses items={items.slice(0, ROWS)} look={look} caption={kindName.diagnosis[lang]} empty={nothingFor(view, 'diagnosis', look)} />
      <Door view={view} kind="diagnosis" lang={lang} />
    </Section>
  )
}

function AllergySections({ view, look }: Part): ReactNode {
  return (['drug-allergy', 'other-allergy'] as const).map((kind) => {
    const items = view.items[kind].filter(isAllergy)
    const title = kindName[kind][look.lang]
    return (
      <Section key={kind} id={kind} title={title} action={more(look, kind, items.length)}>
        <Allergies items={items.slice(0, ROWS)} look={look} caption={title} empty={nothingFor(view, kind, look)} />
        <Door view={view} kind={kind} lang={look.lang} />
      </Section>
    )
  })
}

function ResultSections({ view, look }: Part): ReactNode {
  const { lang } = look
  const out = (key: string) => latest.some((item) => item.courseKey === key && isOut(item))
  const latest = latestResults(view).filter((item) => item.kind === 'test-result')
  const courses = [...view.courses.filter((c) => out(c.key)), ...view.courses.filter((c) => !out(c.key))]
  const count = view.items['test-result'].length
  const title = kindName['test-result'][lang]
  const all =
    count > 0 ? (
      <a href={patientHref(look.patient, '/labs')} data-shortcut="l" aria-keyshortcuts="l">
        {t(lang, { ja: `すべての検査結果と経過（${count}件）`, en: `All ${count} results and courses` })}
      </a>
    ) : null
  return (
    <>
      <Section
        id="test-result"
        title={title}
        action={all}
        lead={
          latest.length > 0
            ? t(lang, {
                ja: '項目ごとの最新の結果です。基準を外れたものを先に並べています。',
                en: 'The latest result of each item, those out of range first.',
              })
            : undefined
        }
      >
        <Results items={latest.slice(0, RESULTS)} look={look} caption={title} empty={nothingFor(view, 'test-result', look)} />
        <Door view={view} kind="test-result" lang={lang} />
        {courses.length > 0 ? (
          <div className="section">
            <Grid>
              {courses.slice(0, COURSES).map((course) => (
                <CourseTrend key={course.key} course={course} all={view.courses} look={look} />
              ))}
            </Grid>
          </div>
        ) : null}
      </Section>
      <Section id="infection" title={kindName.infection[lang]} action={more(look, 'infection', view.items.infection.length)}>
        <Results
          items={view.items.infection.filter(isResult).slice(0, ROWS)}
          look={look}
          caption={kindName.infection[lang]}
          empty={nothingFor(view, 'infection', look)}
        />
        <Door view={view} kind="infection" lang={lang} />
      </Section>
    </>
  )
}

function PrescriptionSection({ view, look }: Part): ReactNode {
  const { lang } = look
  const items = view.items.prescription.filter(isPrescription)
  const lead = t(lang, {
    ja: '文書に含まれる処方です。電子処方箋と調剤の記録はまだ含みません。',
    en: 'Prescriptions contained in documents. E-prescriptions and dispensing are not included yet.',
  })
  return (
    <Section id="prescription" title={kindName.prescription[lang]} lead={lead} action={more(look, 'prescription', items.length)}>
      <Prescriptions
        items={items.slice(0, ROWS)}
        look={look}
        caption={kindName.prescription[lang]}
        empty={nothingFor(view, 'prescription', look)}
      />
      <Door view={view} kind="prescription" lang={lang} />
    </Section>
  )
}

/** Check-up reports, then letters addressed here or written here, then care plans, which come under diagnoses. */
function DocumentSections({ view, look }: Part): ReactNode {
  const { lang } = look
  const checkups = view.items['check-up'].filter(isDocument)
  const letters = view.items.letter.filter(isDocument)
  const plans = view.items.diagnosis.filter(isDocument)
  return (
    <>
      <Section id="check-up" title={kindName['check-up'][lang]} action={more(look, 'check-up', checkups.length)}>
        <Documents
          items={checkups.slice(0, ROWS)}
          look={look}
          caption={kindName['check-up'][lang]}
          empty={nothingFor(view, 'check-up', look)}
        />
        <Door view={view} kind="check-up" lang={lang} />
      </Section>
      <Section
        id="letter"
        title={kindName.letter[lang]}
        action={more(look, 'letter', letters.length)}
        lead={t(lang, { ja: 'この医療機関あての文書と、自院が書いた文書です。', en: 'Addressed to this institution, or written by it.' })}
      >
        <Documents items={letters.slice(0, ROWS)} look={look} caption={kindName.letter[lang]} />
      </Section>
      {plans.length > 0 ? (
        <Section id="care-plan" title={t(lang, { ja: '療養計画書', en: 'Care plans' })} action={more(look, 'care-plan', plans.length)}>
          <Documents items={plans.slice(0, ROWS)} look={look} caption={t(lang, { ja: '療養計画書', en: 'Care plans' })} />
        </Section>
      ) : null}
    </>
  )
}

function OtherSection({ view, look }: Part): ReactNode {
  const items: AnyItem[] = view.items.other
  if (items.length === 0) return null
  const title = t(look.lang, { ja: 'その他の自院の記録', en: 'Other records of this institution' })
  return (
    <Section id="other" title={title} action={more(look, 'other', items.length)}>
      <Others items={items.slice(0, ROWS)} look={look} caption={title} />
    </Section>
  )
}
