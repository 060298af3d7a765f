import type { ReactNode } from 'react'
import { askableKinds, type Consent, type ConsentText, type Effect } from '#care/consent'
import type { Lang } from '#kernel/language'
import { Button, ButtonRow, CheckboxGroup, ErrorSummary, type FieldError, Form, LinkButton, Section, Select, TextInput, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import { kindWords } from '../words.ts'
import { Effects } from './effects.tsx'
import { kindsIn, opensWords } from './words.ts'

export const STANDING = '/me/consents/standing'

export type StandingForm = {
  institutions: readonly { institutionNumber: string; institutionName: string }[]
  /** What was searched for by name, '' where nothing was; `more`: not all that match are offered. */
  search: string
  more: boolean
  institutionNumber: string
  kinds: readonly string[]
  until: string
  errors: readonly FieldError[]
}

const crumbs = (lang: Lang) => [{ href: '/me/consents', label: t(lang, { ja: '同意', en: 'Consents' }) }]

function Search({ form, lang }: { form: StandingForm; lang: Lang }): ReactNode {
  return (
    <Section title={t(lang, { ja: 'ほかの医療機関をさがす', en: 'Find another institution' })}>
      <Form action={STANDING} method="get" label={t(lang, { ja: '医療機関をさがす', en: 'Find an institution' })}>
        <TextInput
          lang={lang}
          name="q"
          type="search"
          value={form.search}
          label={t(lang, { ja: '医療機関の名前または番号', en: 'Name or number' })}
          hint={
            form.more
              ? t(lang, {
                  ja: '多すぎるため、一部だけを出しています。名前を長く入れてください。',
                  en: 'Too many match. Please type more of the name.',
                })
              : undefined
          }
        />
        <Button variant="secondary">{t(lang, { ja: 'さがす', en: 'Find' })}</Button>
      </Form>
    </Section>
  )
}

/** Whom, what, until when. */
export function standingPage(about: About, form: StandingForm): string {
  const { lang } = about
  const errorOf = (name: string) => form.errors.find((error) => error.name === name)?.message
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: '続けて見せる同意', en: 'A consent that goes on' }),
    lead: t(lang, {
      ja: '通っている医療機関に、受付で毎回答えなくても見せられます。次の画面で何が見えるようになるかを確かめてから決めます。',
      en: 'Share with an institution you visit without answering at its reader each time. You see what it opens before you decide.',
    }),
    breadcrumbs: crumbs(lang),
    top: form.errors.length > 0 ? <ErrorSummary lang={lang} errors={form.errors} /> : undefined,
    children: (
      <>
        {form.institutions.length === 0 ? (
          <p>
            {t(lang, { ja: '当てはまる医療機関がありません。下でさがしてください。', en: 'No institution matches. Please search below.' })}
          </p>
        ) : (
          <Form action={`${STANDING}/check`} method="get">
            <Select
              lang={lang}
              name="institutionNumber"
              label={t(lang, { ja: '医療機関', en: 'Institution' })}
              value={form.institutionNumber}
              error={errorOf('institutionNumber')}
              options={form.institutions.map((one) => ({ value: one.institutionNumber, label: one.institutionName }))}
            />
            <CheckboxGroup
              lang={lang}
              name="kinds"
              label={t(lang, { ja: '見せる情報', en: 'What to share' })}
              error={errorOf('kinds')}
              values={form.kinds}
              options={askableKinds.map((kind) => ({ value: kind, label: kindWords(kind, lang) }))}
            />
            <TextInput
              lang={lang}
              name="until"
              type="date"
              width="medium"
              value={form.until}
              error={errorOf('until')}
              label={t(lang, { ja: 'いつまで', en: 'Last day' })}
              hint={t(lang, { ja: '空けておくと、あなたが取り消すまで続きます。', en: 'Leave it empty to share until you withdraw.' })}
            />
            <Button variant="primary">{t(lang, { ja: '何が見えるようになるかを確かめる', en: 'See what it opens' })}</Button>
          </Form>
        )}
        <Search form={form} lang={lang} />
      </>
    ),
  })
}

export type StandingCheck = { consent: Consent; effects: readonly Effect[]; text: ConsentText; until: string; replaces: Consent | null }

/** What the wish would open, in words and counts; the click comes after. */
export function standingCheckPage(about: About, { consent, effects, text, until, replaces }: StandingCheck): string {
  const { lang } = about
  const query = new URLSearchParams({ institutionNumber: consent.institutionNumber, until })
  for (const kind of consent.allowed) query.append('kinds', kind)
  const closes = replaces === null ? [] : replaces.allowed.filter((kind) => !consent.allowed.includes(kind))
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: 'この内容で見せますか', en: 'Share this?' }),
    breadcrumbs: [...crumbs(lang), { href: STANDING, label: t(lang, { ja: '続けて見せる', en: 'Goes on' }) }],
    lead: opensWords(consent, lang),
    children: (
      <>
        {closes.length > 0 ? (
          <p>
            {t(lang, {
              ja: `いまの同意に代わります。${kindsIn(closes, lang)}は、続けては見えなくなります。`,
              en: `It takes the place of your present consent: ${kindsIn(closes, lang)} will no longer stay open.`,
            })}
          </p>
        ) : null}
        <Effects effects={effects} lang={lang} goesOn />
        <Section title={t(lang, { ja: '同意の文', en: 'What you agree to' })}>
          <p>{text.text[lang]}</p>
          <p className="note">
            {t(lang, { ja: '文の版', en: 'Version of the text' })} <code>{text.version}</code>
          </p>
        </Section>
        <div className="section">
          <Form
            action={STANDING}
            hidden={{ institutionNumber: consent.institutionNumber, kinds: consent.allowed.join(','), until, textVersion: text.version }}
          >
            <ButtonRow>
              <Button variant="primary">{t(lang, { ja: '同意する', en: 'Agree' })}</Button>
              <LinkButton href={`${STANDING}?${query}`}>{t(lang, { ja: '直す', en: 'Change' })}</LinkButton>
            </ButtonRow>
          </Form>
        </div>
      </>
    ),
  })
}
