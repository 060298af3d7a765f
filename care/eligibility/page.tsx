import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Checkbox,
  DefinitionList,
  type DefinitionItem,
  ErrorSummary,
  type FieldError,
  formatDate,
  Form,
  Ja,
  LinkButton,
  Page,
  type PageUser,
  renderPage,
  Section,
  staffNav,
  Table,
  TextInput,
  type Tone,
  t,
  wareki,
} from '#ui'
import type { ShownPerson } from './answer.ts'
import { cardClassificationNames, limitClassificationNames, limitFlagNames, reasonOfLossNames, specificDiseaseNames } from './codes.ts'
import type { Eligibility, ShownCoverage, Validity } from './model.ts'
import type { TypedField } from './rules.ts'

/** What was typed, kept through every error. */
export type TypedFields = {
  insurerNumber: string
  symbol: string
  number: string
  branch: string
  birthDate: string
  limitConsent: boolean
}
export const nothingTyped: TypedFields = { insurerNumber: '', symbol: '', number: '', branch: '', birthDate: '', limitConsent: false }

export type DeskPage = {
  lang: Lang
  path: string
  user: PageUser
  demo?: boolean
  typed: TypedFields
  wrong: readonly TypedField[]
  result: { eligibility: Eligibility; person: ShownPerson | null } | null
}

const fieldErrors = {
  insurerNumber: { ja: '保険者番号は8桁までの数字で入力してください。', en: 'Enter the insurer number: up to 8 digits.' },
  number: { ja: '番号を入力してください。', en: 'Enter the number.' },
  birthDate: { ja: '生年月日を選んでください。', en: 'Enter the birth date.' },
}

function LookUpForm({ lang, typed, wrong }: Pick<DeskPage, 'lang' | 'typed' | 'wrong'>): ReactNode {
  const error = (field: TypedField) => (wrong.includes(field) ? t(lang, fieldErrors[field]) : undefined)
  const text = (name: 'insurerNumber' | 'symbol' | 'number' | 'branch', ja: string, en: string) => ({
    lang,
    name,
    label: t(lang, { ja, en }),
    value: typed[name],
    autoComplete: 'off',
  })
  return (
    <Form action="/desk/eligibility" label={t(lang, { ja: '資格確認書の内容', en: 'Details of the certificate' })}>
      <TextInput
        {...text('insurerNumber', '保険者番号', 'Insurer number')}
        inputMode="numeric"
        width="medium"
        required
        error={error('insurerNumber')}
        autoFocus
      />
      <TextInput {...text('symbol', '記号', 'Symbol')} width="medium" />
      <TextInput {...text('number', '番号', 'Number')} width="medium" required error={error('number')} />
      <TextInput
        {...text('branch', '枝番', 'Branch')}
        inputMode="numeric"
        width="short"
        hint={t(lang, { ja: '書いてないときは空けておきます', en: 'Leave empty where none is printed' })}
      />
      <TextInput
        lang={lang}
        name="birthDate"
        type="date"
        label={t(lang, { ja: '生年月日', en: 'Birth date' })}
        value={typed.birthDate}
        width="medium"
        required
        error={error('birthDate')}
      />
      <Checkbox
        name="limitCertificateConsent"
        value="true"
        checked={typed.limitConsent}
        label={t(lang, { ja: '限度額の情報を確認することに本人が同意した', en: 'The person agreed to the limit being checked' })}
      />
      <ButtonRow>
        <Button variant="primary">{t(lang, { ja: '資格を確認する', en: 'Check' })}</Button>
      </ButtonRow>
    </Form>
  )
}

const tones: Record<Validity, Tone> = { '1': 'success', '2': 'attention', '3': 'attention', '4': 'attention', '5': 'attention' }

const period = (lang: Lang, p: { validFrom: string; validUntil: string | null }) =>
  `${formatDate(p.validFrom, lang)} – ${p.validUntil === null ? t(lang, { ja: '（終わりなし）', en: 'no end' }) : formatDate(p.validUntil, lang)}`

function coverItems(lang: Lang, c: ShownCoverage): DefinitionItem[] {
  return [
    { term: t(lang, { ja: '保険者', en: 'Insurer' }), value: <Ja>{`${c.insurerName}（${c.insurerNumber}）`}</Ja> },
    {
      term: t(lang, { ja: '記号・番号・枝番', en: 'Symbol, number, branch' }),
      value: <Ja>{[c.symbol, c.number, c.branch].map((v) => v || '—').join(' ・ ')}</Ja>,
    },
    {
      term: t(lang, { ja: '窓口の負担', en: 'Share at the desk' }),
      value: t(lang, { ja: `${c.copayPercent / 10}割（${c.copayPercent}%）`, en: `${c.copayPercent}%` }),
    },
    {
      term: t(lang, { ja: '本人・家族', en: 'Insured or family' }),
      value: c.personalFamily === '1' ? t(lang, { ja: '本人', en: 'Insured' }) : t(lang, { ja: '家族', en: 'Family' }),
    },
    { term: t(lang, { ja: '証の区分', en: 'Certificate' }), value: t(lang, cardClassificationNames[c.cardClassification]) },
    { term: t(lang, { ja: '有効期間', en: 'Valid' }), value: period(lang, c) },
    ...(c.reasonOfLoss
      ? [{ term: t(lang, { ja: '資格を失った理由', en: 'Why it ended' }), value: t(lang, reasonOfLossNames[c.reasonOfLoss]) }]
      : []),
  ]
}

function personItems(lang: Lang, p: ShownPerson): DefinitionItem[] {
  const sexes = { '1': { ja: '男', en: 'male' }, '2': { ja: '女', en: 'female' }, '3': { ja: '未設定', en: 'not set' } }
  const registered = p.sex === 'male' ? sexes['1'] : p.sex === 'female' ? sexes['2'] : sexes['3']
  const era = lang === 'ja' ? wareki(p.birthDate) : null
  return [
    {
      term: t(lang, { ja: '氏名', en: 'Name' }),
      value: <Ja>{p.nameOfOther ? `${p.nameOfOther}（${p.nameOfOtherKana}）` : `${p.name}（${p.nameKana}）`}</Ja>,
    },
    { term: t(lang, { ja: '生年月日', en: 'Birth date' }), value: `${formatDate(p.birthDate, lang)}${era ? `・${era}` : ''}` },
    { term: t(lang, { ja: '性別', en: 'Sex' }), value: t(lang, p.sex2 ? sexes[p.sex2] : registered) },
    { term: t(lang, { ja: '住所', en: 'Address' }), value: <Ja>{p.address}</Ja> },
  ]
}

type Certificate = { what: string; detail: string; validFrom: string; validUntil: string | null }

function certificatesOf(lang: Lang, e: Eligibility): Certificate[] {
  const yen = (n: number) => t(lang, { ja: `月${n.toLocaleString('en-US')}円まで`, en: `up to ${n.toLocaleString('en-US')} yen a month` })
  return [
    ...e.limitCertificates.map((c) => ({
      ...c,
      what: t(lang, limitClassificationNames[c.classification]!),
      detail: `${limitFlagNames[c.classificationFlag] ?? ''} ${c.classificationFlag}`,
    })),
    ...e.specificDiseases.map((c) => ({ ...c, what: t(lang, specificDiseaseNames[c.category]!), detail: yen(c.selfPayYen) })),
    ...e.subsidies.map((c) => ({ ...c, what: `${c.name}（${c.payerNumber}）`, detail: c.ceilingYen === null ? '' : yen(c.ceilingYen) })),
  ]
}

function Certificates({ lang, eligibility }: { lang: Lang; eligibility: Eligibility }): ReactNode {
  const rows = certificatesOf(lang, eligibility)
  return (
    <Section title={t(lang, { ja: '限度額・公費', en: 'Limits and subsidies' })}>
      {eligibility.limitCertificateConsent === '0' ? (
        <p>
          {t(lang, {
            ja: '限度額の情報は、本人の同意がないため確認していません。',
            en: 'Limits were not checked: the person has not agreed.',
          })}
        </p>
      ) : null}
      <Table
        lang={lang}
        caption={t(lang, { ja: '今日使える証', en: 'Certificates that hold today' })}
        captionHidden
        columns={[
          { key: 'what', header: t(lang, { ja: '種類', en: 'Kind' }), cell: (row) => <Ja>{row.what}</Ja> },
          { key: 'detail', header: t(lang, { ja: '区分・上限', en: 'Class, ceiling' }), cell: (row) => <Ja>{row.detail}</Ja> },
          { key: 'period', header: t(lang, { ja: '有効期間', en: 'Valid' }), cell: (row) => period(lang, row) },
        ]}
        rows={rows}
        rowKey={(row, index) => `${row.what}${index}`}
        empty={<p>{t(lang, { ja: 'ほかに使える証や公費はありません。', en: 'There is no other certificate and no subsidy.' })}</p>}
      />
    </Section>
  )
}

function Result({ lang, result }: { lang: Lang; result: NonNullable<DeskPage['result']> }): ReactNode {
  const { eligibility, person } = result
  return (
    <>
      <Banner
        lang={lang}
        tone={tones[eligibility.validity]}
        label={formatDate(eligibility.checkedOn, lang)}
        title={t(lang, eligibility.validityName)}
      >
        <p>{t(lang, eligibility.nextStep)}</p>
      </Banner>
      {person ? (
        <Section title={t(lang, { ja: '本人', en: 'Person' })}>
          <DefinitionList items={personItems(lang, person)} />
        </Section>
      ) : null}
      {eligibility.coverages.map((c) => (
        <Section key={`${c.insurerNumber}${c.validFrom}`} title={t(lang, { ja: '保険の資格', en: 'Cover' })}>
          <DefinitionList items={coverItems(lang, c)} />
        </Section>
      ))}
      {eligibility.validity === '1' ? <Certificates lang={lang} eligibility={eligibility} /> : null}
      <ButtonRow>
        <LinkButton href="/desk/eligibility">{t(lang, { ja: '次の人を確認する', en: 'Check the next person' })}</LinkButton>
        <LinkButton href="/reader">{t(lang, { ja: 'カードで確認する', en: 'Check by card' })}</LinkButton>
      </ButtonRow>
    </>
  )
}

/** The desk without a card: what is printed on the certificate goes in, whether the person is covered comes out. */
export function deskPage({ lang, path, user, demo, typed, wrong, result }: DeskPage): string {
  const errors: FieldError[] = wrong.map((name) => ({ name, message: t(lang, fieldErrors[name]) }))
  return renderPage(
    <Page
      title={t(lang, { ja: '保険の資格を確認する', en: 'Check cover' })}
      lang={lang}
      audience="staff"
      path={path}
      user={user}
      demo={demo}
      nav={staffNav(lang, '/desk/eligibility')}
      hasErrors={errors.length > 0}
      lead={
        result
          ? undefined
          : t(lang, {
              ja: '資格確認書に書いてあるとおりに入力します。全角・半角や空白の違いは気にしなくてかまいません。',
              en: 'Type what is printed on the certificate. Width and spaces do not matter.',
            })
      }
    >
      {result ? (
        <Result lang={lang} result={result} />
      ) : (
        <>
          <ErrorSummary lang={lang} errors={errors} />
          <LookUpForm lang={lang} typed={typed} wrong={wrong} />
          <p className="section">
            <a href="/reader">{t(lang, { ja: 'マイナンバーカードで確認する', en: 'Check by My Number Card' })}</a>
          </p>
        </>
      )}
    </Page>,
  )
}
