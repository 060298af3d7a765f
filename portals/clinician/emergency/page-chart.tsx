import type { ReactElement, ReactNode } from 'react'
import { EXTENSION_MINUTES, inForceOn, reasons, whyLonger, wordsOf } from '#care/emergency'
import { dateInJapan } from '#kernel/japan'
import {
  Banner,
  Button,
  ButtonRow,
  ConsentBar,
  Details,
  Form,
  formatDateTime,
  formatTime,
  Ja,
  kindName,
  type Lang,
  Section,
  Select,
  Time,
  t,
} from '#ui'
import { ClinicPage, type PageOf, PatientLine } from '../frame.tsx'
import type { AnyItem, ChartView } from '../model.ts'
import { Lines, type Look } from '../parts.tsx'
import { diagnosesInOrder, HarmBanner, latestResults } from '../summary.tsx'
import { Allergies, Diagnoses, isAllergy, isPrescription, isResult, Prescriptions, Results } from '../tables.tsx'
import type { EmergencyChart } from './load.ts'

const open = ['drug-allergy', 'other-allergy', 'prescription', 'diagnosis', 'infection', 'test-result', 'check-up'] as const
const ROWS = 15

/** Everything vital on one page: what could harm, what is taken, what is the matter, what was found. */
export function EmergencyPage({ chart, on }: { chart: EmergencyChart; on: PageOf }): ReactElement {
  const { lang } = on
  const { emergency, institutions } = chart
  // Every kind is open here as far as anything is: what stays closed is not told.
  const view: ChartView = { ...chart.view, consent: { open: [], closed: [] } }
  const look: Look = { lang, patient: view.patient, institutions, alone: true }
  return (
    <ClinicPage
      on={on}
      title={view.patient.name}
      titleLang="ja"
      lead={<PatientLine patient={view.patient} lang={lang} />}
      top={
        <ConsentBar
          lang={lang}
          state="emergency"
          open={open}
          until={emergency.until}
          why={t(lang, {
            ja: `${wordsOf(reasons, emergency.reason).ja}のため。本人に知らせました。監査担当2人が確かめます。`,
            en: `${wordsOf(reasons, emergency.reason).en}. The person was told; two auditors will review it.`,
          })}
        />
      }
    >
      <Harm view={view} lang={lang} />
      <Banner
        lang={lang}
        tone="attention"
        title={t(lang, { ja: 'ここにない情報があるかもしれません', en: 'Something may be missing here' })}
      >
        <p>
          {t(lang, {
            ja: '登録されていないもの、本人が緊急のときも見せないとしたものは出ません。あるかどうかも分かりません。',
            en: 'What nobody registered, and what the person keeps closed even in emergencies, does not appear; nor does whether there is any.',
          })}
        </p>
      </Banner>
      <Vital view={view} look={look} />
      <Checkups chart={chart} look={look} />
      <Ending chart={chart} on={on} />
    </ClinicPage>
  )
}

type Part = { view: ChartView; look: Look }

/** Known allergies before everything; where none are known, nobody here can be asked. */
function Harm({ view, lang }: { view: ChartView; lang: Lang }): ReactNode {
  if (view.items['drug-allergy'].filter(isAllergy).some((item) => item.current)) return <HarmBanner view={view} lang={lang} />
  return (
    <Banner
      lang={lang}
      tone="info"
      label={t(lang, { ja: '薬剤アレルギー・禁忌', en: 'Drug allergies' })}
      title={t(lang, { ja: 'ここには出ていません', en: 'None shown here' })}
    >
      <p>
        {t(lang, {
          ja: 'ないという意味ではありません。家族、お薬手帳、持ち物を確かめてください。',
          en: 'This does not mean there are none. Check with relatives, the drug notebook and what they carry.',
        })}
      </p>
    </Banner>
  )
}

/** Nothing of a kind: never that there is none. */
const Nothing = ({ lang }: { lang: Lang }): ReactNode => (
  <p className="note">{t(lang, { ja: 'ここに出せるものはありません。', en: 'Nothing to show here.' })}</p>
)

function Vital({ view, look }: Part): ReactNode {
  const { lang } = look
  const title = (kind: (typeof open)[number]) => kindName[kind][lang]
  const drugs = view.items.prescription.filter(isPrescription)
  const allergies = [...view.items['drug-allergy'], ...view.items['other-allergy']].filter(isAllergy)
  const diagnoses = diagnosesInOrder(view)
  const empty = <Nothing lang={lang} />
  const results = latestResults(view).filter((item) => item.kind === 'test-result')
  return (
    <>
      <Section
        id="prescription"
        title={t(lang, { ja: '薬', en: 'Drugs' })}
        lead={t(lang, {
          ja: '文書に含まれる処方です。電子処方箋と調剤の記録はまだ含みません。',
          en: 'Prescriptions contained in documents. E-prescriptions and dispensing are not included yet.',
        })}
      >
        <Prescriptions items={drugs.slice(0, ROWS)} look={look} empty={empty} caption={title('prescription')} />
        <Rest lang={lang} shown={drugs.length - ROWS}>
          <Prescriptions items={drugs.slice(ROWS)} look={look} caption={title('prescription')} />
        </Rest>
      </Section>
      <Section id="allergy" title={t(lang, { ja: 'アレルギー・禁忌', en: 'Allergies' })}>
        <Allergies items={allergies} look={look} empty={empty} caption={t(lang, { ja: 'アレルギー・禁忌', en: 'Allergies' })} />
      </Section>
      <Section id="diagnosis" title={title('diagnosis')}>
        <Diagnoses items={diagnoses.slice(0, ROWS)} look={look} empty={empty} caption={title('diagnosis')} />
        <Rest lang={lang} shown={diagnoses.length - ROWS}>
          <Diagnoses items={diagnoses.slice(ROWS)} look={look} caption={title('diagnosis')} />
        </Rest>
      </Section>
      <Section id="infection" title={title('infection')}>
        <Results items={view.items.infection.filter(isResult)} look={look} empty={empty} caption={title('infection')} />
      </Section>
      <Section
        id="test-result"
        title={title('test-result')}
        lead={t(lang, { ja: '項目ごとの最新の結果。基準を外れたものが先です。', en: 'The latest of each item, those out of range first.' })}
      >
        <Results items={results.slice(0, ROWS)} look={look} empty={empty} caption={title('test-result')} />
        <Rest lang={lang} shown={results.length - ROWS}>
          <Results items={results.slice(ROWS)} look={look} caption={title('test-result')} />
        </Rest>
      </Section>
    </>
  )
}

const Rest = ({ lang, shown, children }: { lang: Lang; shown: number; children: ReactNode }): ReactNode =>
  shown <= 0 ? null : <Details summary={t(lang, { ja: `ほか${shown}件`, en: `${shown} more` })}>{children}</Details>

function Checkups({ chart, look }: { chart: EmergencyChart; look: Look }): ReactNode {
  const { lang } = look
  if (chart.checkups.length === 0) return null
  return (
    <Section id="check-up" title={kindName['check-up'][lang]}>
      {chart.checkups.map(({ document, sections }) => (
        <Details
          key={document.id}
          summary={
            <>
              <Ja>{document.title}</Ja>
              {t(lang, { ja: '　', en: ', ' })}
              {document.date === null ? null : <Time value={document.date} lang={lang} />}
            </>
          }
        >
          {sections.map((section, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the page is rendered once, on the server
            <div key={n}>
              <h3 lang="ja">{section.title}</h3>
              <Results items={resultsOf(section.items)} look={look} caption={section.title} empty={null} />
              <Diagnoses items={diagnosesOf(section.items)} look={look} caption={section.title} empty={null} />
              {section.items.length === 0 ? <Lines text={section.text} /> : null}
              {section.lines.map((line) => (
                <p key={line} lang="ja">
                  {line}
                </p>
              ))}
            </div>
          ))}
        </Details>
      ))}
    </Section>
  )
}

const resultsOf = (items: readonly AnyItem[]) => items.filter((item) => item.is === 'result')
const diagnosesOf = (items: readonly AnyItem[]) => items.filter((item) => item.is === 'diagnosis')

/** Ends by itself; may be ended now, or go on once. */
function Ending({ chart, on }: { chart: EmergencyChart; on: PageOf }): ReactNode {
  const { lang, now } = on
  const { emergency } = chart
  const here = `/clinic/emergency/${emergency.id}`
  const longer = inForceOn(whyLonger, dateInJapan(now)).map(({ id, ...words }) => ({ value: id, label: t(lang, words) }))
  const isExtended = emergency.until.getTime() - emergency.since.getTime() > EXTENSION_MINUTES * 60_000
  return (
    <Section
      title={t(lang, { ja: 'この緊急アクセスを終える', en: 'End this emergency access' })}
      lead={t(lang, {
        ja: `${formatDateTime(emergency.since, 'ja')}に開き、${formatTime(emergency.until)}に自動で終わります。`,
        en: `Opened ${formatDateTime(emergency.since, 'en')}; it ends by itself at ${formatTime(emergency.until)}.`,
      })}
    >
      <Form action={`${here}/end`} label={t(lang, { ja: '終える', en: 'End it' })}>
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '必要がなくなったので終える', en: 'No longer needed: end it' })}</Button>
        </ButtonRow>
      </Form>
      {isExtended ? null : (
        <Details summary={t(lang, { ja: '1回だけ、のばす', en: 'Extend it, once' })}>
          <Form action={`${here}/extend`} label={t(lang, { ja: 'のばす', en: 'Extend' })}>
            <Select lang={lang} name="reason" label={t(lang, { ja: 'のばす理由', en: 'Why' })} options={longer} />
            <ButtonRow>
              <Button>{t(lang, { ja: `${EXTENSION_MINUTES / 60}時間のばす`, en: `Extend by ${EXTENSION_MINUTES / 60} hours` })}</Button>
            </ButtonRow>
          </Form>
        </Details>
      )}
    </Section>
  )
}
