/** Pages of the laptop: who looks, the search, who it is, what keeps them safe. */
import type { ReactNode } from 'react'
import type { AboutLine, Evacuee, Manifest, Who } from '#care/emergency'
import type { Remembered } from '#care/person'
import type { Sentence } from '#kernel/language'
import { DisasterChartBody, type disasterChart, type Hit, EvacueeIdentity, PatientLine, Results, SearchForm } from '#portals/clinician'
import {
  Banner,
  Button,
  ButtonRow,
  EmptyState,
  type FieldError,
  ErrorSummary,
  Form,
  formatDateTime,
  Ja,
  type Lang,
  LinkButton,
  Page,
  RadioGroup,
  renderPage,
  Section,
  Select,
  TextInput,
  t,
} from '#ui'
import type { LaptopNeed } from './second.ts'

export type On = { lang: Lang; path: string; now: Date; manifest: Manifest; people: number; who: Who | null }
type Props = { on: On; title: string; titleLang?: Lang; lead?: ReactNode; hasErrors?: boolean; children: ReactNode }

function LaptopPage({ on, ...props }: Props): ReactNode {
  const { lang, manifest } = on
  const until = new Date(manifest.expiresAt)
  return (
    <Page
      {...props}
      lang={lang}
      path={on.path}
      audience="staff"
      top={
        <Banner
          lang={lang}
          tone="attention"
          label={t(lang, { ja: '災害時の持ち出し（通信なし）', en: 'Disaster extract (no network)' })}
          title={
            <>
              <Ja>{manifest.disasterName}</Ja>{' '}
              {t(lang, { ja: `（${formatDateTime(until, 'ja')}まで）`, en: `(until ${formatDateTime(until, 'en')})` })}
            </>
          }
        >
          <p>
            {t(lang, {
              ja: `${formatDateTime(new Date(manifest.madeAt), 'ja')}時点の${on.people}人分の記録です。それより新しいことは入っていません。だれが見たかはこの端末に記録され、後で本人に知らせます。`,
              en: `Records of ${on.people} people as of ${formatDateTime(new Date(manifest.madeAt), 'en')}; nothing newer is in it. Every look is logged on this machine and told to the person later.`,
            })}
          </p>
        </Banner>
      }
    >
      {on.who ? (
        <p className="note">
          <Ja>{`${on.who.name}（${on.who.institutionName}）`}</Ja> <a href="/leave">{t(lang, { ja: '終わる', en: 'Finish' })}</a>
        </p>
      ) : null}
      {props.children}
    </Page>
  )
}

const licences = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  nurse: { ja: '看護職員', en: 'Nurse' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
} as const

/** Who is looking? Nothing opens before that. */
export function whoPage(
  on: On,
  about: { institutions: AboutLine['institutions']; typed: Record<string, string>; errors: readonly FieldError[] },
): string {
  const { lang } = on
  const value = (name: string) => about.typed[name] ?? ''
  const error = (name: string) => about.errors.find((e) => e.name === name)?.message
  const input = (name: string, label: { ja: string; en: string }, width: 'short' | 'medium' = 'medium') => (
    <TextInput
      lang={lang}
      name={name}
      label={t(lang, label)}
      value={value(name)}
      error={error(name)}
      required
      maxLength={60}
      width={width}
      autoComplete="off"
    />
  )
  return renderPage(
    <LaptopPage on={on} title={t(lang, { ja: 'だれが見ますか', en: 'Who is looking?' })} hasErrors={about.errors.length > 0}>
      <ErrorSummary lang={lang} errors={about.errors} />
      <Form action="/who" label={t(lang, { ja: 'だれが見ますか', en: 'Who is looking?' })}>
        {input('name', { ja: '氏名', en: 'Name' })}
        <Select
          lang={lang}
          name="licence"
          label={t(lang, { ja: '職種', en: 'Profession' })}
          value={value('licence')}
          options={Object.entries(licences).map(([one, words]) => ({ value: one, label: t(lang, words) }))}
        />
        {input('licenceNumber', { ja: '免許の登録番号', en: 'Licence number' })}
        {input('loginName', { ja: '縁のログイン名', en: 'Login name in Enishi' })}
        <Select
          lang={lang}
          name="institution"
          label={t(lang, { ja: '医療機関', en: 'Institution' })}
          value={value('institution')}
          options={about.institutions.filter((i) => i.open).map((i) => ({ value: i.number, label: (lang === 'en' && i.nameEn) || i.name }))}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '始める', en: 'Begin' })}</Button>
        </ButtonRow>
      </Form>
    </LaptopPage>,
  )
}

export type SearchView = { typed: Remembered; errors: readonly FieldError[]; hits: readonly Hit[] | null; more: boolean }

export function searchPage(on: On, view: SearchView): string {
  const { lang } = on
  return renderPage(
    <LaptopPage on={on} title={t(lang, { ja: '避難している人をさがす', en: 'Find an evacuee' })} hasErrors={view.errors.length > 0}>
      {view.hits ? (
        <Results lang={lang} hits={view.hits} more={view.more} now={on.now} hrefOf={(hit) => `/people/${encodeURIComponent(hit.key)}`} />
      ) : null}
      <SearchForm lang={lang} action="/search" again={view.hits !== null} typed={view.typed} errors={view.errors} />
    </LaptopPage>,
  )
}

export type ConfirmView = { needs: readonly LaptopNeed[]; typed: Readonly<Record<string, string>>; errors: readonly FieldError[] }

const needNames: Record<LaptopNeed, Sentence> = {
  marked: { ja: 'この人の記録は、2人で開くことになっています。', en: 'This person’s record is opened by two.' },
  'same-name': { ja: 'あなたと同姓同名です。', en: 'They bear your name.' },
}

/** The second clinician says at the same laptop that they agree. */
function SecondFields({ on, view }: { on: On; view: ConfirmView }): ReactNode {
  const { lang } = on
  const error = (name: string) => view.errors.find((e) => e.name === name)?.message
  const input = (name: string, label: Sentence) => (
    <TextInput
      {...{ lang, name, label: t(lang, label), value: view.typed[name] ?? '', error: error(name) }}
      required
      maxLength={60}
      width="medium"
      autoComplete="off"
    />
  )
  return (
    <>
      <Banner
        lang={lang}
        tone="attention"
        title={t(lang, { ja: 'もう1人の医師・看護職員などの同意が必要です', en: 'A second clinician must agree' })}
      >
        <ul>
          {view.needs.map((one) => (
            <li key={one}>{t(lang, needNames[one])}</li>
          ))}
        </ul>
        <p>
          {t(lang, {
            ja: '2人目の人が、ここに自分の氏名などを入れます。後で本人と監査担当に知らされます。',
            en: 'The second enters their own name here. The person and the auditors are told later.',
          })}
        </p>
      </Banner>
      {input('secondName', { ja: '2人目の氏名', en: 'Name of the second' })}
      <Select
        lang={lang}
        name="secondLicence"
        label={t(lang, { ja: '2人目の職種', en: 'Profession of the second' })}
        value={view.typed.secondLicence ?? ''}
        options={Object.entries(licences).map(([one, words]) => ({ value: one, label: t(lang, words) }))}
      />
      {input('secondNumber', { ja: '2人目の免許の登録番号', en: 'Licence number of the second' })}
    </>
  )
}

export function confirmPage(on: On, { person }: Pick<Evacuee, 'person'>, view: ConfirmView): string {
  const { lang } = on
  return renderPage(
    <LaptopPage on={on} title={t(lang, { ja: 'この人ですか', en: 'Is this the person?' })} hasErrors={view.errors.length > 0}>
      <ErrorSummary lang={lang} errors={view.errors} />
      <EvacueeIdentity person={person} now={on.now} lang={lang} />
      <Section title={t(lang, { ja: 'この人なら', en: 'If it is' })}>
        <Form action={`/people/${encodeURIComponent(person.keys[0]!)}`} label={t(lang, { ja: '記録を開く', en: 'Open the record' })}>
          <RadioGroup
            lang={lang}
            name="agreed"
            required
            value={view.typed.agreed}
            error={view.errors.find((e) => e.name === 'agreed')?.message}
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
          {view.needs.length > 0 ? <SecondFields on={on} view={view} /> : null}
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: 'この人の記録を開く', en: 'Open the record' })}</Button>
            <LinkButton href="/">{t(lang, { ja: 'この人ではない', en: 'Not this person' })}</LinkButton>
          </ButtonRow>
          <p className="note">{t(lang, { ja: '開くと、後で本人に知らせます。', en: 'The person is told later.' })}</p>
        </Form>
      </Section>
    </LaptopPage>,
  )
}

export function chartPage(
  on: On,
  chart: ReturnType<typeof disasterChart>,
  about: { institutions: (number: string, fallback: string) => string; empty: boolean },
): string {
  const { lang } = on
  return renderPage(
    <LaptopPage
      on={on}
      title={chart.patient.name || chart.patient.nameKana}
      titleLang="ja"
      lead={<PatientLine patient={chart.patient} lang={lang} />}
    >
      <p>
        <a href="/">{t(lang, { ja: '検索に戻る', en: 'Back to the search' })}</a>
      </p>
      {about.empty ? (
        <EmptyState lang={lang} title={t(lang, { ja: '表示できる記録はありません', en: 'Nothing can be shown' })} />
      ) : (
        <DisasterChartBody chart={chart} institutions={about.institutions} lang={lang} />
      )}
    </LaptopPage>,
  )
}

export function messagePage(on: On, words: { ja: string; en: string }): string {
  const { lang } = on
  return renderPage(
    <LaptopPage on={on} title={t(lang, words)}>
      <Section title={t(lang, { ja: '次にすること', en: 'What to do' })}>
        <p>
          <a href="/">{t(lang, { ja: 'はじめに戻る', en: 'Back to the beginning' })}</a>
        </p>
      </Section>
    </LaptopPage>,
  )
}
