import type { ReactNode } from 'react'
import { type CaseView, clauses, flagWords, type LookedAt, reasons, verdicts, whyHard, whyLonger, wordsOf } from '#care/emergency'
import type { StaffRole } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { refusals } from '#kernel/refusals'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  Form,
  formatTime,
  type InformationKind,
  Ja,
  joinList,
  kindName,
  RadioGroup,
  renderPage,
  Section,
  Table,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { roleNames } from '../words.ts'

const actWords: Record<string, { ja: string; en: string }> = {
  'emergency.open': { ja: '開いた', en: 'Opened' },
  'emergency.chart': { ja: '記録を見た', en: 'Looked at the record' },
  'emergency.home': { ja: '一覧で氏名を見た', en: 'Saw the name in the list' },
  'emergency.find': { ja: 'さがした', en: 'Looked for the person' },
  'emergency.preview': { ja: '開く前の画面を見た', en: 'Saw the page before opening' },
  'emergency.extend': { ja: 'のばした', en: 'Extended it' },
  'emergency.end': { ja: '終えた', en: 'Ended it' },
  'emergency.question': { ja: '質問を読んだ', en: 'Read the question' },
  'emergency.answer': { ja: '質問に答えた', en: 'Answered the question' },
}

const kindsOf = (kinds: readonly string[], lang: Lang) =>
  joinList(
    lang,
    kinds.map((kind) =>
      kind in kindName
        ? kindName[kind as InformationKind][lang]
        : kind === 'patient'
          ? t(lang, { ja: '氏名など', en: 'name' })
          : t(lang, { ja: 'その他', en: 'other' }),
    ),
  )

const what = (act: LookedAt, lang: Lang) => (Object.hasOwn(actWords, act.action) ? t(lang, actWords[act.action]!) : act.action)

function Looked({ view, lang }: { view: CaseView; lang: Lang }): ReactNode {
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '見た内容', en: 'What was looked at' })}
      captionHidden
      rows={view.looked}
      rowKey={(_, index) => String(index)}
      columns={[
        { key: 'at', header: t(lang, { ja: '時刻', en: 'Time' }), cell: (act) => formatTime(act.at) },
        {
          key: 'what',
          header: t(lang, { ja: '操作', en: 'Act' }),
          cell: (act) => (
            <>
              {what(act, lang)}{' '}
              {act.outcome === 'success' ? null : <Tag tone="attention">{t(lang, { ja: '断られた', en: 'Refused' })}</Tag>}
            </>
          ),
        },
        { key: 'kinds', header: t(lang, { ja: '種類', en: 'Kinds' }), cell: (act) => kindsOf(act.kinds, lang) || '—' },
        { key: 'count', header: t(lang, { ja: '件数', en: 'Items' }), numeric: true, cell: (act) => act.count },
      ]}
    />
  )
}

function Facts({ view, lang }: { view: CaseView; lang: Lang }): ReactNode {
  const { case: of, fact, flags } = view
  return (
    <DefinitionList
      items={[
        {
          term: t(lang, { ja: '職員', en: 'Clinician' }),
          value: <Ja>{`${of.staffName}（${roleNames[of.staffRole as StaffRole]?.ja ?? of.staffRole}、${of.institutionName}）`}</Ja>,
        },
        ...(of.secondName === null ? [] : [{ term: t(lang, { ja: '2人目', en: 'Second' }), value: <Ja>{of.secondName}</Ja> }]),
        {
          term: t(lang, { ja: '開いていた時間', en: 'Open' }),
          value: (
            <>
              <Time value={fact.since} lang={lang} withTime /> {t(lang, { ja: '〜', en: '–' })} {formatTime(fact.endedAt ?? fact.until)}
            </>
          ),
        },
        { term: t(lang, { ja: '状態', en: 'What was the matter' }), value: t(lang, wordsOf(reasons, of.reason)) },
        {
          term: t(lang, { ja: '同意を尋ねられなかった事情', en: 'Why consent was hard' }),
          value: of.because.map((one) => t(lang, wordsOf(whyHard, one))),
        },
        { term: t(lang, { ja: '説明', en: 'Explanation' }), value: <Ja>{fact.note}</Ja> },
        { term: t(lang, { ja: '根拠', en: 'Clause' }), value: t(lang, wordsOf(clauses, of.clause)) },
        ...(of.extendedFor === null
          ? []
          : [{ term: t(lang, { ja: 'のばした理由', en: 'Why extended' }), value: t(lang, wordsOf(whyLonger, of.extendedFor)) }]),
        {
          term: t(lang, { ja: '気になる点', en: 'Flags' }),
          value:
            flags.length === 0
              ? t(lang, { ja: 'なし', en: 'None' })
              : flags.map((flag) => (
                  <Tag key={flag} tone="attention">
                    {t(lang, flagWords(flag))}
                  </Tag>
                )),
        },
        { term: t(lang, { ja: '審査の期限', en: 'Due' }), value: <Time value={of.dueAt} lang={lang} withTime /> },
      ]}
    />
  )
}

function Said({ view, lang }: { view: CaseView; lang: Lang }): ReactNode {
  const { case: of, reviews: shown } = view
  if (shown.length === 0 && of.answer === null) return null
  return (
    <Section title={t(lang, { ja: '審査と説明', en: 'Reviews and answers' })}>
      <ul>
        {shown.map((one) => (
          <li key={one.reviewerId}>
            {one.verdict in verdicts ? t(lang, verdicts[one.verdict as keyof typeof verdicts]) : one.verdict} —{' '}
            <Time value={one.at} lang={lang} withTime /> {one.note === '' ? null : <Ja>{one.note}</Ja>}
          </li>
        ))}
        {of.answer === null ? null : (
          <li>
            {t(lang, { ja: '職員の説明：', en: 'The clinician: ' })}
            <Ja>{of.answer}</Ja>
          </li>
        )}
      </ul>
    </Section>
  )
}

function VerdictForm({ view, lang }: { view: CaseView; lang: Lang }): ReactNode {
  return (
    <Section title={t(lang, { ja: 'あなたの審査', en: 'Your verdict' })}>
      <Form action={`/operator/emergencies/${view.case.id}/verdict`} label={t(lang, { ja: '審査', en: 'Verdict' })}>
        <RadioGroup
          lang={lang}
          name="verdict"
          required
          label={t(lang, { ja: 'この緊急アクセスは正当でしたか', en: 'Was this access justified?' })}
          options={[
            { value: 'justified', label: t(lang, verdicts.justified) },
            {
              value: 'unjustified',
              label: t(lang, verdicts.unjustified),
              hint: t(lang, {
                ja: '2人が不当とすると、漏えい等として扱い、この職員のサインインをすべて終わらせます。',
                en: 'Where two say so it is treated as a breach, and the clinician’s sign-ins are ended.',
              }),
            },
            {
              value: 'needs-answer',
              label: t(lang, verdicts['needs-answer']),
              hint: t(lang, { ja: '下の欄の質問が職員に届きます。', en: 'The clinician receives your question.' }),
            },
          ]}
        />
        <TextInput
          lang={lang}
          name="note"
          rows={3}
          maxLength={500}
          label={t(lang, { ja: 'わけ、または質問', en: 'Why, or your question' })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '審査を送る', en: 'Send' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

/** 'Was it right to open this?' */
export function reviewCasePage(on: PageOf, view: CaseView): string {
  const { lang, actor } = on
  const isAuditor = actor.kind === 'staff' && actor.role === 'auditor'
  const { case: of, whyNot } = view
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/emergencies"
      title={t(lang, { ja: '緊急アクセスの審査', en: 'Review of an emergency access' })}
      breadcrumbs={[{ href: '/operator/emergencies', label: t(lang, { ja: '緊急アクセスの審査', en: 'Review of emergency access' }) }]}
      top={
        of.outcome === null ? undefined : (
          <Banner lang={lang} tone={of.outcome === 'justified' ? 'success' : 'attention'} title={t(lang, verdicts[of.outcome])} />
        )
      }
    >
      <Facts view={view} lang={lang} />
      <Section
        title={t(lang, { ja: '見た内容', en: 'What was looked at' })}
        lead={t(lang, { ja: '種類と件数だけです。記録の中身は出ません。', en: 'Kinds and counts alone, never what the record says.' })}
      >
        <Looked view={view} lang={lang} />
      </Section>
      <Said view={view} lang={lang} />
      {isAuditor && whyNot === null ? <VerdictForm view={view} lang={lang} /> : null}
      {isAuditor && whyNot !== null ? <p className="note">{refusals[whyNot][lang]}</p> : null}
    </OperatorPage>,
  )
}
