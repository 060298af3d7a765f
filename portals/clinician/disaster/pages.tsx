import type { Disaster } from '#care/consent'
import type { DisasterSecond, Look } from '#care/emergency'
import type { Person, Remembered } from '#care/person'
import { Button, ButtonRow, EmptyState, type FieldError, Form, formatDateTime, LinkButton, RadioGroup, renderPage, Section, t } from '#ui'
import { ClinicPage, PatientLine, type PageOf } from '../frame.tsx'
import { type DisasterChart, DisasterChartBody } from './chart-page.tsx'
import type { Institutions } from '../load.ts'
import { disasterTitle, HOME, OpenBanner, Who } from './parts.tsx'
import { type Hit, Results, SearchForm } from './search-page.tsx'
import { SecondNeeded, WaitingSeconds } from './second-page.tsx'

const personHref = (key: string, rest = '') => `${HOME}/people/${encodeURIComponent(key)}${rest}`

export function closedPage(on: PageOf): string {
  const { lang } = on
  return renderPage(
    <ClinicPage on={on} title={disasterTitle(lang)}>
      <EmptyState
        lang={lang}
        title={t(lang, { ja: 'いまこの医療機関には開かれていません', en: 'It is not open for this institution now' })}
      >
        <p>
          {t(lang, {
            ja: '大きな災害のとき、地域と日数を決めて開かれます。避難している人を診ていて必要なときは、運用担当に連絡してください。命に関わる一人のためには、緊急時の閲覧を使えます。',
            en: 'In a great disaster it is opened for an area and for days. If you treat evacuees and need it, call the operator. For one person whose life is at stake there is emergency access.',
          })}
        </p>
      </EmptyState>
    </ClinicPage>,
  )
}

export type SearchView = {
  disaster: Disaster
  typed: Remembered
  errors: readonly FieldError[]
  hits: readonly Hit[] | null
  more: boolean
  /** Requests for a second clinician that wait here, and who is looking. */
  waiting: readonly DisasterSecond[]
  me: string
}

export function searchPage(on: PageOf, view: SearchView): string {
  const { lang, now } = on
  return renderPage(
    <ClinicPage
      on={on}
      title={t(lang, { ja: '避難している人をさがす', en: 'Find an evacuee' })}
      top={<OpenBanner disaster={view.disaster} lang={lang} />}
      hasErrors={view.errors.length > 0}
    >
      <WaitingSeconds requests={view.waiting} me={view.me} lang={lang} />
      {view.hits ? <Results lang={lang} hits={view.hits} more={view.more} now={now} hrefOf={(hit) => personHref(hit.key)} /> : null}
      <SearchForm lang={lang} action={HOME} again={view.hits !== null} typed={view.typed} errors={view.errors} />
    </ClinicPage>,
  )
}

/** Is this the person? What is enough to ask them, and nothing of what ails them. */
export function confirmPage(on: PageOf, view: { disaster: Disaster; person: Person; needs: readonly string[] }): string {
  const { lang } = on
  const { disaster, person, needs } = view
  const key = person.keys[0]!
  const second = needs.length > 0
  return renderPage(
    <ClinicPage
      on={on}
      title={t(lang, { ja: 'この人ですか', en: 'Is this the person?' })}
      top={<OpenBanner disaster={disaster} lang={lang} />}
      breadcrumbs={[{ href: HOME, label: disasterTitle(lang) }]}
    >
      <Who person={person} now={on.now} lang={lang} />
      {second ? <SecondNeeded needs={needs} lang={lang} /> : null}
      <Section title={t(lang, { ja: 'この人なら', en: 'If it is' })}>
        <Form action={personHref(key)} label={t(lang, { ja: '記録を開く', en: 'Open the record' })}>
          <RadioGroup
            lang={lang}
            name="agreed"
            required
            label={t(lang, { ja: '本人の同意', en: 'The person’s consent' })}
            options={[
              { value: 'oral', label: t(lang, { ja: '口頭で同意を得た', en: 'They agreed by word of mouth' }) },
              {
                value: 'unable',
                label: t(lang, { ja: '意識がないなど、同意を得ることが難しい', en: 'They cannot be asked (unconscious, confused)' }),
                hint: t(lang, {
                  ja: '生命・身体を守るために必要なときに限ります。',
                  en: 'Only where it is needed to protect life or body.',
                }),
              },
            ]}
          />
          <ButtonRow>
            <Button variant="primary">
              {second
                ? t(lang, { ja: '同僚に同意を頼む', en: 'Ask a colleague to agree' })
                : t(lang, { ja: 'この人の記録を開く', en: 'Open the record' })}
            </Button>
            <LinkButton href={HOME}>{t(lang, { ja: 'この人ではない', en: 'Not this person' })}</LinkButton>
          </ButtonRow>
          <p className="note">{t(lang, { ja: '開くと、本人に知らせます。', en: 'The person is told when it opens.' })}</p>
        </Form>
      </Section>
    </ClinicPage>,
  )
}

export type ChartPageView = { disaster: Disaster; look: Look; chart: DisasterChart; empty: boolean }

export function chartPage(on: PageOf, view: ChartPageView, institutions: Institutions): string {
  const { lang } = on
  const { disaster, look, chart } = view
  return renderPage(
    <ClinicPage
      on={on}
      title={chart.patient.name || chart.patient.nameKana}
      titleLang="ja"
      lead={<PatientLine patient={chart.patient} lang={lang} />}
      top={<OpenBanner disaster={disaster} lang={lang} />}
      breadcrumbs={[{ href: HOME, label: disasterTitle(lang) }]}
    >
      <p className="note">
        {t(lang, {
          ja: `${formatDateTime(look.at, 'ja')}に開きました。${formatDateTime(look.until, 'ja')}まで読めます。お薬・傷病名・アレルギー・検査・健診だけを表示しています。本人が災害時にも見せないとしたものは出ません。`,
          en: `Opened on ${formatDateTime(look.at, 'en')}, readable until ${formatDateTime(look.until, 'en')}. Drugs, diagnoses, allergies, results and check-ups alone are shown; what the person closed for disasters too is not.`,
        })}
      </p>
      {view.empty ? (
        <EmptyState lang={lang} title={t(lang, { ja: '表示できる記録はありません', en: 'Nothing can be shown' })}>
          <p>
            {t(lang, {
              ja: '登録がないか、本人が災害時の閲覧も望まないとしています。本人や家族に直接確かめてください。',
              en: 'Nothing is registered, or the person closed it for disasters too. Please ask them or their family.',
            })}
          </p>
        </EmptyState>
      ) : (
        <DisasterChartBody chart={chart} institutions={institutions} lang={lang} />
      )}
    </ClinicPage>,
  )
}
