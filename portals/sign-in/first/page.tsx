import type { ReactNode } from 'react'
import type { Registered } from '#care/person'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  ErrorSummary,
  type FieldError,
  Form,
  type Lang,
  LinkButton,
  Page,
  RadioGroup,
  renderPage,
  Section,
  TextInput,
  t,
} from '#ui'
import { type About, frame } from '../page-frame.tsx'

export type FirstForm = { values: Readonly<Record<string, string>>; errors: readonly FieldError[] }

/** 'Who are you?' For a good card that nobody has yet. */
export function firstPage(about: About, form: FirstForm): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'はじめての登録', en: 'Register your card' })}
      lead={t(lang, {
        ja: 'カードは確かめられました。このカードは、まだどなたの記録にもつながっていません。保険の資格と照らし合わせます。',
        en: 'Your card is genuine. It does not lead to anybody’s record yet. We compare what your insurance says.',
      })}
      hasErrors={form.errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={form.errors} />
      <Form action="/sign-in/register" label={t(lang, { ja: 'はじめての登録', en: 'Register your card' })}>
        <Person lang={lang} form={form} />
        <Insurance lang={lang} form={form} />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: '登録する', en: 'Register' })}
          </Button>
          <LinkButton href="/" variant="quiet">
            {t(lang, { ja: 'やめる', en: 'Do not register' })}
          </LinkButton>
        </ButtonRow>
      </Form>
      <Section title={t(lang, { ja: 'このあと起きること', en: 'What happens next' })}>
        <DefinitionList items={nextSteps(lang)} />
      </Section>
    </Page>,
  )
}

const nextSteps = (lang: Lang) => [
  {
    term: t(lang, { ja: 'すべて合うとき', en: 'If all of it agrees' }),
    value: t(lang, { ja: 'あなたの記録がそのまま開きます。', en: 'Your record opens at once.' }),
  },
  {
    term: t(lang, { ja: '合わないところがあるとき', en: 'If something differs' }),
    value: t(lang, {
      ja: '新しい登録として始まります。同じ方の記録が見つかったときは、担当者が確かめてからつなぎます。',
      en: 'You begin with a new entry. Where a record of yours is found, somebody checks before it is joined.',
    }),
  },
]

function inputs(lang: Lang, form: FirstForm) {
  const about = (name: string) => ({
    lang,
    name,
    value: form.values[name] ?? '',
    error: form.errors.find((error) => error.name === name)?.message,
  })
  return { about }
}

function Person({ lang, form }: { lang: Lang; form: FirstForm }): ReactNode {
  const { about } = inputs(lang, form)
  return (
    <>
      <TextInput {...about('name')} label={t(lang, { ja: '氏名', en: 'Name' })} autoComplete="name" maxLength={80} required />
      <TextInput
        {...about('nameKana')}
        label={t(lang, { ja: 'フリガナ（全角カタカナ）', en: 'Reading, in katakana' })}
        maxLength={80}
        required
      />
      <TextInput
        {...about('birthDate')}
        type="date"
        label={t(lang, { ja: '生年月日', en: 'Birth date' })}
        autoComplete="bday"
        width="medium"
        required
      />
      <RadioGroup
        {...about('sex')}
        required
        label={t(lang, { ja: '性別（保険の資格のとおり）', en: 'Sex, as your insurance has it' })}
        options={[
          { value: 'female', label: t(lang, { ja: '女性', en: 'Female' }) },
          { value: 'male', label: t(lang, { ja: '男性', en: 'Male' }) },
        ]}
      />
      <TextInput
        {...about('address')}
        label={t(lang, { ja: '住所（任意）', en: 'Address, if you wish' })}
        autoComplete="street-address"
        maxLength={200}
      />
      <TextInput
        {...about('phone')}
        label={t(lang, { ja: '電話番号（任意）', en: 'Phone, if you wish' })}
        type="tel"
        autoComplete="tel"
        width="medium"
        maxLength={20}
      />
    </>
  )
}

function Insurance({ lang, form }: { lang: Lang; form: FirstForm }): ReactNode {
  const { about } = inputs(lang, form)
  const part = (name: string, ja: string, en: string, more: { required?: boolean; hint?: string } = {}) => (
    <TextInput {...about(name)} label={t(lang, { ja, en })} width="medium" maxLength={40} autoComplete="off" {...more} />
  )
  return (
    <>
      <div>
        <h2>{t(lang, { ja: '保険の資格', en: 'Your insurance' })}</h2>
        <p>
          {t(lang, {
            ja: '「資格情報のお知らせ」か、資格確認書に書いてあります。',
            en: 'As written on your notice of eligibility, or your certificate.',
          })}
        </p>
      </div>
      {part('insurerNumber', '保険者番号', 'Insurer’s number', { required: true })}
      {part('symbol', '記号', 'Symbol', {
        hint: t(lang, { ja: '記号のない資格では空のままにします。', en: 'Leave empty where there is none.' }),
      })}
      {part('number', '番号', 'Number', { required: true })}
      {part('branch', '枝番（2桁）', 'Branch number, two digits', { required: true })}
    </>
  )
}

/** What came of it, on the way in. */
export function registeredPage(about: About, { became, review }: Registered): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'カードを登録しました', en: 'Your card is registered' })}
      lead={
        became === 'linked'
          ? t(lang, {
              ja: 'あなたの記録につながりました。次からはカードだけで入れます。',
              en: 'It leads to your record. From now on the card is enough.',
            })
          : t(lang, {
              ja: '新しい登録ができました。記録は、これから届いたものから並びます。',
              en: 'A new entry was made. What arrives from now on will be listed.',
            })
      }
    >
      {review ? (
        <Banner
          tone="info"
          lang={lang}
          title={t(lang, { ja: 'これまでの記録は、担当者が確かめています', en: 'Somebody checks which earlier record is yours' })}
        >
          {t(lang, {
            ja: '入力された保険の資格に、別の登録があります。あなたの記録と確かめられたら、この画面に並びます。お急ぎのときは、保険者か受付にお尋ねください。',
            en: 'There is another entry with this insurance. Once it is known to be yours, it appears here. If it is urgent, ask your insurer or a desk.',
          })}
        </Banner>
      ) : null}
      <ButtonRow>
        <LinkButton variant="primary" size="large" href="/me">
          {t(lang, { ja: '自分のページへ', en: 'Go to your page' })}
        </LinkButton>
      </ButtonRow>
    </Page>,
  )
}
