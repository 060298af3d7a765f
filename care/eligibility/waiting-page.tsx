import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  EmptyState,
  Form,
  formatDate,
  formatTime,
  Ja,
  LinkButton,
  Page,
  type PageUser,
  renderPage,
  Section,
  staffNav,
  t,
  wareki,
} from '#ui'
import type { Waiting, WaitingLook } from './desk.ts'

const sexes = {
  male: { ja: '男性', en: 'Male' },
  female: { ja: '女性', en: 'Female' },
  other: { ja: 'その他', en: 'Other' },
  unknown: { ja: '不明', en: 'Unknown' },
}

/** Neither answer is made easier than the other. */
function Look({ lang, look }: { lang: Lang; look: WaitingLook }): ReactNode {
  const { person, chartNumber, askedAt, id } = look
  const era = lang === 'ja' ? wareki(person.birthDate, 'day') : null
  return (
    <Section
      title={person.name}
      lead={t(lang, { ja: `${formatTime(askedAt)} から待っています`, en: `Waiting since ${formatTime(askedAt)}` })}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: 'フリガナ', en: 'Kana' }), value: <Ja>{person.nameKana}</Ja> },
          { term: t(lang, { ja: '生年月日', en: 'Birth date' }), value: `${formatDate(person.birthDate, lang)}${era ? `・${era}` : ''}` },
          { term: t(lang, { ja: '性別', en: 'Sex' }), value: t(lang, sexes[person.sex]) },
          {
            term: t(lang, { ja: '診察券番号', en: 'Chart number' }),
            value: chartNumber ?? t(lang, { ja: 'まだ付いていません', en: 'None yet' }),
          },
        ]}
      />
      <Form action={`/desk/waiting/${encodeURIComponent(id)}`} label={t(lang, { ja: `${person.name}さんの確認`, en: 'What you saw' })}>
        <p className="section">
          {t(lang, {
            ja: 'カードの顔写真と、目の前の人を見くらべてください。',
            en: 'Compare the photo on the card with the person before you.',
          })}
        </p>
        <ButtonRow>
          <Button name="same" value="yes">
            {t(lang, { ja: '同じ人です', en: 'It is the same person' })}
          </Button>
          <Button name="same" value="no">
            {t(lang, { ja: '同じ人と言えません', en: 'I cannot say so' })}
          </Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

const Calls = ({ lang, calls }: { lang: Lang; calls: Waiting['calls'] }): ReactNode =>
  calls.length === 0 ? null : (
    <Banner
      lang={lang}
      tone="attention"
      title={t(lang, {
        ja: `カードリーダーで呼ばれています（${formatTime(calls[0]!.calledAt)}）`,
        en: `Somebody at the card reader calls for you (${formatTime(calls[0]!.calledAt)})`,
      })}
    >
      <Form action="/desk/calls" label={t(lang, { ja: '呼び出し', en: 'Calls' })}>
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '行きます', en: 'I am coming' })}</Button>
        </ButtonRow>
      </Form>
    </Banner>
  )

export type WaitingPage = { lang: Lang; path: string; user: PageUser; demo: boolean; waiting: Waiting }

/** 'Who at the reader needs me?' */
export function waitingPage({ lang, path, user, demo, waiting }: WaitingPage): string {
  const { looks, calls } = waiting
  return renderPage(
    <Page
      title={t(lang, { ja: 'カードリーダーで待っている人', en: 'Waiting at the card reader' })}
      lang={lang}
      audience="staff"
      path={path}
      user={user}
      demo={demo}
      nav={staffNav(lang, null)}
      lead={t(lang, {
        ja: 'だれが確認したかは、氏名と時刻とともに記録に残ります。カードリーダーとは別の端末で開いてください。',
        en: 'Your name and the time are kept with each answer. Open this on another screen than the card reader.',
      })}
    >
      <Calls lang={lang} calls={calls} />
      {looks.map((look) => (
        <Look key={look.id} lang={lang} look={look} />
      ))}
      {looks.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: '確認を待っている人はいません', en: 'Nobody waits to be looked at' })}>
          <p>
            {t(lang, {
              ja: '「受付の人に見てもらう」を選んだ人が、ここに表示されます。',
              en: 'People who ask to be looked at by the staff appear here.',
            })}
          </p>
        </EmptyState>
      ) : null}
      <ButtonRow>
        <LinkButton href="/desk/waiting">{t(lang, { ja: '新しくする', en: 'Refresh' })}</LinkButton>
        <LinkButton href="/clinic">{t(lang, { ja: '受付へ', en: 'To arrivals' })}</LinkButton>
      </ButtonRow>
    </Page>,
  )
}
