import type { ReactNode } from 'react'
import { type CaseView, type Decision, findings, type Side, thresholds, whoStays } from '#care/person'
import type { Held } from '#care/record'
import {
  Banner,
  Button,
  Details,
  Form,
  formatDate,
  Ja,
  type Lang,
  RadioGroup,
  renderPage,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { decidedWords, kindWords, reasonWords, sexWords } from './words.ts'

export type CaseShown = CaseView & { held: readonly Held[]; institutionName: string }

type Line = { name: string; cells: readonly [ReactNode, ReactNode]; differs: boolean }

function lines(view: CaseShown, lang: Lang): Line[] {
  const [a, b] = view.sides
  const text = (ja: string, en: string, of: (side: Side) => string): Line => ({
    name: t(lang, { ja, en }),
    cells: [<Ja key="a">{of(a) || '—'}</Ja>, <Ja key="b">{of(b) || '—'}</Ja>],
    differs: of(a) !== of(b) && of(a) !== '' && of(b) !== '',
  })
  const date = (value: Date | string) => (value === '' ? '—' : formatDate(value, lang))
  const sex = (side: Side) => t(lang, sexWords[side.sex] ?? sexWords.unknown!)
  const plain = (ja: string, en: string, of: (side: Side, held: Held) => string, differs = false): Line => ({
    name: t(lang, { ja, en }),
    cells: [of(a, view.held[0]!), of(b, view.held[1]!)],
    differs,
  })
  return [
    text('氏名', 'Name', (s) => s.name),
    text('フリガナ', 'Kana', (s) => s.nameKana),
    plain('生年月日', 'Born', (s) => date(s.birthDate), a.birthDate !== b.birthDate),
    plain('性別', 'Sex', sex, a.sex !== b.sex),
    text('住所', 'Address', (s) => [s.postalCode, s.address].filter(Boolean).join(' ')),
    text('電話', 'Phone', (s) => s.phone),
    { ...text('保険の番号', 'Insurance', (s) => s.memberIds.join('、')), differs: !a.memberIds.some((id) => b.memberIds.includes(id)) },
    plain('カード', 'Card', (s) => (s.hasCard ? t(lang, { ja: 'あり', en: 'Yes' }) : t(lang, { ja: 'なし', en: 'No' }))),
    plain('登録した日', 'Entered', (s) => date(s.madeAt)),
    plain('つながる記録の数', 'Records on it', (_s, held) => t(lang, { ja: `${held.resources}件`, en: String(held.resources) })),
    plain('登録した医療機関の数', 'Institutions', (_s, held) => t(lang, { ja: `${held.institutions}か所`, en: String(held.institutions) })),
  ]
}

const SideBySide = ({ view, lang }: { view: CaseShown; lang: Lang }): ReactNode => {
  const aside = view.case.kind === 'set-aside'
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '二つの登録', en: 'The two entries' })}
      captionHidden
      rows={lines(view, lang)}
      rowKey={(row) => row.name}
      rowTone={(row) => (row.differs ? 'attention' : null)}
      columns={[
        { key: 'name', header: t(lang, { ja: '項目', en: 'Item' }), cell: (row) => row.name },
        {
          key: 'a',
          header: aside ? t(lang, { ja: '届いた内容', en: 'As submitted' }) : t(lang, { ja: '登録1', en: 'Entry 1' }),
          cell: (row) => row.cells[0],
        },
        {
          key: 'b',
          header: aside ? t(lang, { ja: 'いまの登録', en: 'As registered' }) : t(lang, { ja: '登録2', en: 'Entry 2' }),
          cell: (row) => row.cells[1],
        },
        {
          key: 'differs',
          header: t(lang, { ja: '違い', en: 'Difference' }),
          cell: (row) => (row.differs ? <Tag tone="attention">{t(lang, { ja: '違います', en: 'Differs' })}</Tag> : ''),
        },
      ]}
    />
  )
}

const Points = ({ view, lang }: { view: CaseShown; lang: Lang }): ReactNode => (
  <Details summary={t(lang, { ja: `照合の点数：${view.comparison.points}点`, en: `Points of comparison: ${view.comparison.points}` })}>
    <ul>
      {findings
        .filter((finding) => view.comparison.found.includes(finding.id))
        .map((finding) => (
          <li key={finding.id}>
            {finding[lang]}: {finding.points > 0 ? `+${finding.points}` : finding.points}
          </li>
        ))}
    </ul>
    <p className="note">
      {t(lang, {
        ja: `${thresholds.doubtful}点から「似ている」、${thresholds.same}点から「ほぼ同じ」です。点数で自動的にまとめることはありません。`,
        en: `From ${thresholds.doubtful} alike, from ${thresholds.same} nearly the same. Points never link anybody by themselves.`,
      })}
    </p>
  </Details>
)

function Decide({ view, lang }: { view: CaseShown; lang: Lang }): ReactNode {
  const { stays } = whoStays(view.sides)
  const hints = {
    same: t(lang, {
      ja: `キーを「${stays.name || stays.nameKana}」（${formatDate(stays.madeAt, lang)}登録）に移します。記録は書き換えません。あとで戻せます。`,
      en: `Keys move to ${stays.name || stays.nameKana} (entered ${formatDate(stays.madeAt, lang)}). No record is rewritten; it can be undone.`,
    }),
    different: t(lang, { ja: 'この件を終えます。記録は別々のままです。', en: 'The case is settled; the records stay apart.' }),
    asked: t(lang, { ja: '件は残り、確認中と出ます。', en: 'The case stays, marked as asked.' }),
  }
  return (
    <Form action={`/operator/people/cases/${encodeURIComponent(view.case.id)}`} label={t(lang, { ja: '決める', en: 'Decide' })}>
      <RadioGroup
        lang={lang}
        name="decided"
        label={t(lang, { ja: 'どうしますか', en: 'What is it?' })}
        required
        options={(['same', 'different', 'asked'] as const).map((value) => ({
          value,
          label: t(lang, decidedWords[value]),
          hint: hints[value],
        }))}
      />
      <Select
        lang={lang}
        name="reason"
        label={t(lang, { ja: '何で確かめましたか', en: 'How do you know?' })}
        required
        options={Object.entries(reasonWords).map(([value, words]) => ({ value, label: t(lang, words) }))}
      />
      <TextInput
        lang={lang}
        name="note"
        rows={3}
        maxLength={500}
        label={t(lang, { ja: 'メモ（運用担当だけが見ます）', en: 'Note (operators only)' })}
        hint={t(lang, { ja: '病名などの診療の内容は書かないでください。', en: 'Please write nothing clinical.' })}
      />
      <Button variant="primary">{t(lang, { ja: 'この内容で決める', en: 'Decide' })}</Button>
    </Form>
  )
}

const crumbs = (lang: Lang) => [{ href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) }]

/** Are these two one person? */
export function casePage(on: PageOf, view: CaseShown): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={t(lang, { ja: '同じ人ですか', en: 'Are these one person?' })}
      breadcrumbs={crumbs(lang)}
      lead={
        <>
          {t(lang, kindWords[view.case.kind])}
          {view.institutionName === '' ? null : (
            <>
              {t(lang, { ja: '（', en: ' (' })}
              <Ja>{view.institutionName}</Ja>
              {t(lang, { ja: '）', en: ')' })}
            </>
          )}
        </>
      }
    >
      <Section title={t(lang, { ja: '二つの登録', en: 'The two entries' })}>
        <SideBySide view={view} lang={lang} />
        <Points view={view} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '決める', en: 'Decide' })}>
        <Decide view={view} lang={lang} />
      </Section>
    </OperatorPage>,
  )
}

/** What undoing a decision does, before it is done. */
export function undoPage(on: PageOf, decision: Decision): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={t(lang, { ja: '決定を取り消しますか', en: 'Undo this decision?' })}
      breadcrumbs={crumbs(lang)}
    >
      <p>
        {t(lang, decidedWords[decision.decided])} ・ {t(lang, reasonWords[decision.reason])} ・ <Ja>{decision.decidedByName}</Ja> ・{' '}
        {formatDate(decision.decidedAt, lang)}
      </p>
      {decision.decided === 'same' ? (
        <Banner
          tone="info"
          lang={lang}
          title={t(lang, { ja: '動かしたキーを、もとのとおりに戻します。', en: 'The keys that moved go back exactly.' })}
        >
          <p>
            {t(lang, {
              ja: 'まとめたあとに新しく届いた記録は、届いた先に残ります。',
              en: 'What arrived since the link stays where it arrived.',
            })}
          </p>
        </Banner>
      ) : null}
      <Form
        action={`/operator/people/decisions/${encodeURIComponent(decision.key)}/${encodeURIComponent(decision.id)}/undo`}
        label={t(lang, { ja: '取り消す', en: 'Undo' })}
      >
        <TextInput lang={lang} name="reason" required maxLength={500} label={t(lang, { ja: '取り消す理由', en: 'Why' })} />
        <Button variant="primary">{t(lang, { ja: '取り消す', en: 'Undo' })}</Button>
      </Form>
    </OperatorPage>,
  )
}
