import type { ReactNode } from 'react'
import { accessRules } from '#care/consent'
import {
  type Act,
  isOverdue,
  MOST_TEXT,
  movesOf,
  type Opened,
  type Question,
  type Side,
  type State,
  standsOn,
  type Step,
} from '#care/question'
import { actorNamed } from '#kernel/audit-entry'
import { dateInJapan } from '#kernel/japan'
import {
  Button,
  ButtonRow,
  Card,
  DefinitionList,
  EmptyState,
  Form,
  Ja,
  kindName,
  type Lang,
  renderPage,
  Section,
  Stack,
  Table,
  TextInput,
  Time,
  t,
  type Words,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { roleNames } from '../words.ts'

type Desk = Exclude<Side, 'person'>

const stateWords: Record<State, Words> = {
  waiting: { ja: '医療機関の答え待ち', en: 'Waiting for the institution' },
  answered: { ja: '答えた', en: 'Answered' },
  auditing: { ja: '監査担当が調べている', en: 'With the auditors' },
  concluded: { ja: '結論を出した', en: 'Decided' },
  closed: { ja: '終わった', en: 'Closed' },
}

const stepWords: Record<Act, Words> = {
  ask: { ja: '本人の質問', en: 'The person’s question' },
  answer: { ja: '医療機関の答え', en: 'The institution’s answer' },
  forward: { ja: '監査担当への引きつぎ', en: 'Handed on to the auditors' },
  escalate: { ja: '期限が過ぎ、本人が監査担当に頼んだ', en: 'The day passed; the person went to the auditors' },
  satisfied: { ja: '本人が納得した', en: 'The person was satisfied' },
  unsatisfied: { ja: '本人が納得せず、監査担当に頼んだ', en: 'The person was not satisfied' },
  withdraw: { ja: '本人が取り下げた', en: 'The person took it back' },
  conclude: { ja: '監査担当の結論', en: 'The auditors’ decision' },
}

const whoLooked = ({ act }: Question, lang: Lang): string => {
  const { name } = actorNamed(act.actorName)
  const role = Object.hasOwn(roleNames, act.actorRole) ? roleNames[act.actorRole as keyof typeof roleNames][lang] : ''
  return [name, role].filter(Boolean).join(lang === 'ja' ? '　' : ', ')
}

const kindsOf = ({ act }: Question, lang: Lang): string =>
  act.kinds
    .map((kind) => (Object.hasOwn(kindName, kind) ? kindName[kind as keyof typeof kindName][lang] : kind))
    .join(lang === 'ja' ? '、' : ', ') || '—'

function Due({ question, lang, day }: { question: Question; lang: Lang; day: string }): ReactNode {
  if (question.dueOn === null) return '—'
  return (
    <>
      <Time value={question.dueOn} lang={lang} />
      {isOverdue(question, day) ? <strong> {t(lang, { ja: '過ぎました', en: 'passed' })}</strong> : null}
    </>
  )
}

/** What must be answered, the oldest first. */
export function questionsPage(on: PageOf, { side, questions }: { side: Desk; questions: readonly Question[] }): string {
  const { lang, now } = on
  const day = dateInJapan(now)
  const open = questions.filter((q) => movesOf(q, { side, day }).length > 0)
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/questions"
      title={t(lang, { ja: '本人からの質問', en: 'Questions from people' })}
      lead={
        open.length === 0
          ? t(lang, { ja: 'いま答えるべき質問はありません。', en: 'Nothing waits for your answer.' })
          : t(lang, {
              ja: `答えるべき質問が${open.length}件あります。`,
              en: `${open.length} ${open.length === 1 ? 'question waits' : 'questions wait'} for your answer.`,
            })
      }
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: '質問', en: 'Questions' })}
        captionHidden
        rows={questions}
        rowKey={(q) => q.id}
        rowTone={(q) => (isOverdue(q, day) ? 'attention' : null)}
        empty={
          <EmptyState lang={lang} title={t(lang, { ja: '質問はありません', en: 'No questions' })}>
            <p>
              {t(lang, {
                ja: '本人が「誰が見たか」から理由をたずねると、ここに届きます。',
                en: 'When somebody asks about an access from their log, it arrives here.',
              })}
            </p>
          </EmptyState>
        }
        columns={[
          {
            key: 'about',
            header: t(lang, { ja: '誰のどの閲覧か', en: 'Which access' }),
            cell: (q) => (
              <a href={`/operator/questions/${encodeURIComponent(q.id)}`}>
                <Ja>{whoLooked(q, lang) || q.act.institutionName}</Ja> <Time value={new Date(q.act.at)} lang={lang} withTime />
              </a>
            ),
          },
          ...(side === 'auditor'
            ? [
                {
                  key: 'where',
                  header: t(lang, { ja: '医療機関', en: 'Institution' }),
                  cell: (q: Question) => <Ja>{q.act.institutionName || '—'}</Ja>,
                },
              ]
            : []),
          { key: 'asked', header: t(lang, { ja: '質問の日', en: 'Asked' }), cell: (q) => <Time value={q.askedAt} lang={lang} /> },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (q) => stateWords[standsOn(q, day)][lang] },
          { key: 'due', header: t(lang, { ja: '期限', en: 'Due' }), cell: (q) => <Due question={q} lang={lang} day={day} /> },
        ]}
      />
    </OperatorPage>,
  )
}

function AskedAbout({ question, personName, lang }: { question: Question; personName: string | null; lang: Lang }): ReactNode {
  const { act } = question
  const because = act.rules.map((rule) => accessRules.find((one) => one.id === rule)?.because[lang] ?? rule)
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: '質問した人', en: 'Asked by' }), value: <Ja>{personName ?? '—'}</Ja> },
        { term: t(lang, { ja: '見た人', en: 'Who looked' }), value: <Ja>{whoLooked(question, lang) || '—'}</Ja> },
        { term: t(lang, { ja: '医療機関', en: 'Institution' }), value: <Ja>{act.institutionName || '—'}</Ja> },
        { term: t(lang, { ja: '日時', en: 'When' }), value: <Time value={new Date(act.at)} lang={lang} withTime /> },
        { term: t(lang, { ja: '情報の種類', en: 'Kinds of information' }), value: kindsOf(question, lang) },
        { term: t(lang, { ja: '見られた理由', en: 'Why it was allowed' }), value: because.length > 0 ? because : '—' },
        { term: t(lang, { ja: '記録番号', en: 'Log number' }), value: <span className="number">{act.requestId}</span> },
      ]}
    />
  )
}

const Said = ({ step, lang }: { step: Step; lang: Lang }): ReactNode => (
  <Card title={stepWords[step.act][lang]}>
    {step.text === '' ? null : <p className="as-written">{step.text}</p>}
    <p className="note">
      <Ja>{step.byName}</Ja> <Time value={step.at} lang={lang} withTime />
    </p>
  </Card>
)

const forms: Partial<Record<Act, { label: Words; hint: Words; button: Words }>> = {
  answer: {
    label: { ja: '答え、または引きつぐ理由', en: 'Your answer, or why you hand it on' },
    hint: {
      ja: '誰が、何のために見たのかを、やさしい言葉で書いてください。病名や検査の値は書かないでください。',
      en: 'Say in plain words who looked and what for. Leave out diagnoses and results.',
    },
    button: { ja: '答えを送る', en: 'Send the answer' },
  },
  forward: {
    label: { ja: '引きつぐ理由', en: 'Why you hand it on' },
    hint: {
      ja: '答えられないとき、調べてほしいときは、縁の監査担当に引きつぎます。',
      en: 'If you cannot answer, or want it looked into, the platform’s auditors take over.',
    },
    button: { ja: '監査担当に引きつぐ', en: 'Hand on to the auditors' },
  },
  conclude: {
    label: { ja: '結論', en: 'Your decision' },
    hint: {
      ja: '閲覧が決まりに合っていたか、この後どうするかを、やさしい言葉で書いてください。病名や検査の値は書かないでください。',
      en: 'Say in plain words whether the access kept the rules, and what follows. Leave out diagnoses and results.',
    },
    button: { ja: '結論を送る', en: 'Send the decision' },
  },
}

/** One question and what this desk may do with it. */
export function questionPage(on: PageOf, { question, steps, personName, side }: Opened & { side: Desk }): string {
  const { lang, now } = on
  const day = dateInJapan(now)
  const moves = movesOf(question, { side, day }).filter((act) => forms[act])
  const href = `/operator/questions/${encodeURIComponent(question.id)}`
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/questions"
      title={t(lang, { ja: '質問と答え', en: 'Question and answer' })}
      lead={
        <>
          {stateWords[standsOn(question, day)][lang]}
          {question.dueOn === null ? null : (
            <>
              {t(lang, { ja: '　期限：', en: ', due ' })}
              <Due question={question} lang={lang} day={day} />
            </>
          )}
        </>
      }
      breadcrumbs={[{ href: '/operator/questions', label: t(lang, { ja: '本人からの質問', en: 'Questions from people' }) }]}
    >
      <Section title={t(lang, { ja: '質問された閲覧', en: 'The access in question' })}>
        <AskedAbout question={question} personName={personName} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: 'やりとり', en: 'What was said' })}>
        <Stack>
          {steps.map((step) => (
            <Said key={step.n} step={step} lang={lang} />
          ))}
        </Stack>
      </Section>
      {moves.length > 0 ? (
        <Section title={t(lang, { ja: '書く', en: 'Write' })}>
          <Form action={href} label={forms[moves[0]!]!.label[lang]}>
            <TextInput
              lang={lang}
              name="text"
              rows={4}
              maxLength={MOST_TEXT}
              label={forms[moves[0]!]!.label[lang]}
              hint={moves.map((act) => forms[act]!.hint[lang]).join(' ')}
            />
            <ButtonRow>
              {moves.map((act, at) => (
                <Button key={act} name="act" value={act} variant={at === 0 ? 'primary' : 'secondary'}>
                  {forms[act]!.button[lang]}
                </Button>
              ))}
            </ButtonRow>
          </Form>
        </Section>
      ) : null}
    </OperatorPage>,
  )
}
