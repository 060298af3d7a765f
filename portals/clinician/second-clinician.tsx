import type { ReactNode } from 'react'
import type { Sentence } from '#kernel/language'
import { Banner, Button, ButtonRow, Form, Ja, type Lang, LinkButton, Section, Time, t } from '#ui'

/** What two clinicians agree on, whichever way in it is for: one waits, the other answers. */
export type Second = { answer: 'yes' | 'no' | null; until: Date; secondName: string | null }

export type SecondWay = {
  lang: Lang
  request: Second
  /** The request's page: an answer is sent there, its asker looks there and opens below it. */
  href: string
  /** The page on which a colleague finds the request. */
  home: { href: string; name: Sentence }
}

/** How the request of who looks at it stands; `otherwise`: what to do where the colleague declined. */
export function Asked({ way, otherwise }: { way: SecondWay; otherwise: Sentence }): ReactNode {
  const { lang, request } = way
  if (request.answer === 'yes') return <Agreed way={way} />
  if (request.answer === null) return <Waiting way={way} />
  return (
    <Banner lang={lang} tone="attention" title={t(lang, { ja: '同僚は同意しませんでした', en: 'Your colleague did not agree' })}>
      <p>{t(lang, otherwise)}</p>
    </Banner>
  )
}

function Agreed({ way: { lang, request, href } }: { way: SecondWay }): ReactNode {
  const title = (
    <>
      <Ja>{request.secondName ?? ''}</Ja>
      {t(lang, { ja: 'さんが同意しました', en: ' agreed' })}
    </>
  )
  return (
    <Banner lang={lang} tone="success" title={title}>
      <Form action={`${href}/open`} label={t(lang, { ja: '開く', en: 'Open' })}>
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: 'この人の記録を開く', en: 'Open the record' })}
          </Button>
        </ButtonRow>
        <p className="note">{t(lang, { ja: '開くと、本人に知らせます。', en: 'The person is told when it opens.' })}</p>
      </Form>
    </Banner>
  )
}

function Waiting({ way: { lang, request, href, home } }: { way: SecondWay }): ReactNode {
  return (
    <Banner lang={lang} tone="info" title={t(lang, { ja: '同僚の返事を待っています', en: 'Waiting for a colleague' })}>
      <p>
        {t(lang, {
          ja: `同じ施設の医師・看護職員などに、「${home.name.ja}」の画面を自分のサインインで開いてもらってください。`,
          en: `Ask a clinician here to open “${home.name.en}” in their own sign-in.`,
        })}
      </p>
      <p>
        {t(lang, { ja: '期限：', en: 'Until ' })}
        <Time value={request.until} lang={lang} withTime />
      </p>
      <ButtonRow>
        <LinkButton variant="primary" href={href}>
          {t(lang, { ja: '返事が来たか確かめる', en: 'See whether there is an answer' })}
        </LinkButton>
      </ButtonRow>
    </Banner>
  )
}

/** Where the colleague says yes or no. */
export function AnswerForm({ way: { lang, request, href, home } }: { way: SecondWay }): ReactNode {
  if (request.answer !== null)
    return <Banner lang={lang} tone="info" title={t(lang, { ja: 'この依頼は返事が済んでいます', en: 'This was answered already' })} />
  return (
    <Section title={t(lang, { ja: '返事', en: 'Your answer' })}>
      <Form action={href} label={t(lang, { ja: '返事', en: 'Your answer' })}>
        <p>
          {t(lang, {
            ja: '本人のところで確かめてから答えてください。あなたの名前も記録に残り、監査担当が確かめます。',
            en: 'Make sure at the person’s side before you answer. Your name is kept too, and auditors will check.',
          })}
        </p>
        <ButtonRow>
          <Button variant="primary" name="answer" value="yes">
            {t(lang, { ja: '同意する', en: 'I agree' })}
          </Button>
          <Button name="answer" value="no">
            {t(lang, { ja: '同意しない', en: 'I do not agree' })}
          </Button>
          <LinkButton variant="quiet" href={home.href}>
            {t(lang, { ja: 'あとで', en: 'Later' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </Section>
  )
}
