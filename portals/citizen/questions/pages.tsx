import type { ReactNode } from 'react'
import { type Act as Move, isOverdue, MOST_TEXT, movesOf, type Opened, type Question, standsOn, type Step } from '#care/question'
import type { AuditedAct } from '#kernel/audit-read'
import { dateInJapan } from '#kernel/japan'
import type { Lang } from '#kernel/language'
import { AccessList, Button, ButtonRow, Card, EmptyState, Form, Ja, Section, Stack, Table, TextInput, Time, t } from '#ui'
import { Act, Behind } from '../access-log.tsx'
import { type About, citizenPage } from '../frame.tsx'
import { actionOf, whatWords, whoWords } from '../words.ts'
import { stateWords, stepWords } from './words.ts'

const logCrumb = (lang: Lang) => ({ href: '/me/access-log', label: t(lang, { ja: '誰が見たか', en: 'Who looked' }) })
const listCrumb = (lang: Lang) => ({ href: '/me/questions', label: t(lang, { ja: 'あなたの質問', en: 'Your questions' }) })
const questionHref = (id: string): string => `/me/questions/${encodeURIComponent(id)}`

/** What was asked about, in one line: who did what, when. */
function AskedAbout({ act, lang }: { act: Question['act']; lang: Lang }): ReactNode {
  const who = whoWords({ ...act, isOwn: false }, lang)
  const what = whatWords(act, lang).join(lang === 'ja' ? '、' : ', ')
  const did = actionOf(act)
  return (
    <p>
      <Ja>{act.institutionName}</Ja> <Ja>{who}</Ja>
      {lang === 'ja' ? '：' : ': '}
      {what}
      {lang === 'ja'
        ? did === 'looked'
          ? 'を見た'
          : did === 'refused'
            ? 'を見ようとした'
            : 'を登録・変更した'
        : did === 'looked'
          ? ' (looked)'
          : did === 'refused'
            ? ' (refused)'
            : ' (added or changed)'}
      {' — '}
      <Time value={new Date(act.at)} lang={lang} withTime />
    </p>
  )
}

function AskForm({ requestId, lang }: { requestId: string; lang: Lang }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: 'この記録について質問する', en: 'Ask about this' })}
      id="ask"
      lead={t(lang, {
        ja: '心あたりがないとき、なぜ見たのか知りたいときに、書いてください。医療機関は14日以内に答えます。納得できなければ、縁の監査担当が調べます。',
        en: 'Ask if you do not know why this happened. The institution has 14 days to answer. If you are not satisfied, the platform’s auditors look into it.',
      })}
    >
      <Form action="/me/questions" hidden={{ requestId }} label={t(lang, { ja: '質問する', en: 'Ask' })}>
        <TextInput
          lang={lang}
          name="text"
          rows={4}
          maxLength={MOST_TEXT}
          label={t(lang, { ja: '知りたいこと', en: 'What would you like to know?' })}
          hint={t(lang, {
            ja: `${MOST_TEXT}字まで。質問とお名前は、その医療機関の管理者と監査担当だけが読みます。`,
            en: `Up to ${MOST_TEXT} characters. The administrator of that institution and the auditors read it, with your name.`,
          })}
        />
        <Button variant="primary">{t(lang, { ja: '質問を送る', en: 'Send' })}</Button>
      </Form>
    </Section>
  )
}

/** One request of the log: everything it did to the person's data, and the way to ask about it. */
export function actPage(about: About, { acts, question }: { acts: readonly AuditedAct[]; question: Question | undefined }): string {
  const { lang } = about
  const others = acts.filter((act) => !act.isOwn)
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: '1回ごとの記録', en: 'One line of the log' }),
    breadcrumbs: [logCrumb(lang)],
    children: (
      <>
        <AccessList>
          {acts.map((act) => (
            <Stack key={`${act.action} ${act.outcome}`}>
              <Act act={act} lang={lang} plain />
              <Behind act={act} lang={lang} />
            </Stack>
          ))}
        </AccessList>
        {question ? (
          <Section title={t(lang, { ja: 'この記録についての質問', en: 'Your question about this' })}>
            <p>
              <a href={questionHref(question.id)}>{stateWords[standsOn(question, dateInJapan(about.now))][lang]}</a>
            </p>
          </Section>
        ) : others.length > 0 ? (
          <AskForm requestId={others[0]!.requestId} lang={lang} />
        ) : (
          <p>
            {t(lang, { ja: 'これはあなた自身の操作です。心あたりがなければ、', en: 'You did this yourself. If not, ' })}
            <a href="/me/security">{t(lang, { ja: 'サインインの安全を確かめてください', en: 'check your sign-in and devices' })}</a>
            {lang === 'ja' ? '。' : '.'}
          </p>
        )}
      </>
    ),
  })
}

const Due = ({ question, lang, day }: { question: Question; lang: Lang; day: string }): ReactNode => {
  if (question.dueOn === null) return '—'
  return (
    <>
      <Time value={question.dueOn} lang={lang} />
      {isOverdue(question, day) ? <strong> {t(lang, { ja: '（過ぎました）', en: '(passed)' })}</strong> : null}
    </>
  )
}

/** All questions of the person. */
export function questionsPage(about: About, questions: readonly Question[]): string {
  const { lang, now } = about
  const day = dateInJapan(now)
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: 'あなたの質問', en: 'Your questions' }),
    lead: t(lang, {
      ja: '「誰が見たか」のどの行からでも、医療機関に理由をたずねられます。',
      en: 'From any line of “Who looked” you can ask the institution why.',
    }),
    breadcrumbs: [logCrumb(lang)],
    children: (
      <Table
        lang={lang}
        caption={t(lang, { ja: '質問', en: 'Questions' })}
        captionHidden
        rows={questions}
        rowKey={(q) => q.id}
        empty={
          <EmptyState lang={lang} title={t(lang, { ja: 'まだ質問していません', en: 'You have not asked anything yet' })}>
            <p>
              <a href="/me/access-log">{t(lang, { ja: '誰が見たかを確かめる', en: 'See who looked' })}</a>
            </p>
          </EmptyState>
        }
        columns={[
          {
            key: 'about',
            header: t(lang, { ja: '質問した相手', en: 'Asked' }),
            cell: (q) => (
              <a href={questionHref(q.id)}>
                <Ja>{q.act.institutionName || whoWords({ ...q.act, isOwn: false }, lang)}</Ja>
              </a>
            ),
          },
          { key: 'at', header: t(lang, { ja: '質問した日', en: 'Asked on' }), cell: (q) => <Time value={q.askedAt} lang={lang} /> },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (q) => stateWords[standsOn(q, day)][lang] },
          { key: 'due', header: t(lang, { ja: '答えの期限', en: 'Answer due' }), cell: (q) => <Due question={q} lang={lang} day={day} /> },
        ]}
      />
    ),
  })
}

const Said = ({ step, lang }: { step: Step; lang: Lang }): ReactNode => (
  <Card title={stepWords[step.act][lang]}>
    {step.text === '' ? null : <p className="as-written">{step.text}</p>}
    <p className="note">
      {step.side === 'person' || step.byName === '' ? null : (
        <>
          <Ja>{step.byName}</Ja>{' '}
        </>
      )}
      <Time value={step.at} lang={lang} withTime />
    </p>
  </Card>
)

const moveButtons: Partial<Record<Move, { ja: string; en: string }>> = {
  satisfied: { ja: '納得した', en: 'This is enough' },
  escalate: { ja: '監査担当に調べてもらう', en: 'Go to the auditors' },
  withdraw: { ja: '質問を取り下げる', en: 'Take the question back' },
}

function Moves({ question, lang, day }: { question: Question; lang: Lang; day: string }): ReactNode {
  const moves = movesOf(question, { side: 'person', day })
  return (
    <Stack>
      {moves.includes('unsatisfied') ? (
        <Form
          action={questionHref(question.id)}
          hidden={{ act: 'unsatisfied' }}
          label={t(lang, { ja: '納得できないとき', en: 'If you are not satisfied' })}
        >
          <TextInput
            lang={lang}
            name="text"
            rows={3}
            maxLength={MOST_TEXT}
            label={t(lang, { ja: '納得できないところ', en: 'What is missing?' })}
            hint={t(lang, {
              ja: '縁の監査担当が、医療機関とは別に調べます。',
              en: 'The platform’s auditors look into it, apart from the institution.',
            })}
          />
          <Button>{t(lang, { ja: '監査担当に調べてもらう', en: 'Go to the auditors' })}</Button>
        </Form>
      ) : null}
      <ButtonRow>
        {moves
          .filter((act) => moveButtons[act])
          .map((act) => (
            <Form key={act} action={questionHref(question.id)} hidden={{ act }} label={moveButtons[act]![lang]}>
              <Button variant={act === 'withdraw' ? 'quiet' : 'secondary'}>{moveButtons[act]![lang]}</Button>
            </Form>
          ))}
      </ButtonRow>
    </Stack>
  )
}

/** One question: what was asked, what was answered, and what the person may do now. */
export function questionPage(about: About, { question, steps }: Opened): string {
  const { lang, now } = about
  const day = dateInJapan(now)
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: '質問と答え', en: 'Question and answer' }),
    lead: stateWords[standsOn(question, day)][lang],
    breadcrumbs: [logCrumb(lang), listCrumb(lang)],
    children: (
      <>
        <Section title={t(lang, { ja: '質問した記録', en: 'What you asked about' })}>
          <AskedAbout act={question.act} lang={lang} />
          <p>
            <a href={`/me/access-log/acts/${encodeURIComponent(question.act.requestId)}`}>
              {t(lang, { ja: 'その記録を見る', en: 'See that line of the log' })}
            </a>
          </p>
          {question.dueOn === null ? null : (
            <p>
              {t(lang, { ja: '答えの期限：', en: 'Answer due: ' })}
              <Due question={question} lang={lang} day={day} />
            </p>
          )}
        </Section>
        <Section title={t(lang, { ja: 'やりとり', en: 'What was said' })}>
          <Stack>
            {steps.map((step) => (
              <Said key={step.n} step={step} lang={lang} />
            ))}
            <Moves question={question} lang={lang} day={day} />
          </Stack>
        </Section>
      </>
    ),
  })
}
