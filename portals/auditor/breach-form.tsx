import type { ReactNode } from 'react'
import type { BodyKind, BreachFacts } from '#care/consent'
import { type Breach, type Given, usualFacts } from '#care/oversight'
import { dateInJapan } from '#kernel/japan'
import { Button, ButtonRow, Checkbox, ErrorSummary, Form, type Lang, renderPage, Select, TextInput, t } from '#ui'
import { type Draft, noDraft, type Typed } from './form.ts'
import { AuditorPage, type PageOf } from './frame.tsx'

type Flag = { [K in keyof BreachFacts]-?: BreachFacts[K] extends boolean | undefined ? K : never }[keyof BreachFacts]

const flags: Readonly<Record<Flag, { ja: string; en: string }>> = {
  specialCare: { ja: '病歴・検査・診療・調剤などの情報（要配慮個人情報）を含む', en: 'It includes health data (special-care data)' },
  financialRisk: {
    ja: 'カードやサインインの情報など、お金の被害につながるおそれがある',
    en: 'It could lead to financial harm (cards, logins)',
  },
  wrongfulPurpose: { ja: '攻撃や内部の不正など、悪い目的のおそれがある', en: 'Somebody may have meant harm (attack, insider)' },
  strongEncryption: { ja: '高度な暗号化がされていた', en: 'It was strongly encrypted' },
  keyTaken: { ja: 'その暗号の鍵も取られた、または分からない', en: 'The key was taken too, or nobody knows' },
  pseudonymised: { ja: '仮名加工情報だけである', en: 'It was pseudonymised data only' },
  recoveredUnseen: { ja: '誰にも見られる前に、すべて取り戻した', en: 'All of it was got back before anybody saw it' },
  clientReports: { ja: '預かった情報で、委託元が期限内に報告する', en: 'We hold it for a client, who reports in time' },
}
const flagNames = Object.keys(flags) as Flag[]

const bodies: Readonly<Record<BodyKind, { ja: string; en: string }>> = {
  private: { ja: '民間（医療法人など）', en: 'Private (medical corporations and the like)' },
  public: { ja: '行政機関・独立行政法人など（自治体の病院ほか）', en: 'Public body (municipal hospitals and the like)' },
  academic: { ja: '学術研究機関等', en: 'Academic body' },
}
const isBody = (text: string): text is BodyKind => Object.hasOwn(bodies, text)

/** A case as its form shows it. */
export const draftOf = (b: Pick<Breach, 'title' | 'body' | 'knownAt' | 'facts' | 'drill'>): Draft => ({
  values: {
    ...{ title: b.title, body: b.body, knownOn: dateInJapan(b.knownAt), persons: String(b.facts.persons), drill: b.drill ? 'yes' : '' },
    ...Object.fromEntries(flagNames.map((name) => [name, b.facts[name] ? 'yes' : ''])),
  },
  errors: [],
})

export const newDraft = (now: Date, scope: string): Draft => {
  const draft = draftOf({ title: '', body: 'private', knownAt: now, facts: usualFacts, drill: false })
  return { ...draft, values: { ...draft.values, scope } }
}

/** What was typed, as a case; or what is wrong with it. A day is counted from its beginning in Japan. */
export function readGiven(typed: Typed, now: Date, lang: Lang): { given: Given } | { draft: Draft } {
  const wrong = (name: string, words: { ja: string; en: string }) => ({ name, message: words[lang] })
  const [title, body, knownOn, persons] = [
    typed.text('title'),
    typed.text('body'),
    typed.text('knownOn'),
    typed.text('persons').normalize('NFKC'),
  ]
  const day = /^\d{4}-\d{2}-\d{2}$/.test(knownOn) ? new Date(`${knownOn}T00:00:00+09:00`) : null
  const errors = [
    ...(title === '' || title.length > 200
      ? [wrong('title', { ja: '件名を200文字までで入力してください。', en: 'Give a title of at most 200 characters.' })]
      : []),
    ...(isBody(body) ? [] : [wrong('body', { ja: '選んでください。', en: 'Choose one.' })]),
    ...(day === null || Number.isNaN(day.getTime()) || day > now
      ? [wrong('knownOn', { ja: '知った日を、今日までの日付で入力してください。', en: 'Enter the day of knowing, today at the latest.' })]
      : []),
    ...(/^\d{1,9}$/.test(persons) ? [] : [wrong('persons', { ja: '人数を数字で入力してください。', en: 'Enter the number of people.' })]),
  ]
  if (errors.length > 0 || !isBody(body) || day === null) return { draft: { values: typed.all, errors } }
  const facts = { persons: Number(persons), ...Object.fromEntries(flagNames.map((name) => [name, typed.isOn(name)])) } as BreachFacts
  // The day stands for its beginning, unless it is today: nobody knew before they typed.
  return { given: { title, body, facts, drill: typed.isOn('drill'), knownAt: dateInJapan(now) === knownOn ? now : day } }
}

/** The facts of a case: they decide what the law asks. */
export function FactsForm({ lang, action, draft, isNew }: { lang: Lang; action: string; draft: Draft; isNew: boolean }): ReactNode {
  const about = (name: string) => ({
    lang,
    name,
    value: draft.values[name] ?? '',
    error: draft.errors.find((e) => e.name === name)?.message,
  })
  return (
    <Form action={action} label={t(lang, { ja: '事実', en: 'Facts' })} hidden={draft.values.scope ? { scope: draft.values.scope } : {}}>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <TextInput
        {...about('title')}
        label={t(lang, { ja: '件名', en: 'Title' })}
        hint={t(lang, { ja: '患者の氏名は書かないでください。', en: 'No patient’s name.' })}
        maxLength={200}
        required
      />
      <TextInput
        {...about('knownOn')}
        type="date"
        width="short"
        label={t(lang, { ja: '知った日（期限はここから数えます）', en: 'Day of knowing (the clocks run from here)' })}
        required
      />
      <TextInput
        {...about('persons')}
        inputMode="numeric"
        width="short"
        label={t(lang, { ja: '触れられた（おそれのある）人数', en: 'People touched, or possibly touched' })}
        required
      />
      <Select
        {...about('body')}
        label={t(lang, { ja: '誰の情報か（機関の種類）', en: 'Whose data: kind of body' })}
        options={(Object.keys(bodies) as BodyKind[]).map((value) => ({ value, label: bodies[value][lang] }))}
        required
      />
      {flagNames.map((name) => (
        <Checkbox key={name} name={name} value="yes" label={flags[name][lang]} checked={draft.values[name] === 'yes'} />
      ))}
      {isNew ? (
        <Checkbox
          name="drill"
          value="yes"
          label={t(lang, { ja: '訓練として行う', en: 'This is a drill' })}
          hint={t(lang, { ja: '本人にも役所にも、何も送られません。', en: 'Nothing is sent to anybody.' })}
          checked={draft.values.drill === 'yes'}
        />
      ) : null}
      <ButtonRow>
        <Button variant="primary">
          {isNew ? t(lang, { ja: '登録する', en: 'Enter the case' }) : t(lang, { ja: '事実を改める', en: 'Change the facts' })}
        </Button>
      </ButtonRow>
    </Form>
  )
}

export function newBreachPage(on: PageOf, draft: Draft = noDraft): string {
  const { lang } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/breaches"
      title={t(lang, { ja: '漏えい等を登録する', en: 'Enter a breach' })}
      lead={t(lang, {
        ja: '分かっていることだけで始められます。おそれがあるものも登録してください。',
        en: 'Begin with what is known. Enter what is only possible too.',
      })}
      breadcrumbs={[{ href: '/audit/breaches', label: t(lang, { ja: '漏えい等', en: 'Breaches' }) }]}
      hasErrors={draft.errors.length > 0}
    >
      <FactsForm lang={lang} action="/audit/breaches" draft={draft} isNew />
    </AuditorPage>,
  )
}
