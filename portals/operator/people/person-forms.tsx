import type { ReactNode } from 'react'
import { type IdentityPart, type IdentityValues, identityParts, markBases, sources } from '#care/person'
import { Button, Checkbox, Form, type Lang, RadioGroup, renderPage, Section, Select, TextInput, type Words, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { basisWords, markWords, partWords, sexWords, sourceWords } from './words.ts'

/** What every form of the page carries: whose page it is, and why it was opened. */
export type Forms = { personId: string; path: string; why: string; today: string }

type About = { forms: Forms; lang: Lang }

export const entries = [...identityParts, 'proxy', 'mark'] as const
export type Entry = (typeof entries)[number]

const titleOf = (entry: Entry, lang: Lang): string => {
  if (entry === 'proxy') return t(lang, { ja: '代理を登録する', en: 'Enter a proxy' })
  if (entry === 'mark') return t(lang, { ja: '保護（支援措置）を登録する', en: 'Enter a protection' })
  return t(lang, { ja: `${partWords[entry].ja}の変更を登録する`, en: `Enter a change of ${partWords[entry].en.toLowerCase()}` })
}

const optionsOf = (words: Record<string, Words>, only: readonly string[], lang: Lang) =>
  only.map((value) => ({ value, label: t(lang, words[value]!) }))

type Field = { name: string; ja: string; en: string; value: string }

const fieldsOf: { [P in IdentityPart]: (now: IdentityValues) => Field[] } = {
  name: ({ name }) => [
    { name: 'name', ja: '氏名（漢字）', en: 'Name (kanji)', value: name.name },
    { name: 'nameKana', ja: 'フリガナ', en: 'Kana', value: name.nameKana },
    { name: 'nameRoma', ja: 'ローマ字（なくてもよい）', en: 'Latin letters (optional)', value: name.nameRoma },
    { name: 'nameOfOther', ja: '呼ぶときの名前（本人の希望）', en: 'Name to be called by (as they wish)', value: name.nameOfOther },
    { name: 'nameOfOtherKana', ja: '呼ぶときの名前のフリガナ', en: 'Its kana', value: name.nameOfOtherKana },
  ],
  sex: () => [],
  address: ({ address }) => [
    { name: 'postalCode', ja: '郵便番号', en: 'Postal code', value: address.postalCode },
    { name: 'address', ja: '住所', en: 'Address', value: address.address },
  ],
  phone: ({ phone }) => [{ name: 'phone', ja: '電話', en: 'Phone', value: phone.phone }],
}

const When = ({ forms, lang }: About): ReactNode => (
  <TextInput
    lang={lang}
    name="validFrom"
    type="date"
    width="medium"
    value={forms.today}
    label={t(lang, { ja: 'いつから', en: 'From' })}
    required
  />
)

function Change({ forms, lang, part, current }: About & { part: IdentityPart; current: IdentityValues }): ReactNode {
  const title = titleOf(part, lang)
  return (
    <Form action={`${forms.path}/statements`} hidden={{ part, why: forms.why }} label={title}>
      {fieldsOf[part](current).map((field) => (
        <TextInput key={field.name} lang={lang} name={field.name} value={field.value} label={t(lang, field)} />
      ))}
      {part === 'sex' ? (
        <>
          <Select
            lang={lang}
            name="sex"
            value={current.sex.sex}
            label={t(lang, partWords.sex)}
            options={optionsOf(sexWords, Object.keys(sexWords), lang)}
          />
          <Select
            lang={lang}
            name="sex2"
            value={current.sex.sex2}
            label={t(lang, { ja: '表示の希望', en: 'As they wish it shown' })}
            options={[
              { value: '', label: t(lang, { ja: '特になし', en: 'Nothing said' }) },
              { value: '1', label: t(lang, { ja: '男', en: 'Male' }) },
              { value: '2', label: t(lang, { ja: '女', en: 'Female' }) },
              { value: '3', label: t(lang, { ja: '表示しない', en: 'Not shown' }) },
            ]}
          />
        </>
      ) : null}
      <When forms={forms} lang={lang} />
      <Select
        lang={lang}
        name="source"
        label={t(lang, { ja: '届けたところ', en: 'Stated by' })}
        options={optionsOf(sourceWords, sources.slice(0, 4), lang)}
      />
      <Button variant="primary">{t(lang, { ja: '変更を登録する', en: 'Enter the change' })}</Button>
    </Form>
  )
}

const Meant = ({ lang, required }: { lang: Lang; required: boolean }): ReactNode => (
  <>
    <TextInput lang={lang} name="otherName" label={t(lang, { ja: '相手の氏名', en: 'Their name' })} required={required} />
    <TextInput
      lang={lang}
      name="otherBirth"
      width="medium"
      label={t(lang, { ja: '相手の生年月日', en: 'Their date of birth' })}
      required={required}
    />
    <TextInput
      lang={lang}
      name="otherMember"
      width="medium"
      label={t(lang, { ja: '相手の保険の記号・番号', en: 'Their insurance symbol and number' })}
      required={required}
    />
  </>
)

function NewProxy({ forms, lang }: About): ReactNode {
  const title = titleOf('proxy', lang)
  return (
    <Form action={`${forms.path}/proxies`} hidden={{ why: forms.why }} label={title}>
      <Meant lang={lang} required />
      <RadioGroup
        lang={lang}
        name="basis"
        label={t(lang, { ja: '根拠', en: 'Basis' })}
        required
        options={optionsOf(basisWords, ['parent', 'guardian', 'curator'], lang)}
      />
      <TextInput
        lang={lang}
        name="evidence"
        maxLength={200}
        required
        label={t(lang, { ja: '確かめた書類', en: 'Document seen' })}
        hint={t(lang, { ja: '例：戸籍全部事項証明、登記事項証明書の番号', en: 'For example the number of the court’s certificate' })}
      />
      <When forms={forms} lang={lang} />
      <TextInput
        lang={lang}
        name="until"
        type="date"
        width="medium"
        label={t(lang, { ja: 'いつまで（決まっていれば）', en: 'Until (if set)' })}
      />
      <Button variant="primary">{t(lang, { ja: '登録する', en: 'Enter' })}</Button>
    </Form>
  )
}

function NewMark({ forms, lang }: About): ReactNode {
  const title = titleOf('mark', lang)
  return (
    <Form action={`${forms.path}/marks`} hidden={{ why: forms.why }} label={title}>
      <RadioGroup
        lang={lang}
        name="basis"
        label={t(lang, { ja: '根拠', en: 'Basis' })}
        required
        options={optionsOf(markWords, markBases, lang)}
      />
      <TextInput
        lang={lang}
        name="note"
        rows={2}
        maxLength={500}
        label={t(lang, { ja: 'メモ（運用担当だけが見ます）', en: 'Note (operators only)' })}
      />
      <When forms={forms} lang={lang} />
      <TextInput
        lang={lang}
        name="until"
        type="date"
        width="medium"
        label={t(lang, { ja: 'いつまで（決まっていれば）', en: 'Until (if set)' })}
      />
      <Checkbox name="blocksAll" value="yes" label={t(lang, { ja: 'すべての代理を止める', en: 'Block every proxy' })} />
      <Meant lang={lang} required={false} />
      <Button variant="primary">{t(lang, { ja: '保護を登録する', en: 'Enter the protection' })}</Button>
    </Form>
  )
}

/** What an operator may enter about a person, each on a page of its own. */
export const PersonForms = ({ forms, lang }: About): ReactNode => (
  <Section title={t(lang, { ja: '登録する', en: 'Enter' })}>
    <ul>
      {entries.map((entry) => (
        <li key={entry}>
          <a href={`${forms.path}/enter/${entry}?why=${forms.why}`}>{titleOf(entry, lang)}</a>
        </li>
      ))}
    </ul>
  </Section>
)

/** One thing to enter about a person. */
export function enterPage(on: PageOf, about: { forms: Forms; entry: Entry; current: IdentityValues }): string {
  const { lang } = on
  const { forms, entry, current } = about
  const name = current.name.name || current.name.nameKana || '—'
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={titleOf(entry, lang)}
      breadcrumbs={[
        { href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) },
        { href: `${forms.path}?why=${forms.why}`, label: name },
      ]}
      lead={<span lang="ja">{name}</span>}
    >
      {entry === 'proxy' ? (
        <NewProxy forms={forms} lang={lang} />
      ) : entry === 'mark' ? (
        <NewMark forms={forms} lang={lang} />
      ) : (
        <Change forms={forms} lang={lang} part={entry} current={current} />
      )}
    </OperatorPage>,
  )
}
