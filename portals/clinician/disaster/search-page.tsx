/** Search form and results, the same on the platform and on a laptop without a network. */
import type { ReactNode } from 'react'
import type { Fit, Person, Remembered } from '#care/person'
import { ageOn, dateInJapan } from '#kernel/japan'
import {
  Banner,
  Button,
  ButtonRow,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  formatDate,
  Ja,
  joinList,
  type Lang,
  LinkButton,
  Section,
  Select,
  Table,
  TextInput,
  t,
  wareki,
} from '#ui'
import { sexNames } from '../frame.tsx'

/** Somebody who may be meant: as little as is needed to tell two people apart, and why they were found. */
export type Hit = {
  key: string
  name: string
  nameKana: string
  birthDate: string
  sex: Person['sex']
  address: string
  why: { ja: string; en: string }[]
}

/** Where somebody lives, without the number of the house. */
export const town = (address: string): string =>
  address.normalize('NFKC').replace(/\s*[\d一二三四五六七八九十]*(?:丁目|番地|番|号)?[-\d].*$/, '')

const fact = (holds: boolean, ja: string, en: string) => (holds ? [{ ja, en }] : [])

/** Why somebody was found, in words. */
export function whyFound(fit: Fit): Hit['why'] {
  return [
    ...(fit.exactName
      ? [{ ja: '氏名が一致', en: 'same name' }]
      : fit.name === 50
        ? [{ ja: '入れた分の氏名が一致', en: 'the name as far as typed' }]
        : fit.name >= 40
          ? [{ ja: '氏名がほぼ一致', en: 'nearly the same name' }]
          : fact(fit.name >= 15, '氏名の一部が一致', 'part of the name')),
    ...fact(fit.birth === 'same', '生年月日が一致', 'same birth date'),
    ...fact(fit.birth === 'near', '生年月日が1か所違い', 'birth date differs in one place'),
    ...fact(fit.birth === 'within', '年齢・生年が合う', 'age or year of birth fits'),
    ...fact(fit.insurance === 'number', '保険の番号が一致', 'same insurance number'),
    ...fact(fit.insurance === 'insurer', '保険者が一致', 'same insurer'),
    ...(fit.address >= 20 ? [{ ja: '住所が一致', en: 'same address' }] : fact(fit.address >= 8, '住所の一部が一致', 'part of the address')),
    ...fact(fit.sex, '性別が一致', 'same sex'),
  ]
}

export const hitOf = ({ person, fit }: { person: Person; fit: Fit }): Hit => ({
  key: person.keys[0]!,
  name: person.name,
  nameKana: person.nameKana,
  birthDate: person.birthDate,
  sex: person.sex,
  address: town(person.address),
  why: whyFound(fit),
})

/** `again`: below what was found before. */
type FormProps = { lang: Lang; action: string; again: boolean; typed: Remembered; errors: readonly FieldError[] }

export function SearchForm(props: FormProps): ReactNode {
  const { lang, again } = props
  if (!again) return <Fields {...props} />
  return (
    <Section title={t(lang, { ja: '条件を変えてさがす', en: 'Search again' })}>
      <Fields {...props} />
    </Section>
  )
}

function Fields({ lang, action, typed, errors }: FormProps): ReactNode {
  const error = (name: string) => errors.find((e) => e.name === name)?.message
  return (
    <>
      <ErrorSummary lang={lang} errors={errors} />
      <Form action={action} label={t(lang, { ja: '避難している人をさがす', en: 'Find an evacuee' })}>
        <TextInput
          lang={lang}
          name="name"
          type="search"
          value={typed.name}
          maxLength={100}
          error={error('name')}
          label={t(lang, { ja: '氏名', en: 'Name' })}
          hint={t(lang, {
            ja: 'カナ・ひらがな・漢字・ローマ字。一部だけでも、打ち間違いがあっても見つけます。',
            en: 'Kana, kanji or Latin letters. Part of it will do; slips of typing are forgiven.',
          })}
        />
        <TextInput
          lang={lang}
          name="birth"
          value={typed.birth}
          maxLength={40}
          width="medium"
          error={error('birth')}
          label={t(lang, { ja: '生年月日', en: 'Date of birth' })}
          hint={t(lang, { ja: '1958-04-12、昭和33年4月12日、S33.4、1958 など', en: 'Such as 1958-04-12, S33.4.12, 1958-04 or 1958' })}
        />
        <TextInput
          lang={lang}
          name="age"
          value={typed.age}
          maxLength={10}
          width="short"
          error={error('age')}
          label={t(lang, { ja: '年齢（生年月日が分からないとき）', en: 'Age, where the birth date is not known' })}
          hint={t(lang, {
            ja: '68、60代 など。68と入れると63〜73歳をさがします。',
            en: 'Such as 68 or 60代 (in the sixties); 68 looks from 63 to 73.',
          })}
        />
        <Select
          lang={lang}
          name="sex"
          value={typed.sex}
          label={t(lang, { ja: '性別', en: 'Sex' })}
          options={[
            { value: '', label: t(lang, { ja: '分からない', en: 'Not known' }) },
            { value: 'female', label: t(lang, sexNames.female) },
            { value: 'male', label: t(lang, sexNames.male) },
          ]}
        />
        <TextInput
          lang={lang}
          name="address"
          value={typed.address}
          maxLength={100}
          error={error('address')}
          label={t(lang, { ja: '住所（一部でもよい）', en: 'Address, or part of it' })}
        />
        <TextInput
          lang={lang}
          name="insurance"
          value={typed.insurance}
          maxLength={60}
          width="medium"
          error={error('insurance')}
          label={t(lang, { ja: '保険の番号（記号・番号、保険者番号）', en: 'Insurance number, or number of the insurer' })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: 'さがす', en: 'Search' })}</Button>
        </ButtonRow>
      </Form>
    </>
  )
}

type ResultProps = { lang: Lang; hits: readonly Hit[]; more: boolean; now: Date; hrefOf: (hit: Hit) => string }

export function Results({ lang, hits, more, now, hrefOf }: ResultProps): ReactNode {
  const title = t(lang, {
    ja: `見つかった人（${hits.length}人）`,
    en: hits.length === 1 ? 'One person found' : `${hits.length} people found`,
  })
  if (hits.length === 0)
    return (
      <Section title={t(lang, { ja: '検索の結果', en: 'Result' })} id="found">
        <EmptyState lang={lang} title={t(lang, { ja: '当てはまる人は見つかりませんでした', en: 'Nobody fits' })}>
          <p>
            {t(lang, {
              ja: '分かることを足すか、不確かなことを外して、もう一度さがしてください。本人が災害時の閲覧も望まないとしているときは、表示しません。',
              en: 'Add what is known or leave out what is unsure, and search again. Whoever closed their record for disasters too is not shown.',
            })}
          </p>
        </EmptyState>
      </Section>
    )
  return (
    <Section
      title={title}
      id="found"
      lead={t(lang, {
        ja: '当てはまる順です。開く前に、本人かどうかを確かめてください。',
        en: 'The likeliest first. Make sure who it is before you open.',
      })}
    >
      {more ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, {
            ja: 'ほかにも当てはまる人がいます。分かることを足してください。',
            en: 'Others fit too. Add what else is known.',
          })}
        />
      ) : null}
      <Table
        lang={lang}
        caption={title}
        captionHidden
        rows={hits}
        rowKey={(hit) => hit.key}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '氏名', en: 'Name' }),
            cell: (hit) => (
              <>
                <Ja>{hit.name || '—'}</Ja>
                <br />
                <span className="note">
                  <Ja>{hit.nameKana}</Ja>
                </span>
              </>
            ),
          },
          {
            key: 'born',
            header: t(lang, { ja: '生年月日・性別', en: 'Born, sex' }),
            cell: (hit) => (
              <>
                <Born birthDate={hit.birthDate} now={now} lang={lang} />
                <br />
                {t(lang, sexNames[hit.sex])}
              </>
            ),
          },
          { key: 'town', header: t(lang, { ja: '住所（町まで）', en: 'Town' }), cell: (hit) => <Ja>{hit.address || '—'}</Ja> },
          {
            key: 'why',
            header: t(lang, { ja: '見つかったわけ', en: 'Why found' }),
            cell: (hit) =>
              joinList(
                lang,
                hit.why.map((one) => one[lang]),
              ),
          },
          {
            key: 'open',
            header: t(lang, { ja: '確かめる', en: 'Check' }),
            cell: (hit) => (
              <LinkButton
                href={hrefOf(hit)}
                ariaLabel={t(lang, {
                  ja: `この人か確かめる：${hit.name || hit.nameKana}さん`,
                  en: `Check: ${hit.name || hit.nameKana}`,
                })}
              >
                {t(lang, { ja: 'この人か確かめる', en: 'Check' })}
              </LinkButton>
            ),
          },
        ]}
      />
    </Section>
  )
}

export function Born({ birthDate, now, lang }: { birthDate: string; now: Date; lang: Lang }): ReactNode {
  const age = ageOn(birthDate, dateInJapan(now))
  const era = wareki(birthDate, 'day')
  return (
    <>
      {formatDate(birthDate, lang)} {era ? <span className="note">{lang === 'ja' ? era : <Ja>{era}</Ja>} </span> : null}
      {t(lang, { ja: `${age}歳`, en: `aged ${age}` })}
    </>
  )
}
