import type { ReactNode } from 'react'
import type { Person } from '#care/person'
import type { Lang, Sentence } from '#kernel/language'
import { Button, ButtonRow, EmptyState, Form, formatDate, Ja, Page, renderPage, Section, Table, TextInput, t } from '#ui'
import { type About, frame } from '../page-frame.tsx'
import type { Found } from './picker.ts'

export type PickerView = Found & { uid: string; app: string; text: string }

const sexes: Record<Person['sex'], Sentence> = {
  male: { ja: '男性', en: 'Male' },
  female: { ja: '女性', en: 'Female' },
  other: { ja: 'その他', en: 'Other' },
  unknown: { ja: '性別不明', en: 'Sex unknown' },
}

const addressOf = (uid: string, rest = ''): string => `/oauth/interaction/${encodeURIComponent(uid)}${rest}`

/** 'For which patient?' Before staff are asked what an app may see of them. */
export function pickerPage(about: About, view: PickerView): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      audience="staff"
      title={t(lang, { ja: `「${view.app}」で、どの患者を見ますか`, en: `For which patient will you use “${view.app}”?` })}
      lead={t(lang, {
        ja: '選んだ患者1人だけが、アプリに伝わります。次の画面で、何を見せるかを確かめます。',
        en: 'The app learns of the one patient you choose. Next, you are asked what it may see.',
      })}
    >
      <Form action={addressOf(view.uid, '/search')} label={t(lang, { ja: '患者検索', en: 'Patient search' })}>
        <TextInput
          lang={lang}
          name="q"
          type="search"
          value={view.text}
          maxLength={100}
          label={t(lang, { ja: '患者をさがす', en: 'Find a patient' })}
          hint={t(lang, {
            ja: '氏名（漢字・カナ）、生年月日（1958-04-12、S33.4.12）、保険の記号-番号。自院の患者だけを探します。',
            en: 'Name (kanji or kana), birth date (1958-04-12, S33.4.12) or insurance symbol-number. This institution’s patients only.',
          })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: 'さがす', en: 'Search' })}</Button>
        </ButtonRow>
      </Form>
      <Section
        title={
          view.searched
            ? t(lang, { ja: `「${view.text}」の検索結果`, en: `Found for “${view.text}”` })
            : t(lang, { ja: '最近30日の患者', en: 'Patients of the last 30 days' })
        }
      >
        <Patients lang={lang} view={view} />
        {view.more ? (
          <p>{t(lang, { ja: 'ほかにもいます。条件を足して探してください。', en: 'There are more. Please search more exactly.' })}</p>
        ) : null}
      </Section>
      <Form action={addressOf(view.uid)} label={t(lang, { ja: 'やめる', en: 'Do not go on' })}>
        <ButtonRow>
          <Button variant="quiet" name="decision" value="deny">
            {t(lang, { ja: '選ばずにアプリに戻る', en: 'Go back to the app without choosing' })}
          </Button>
        </ButtonRow>
      </Form>
    </Page>,
  )
}

function Patients({ lang, view }: { lang: Lang; view: PickerView }): ReactNode {
  const caption = t(lang, { ja: '患者', en: 'Patients' })
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden
      rows={view.people}
      rowKey={(one) => one.id}
      empty={
        <EmptyState lang={lang} title={t(lang, { ja: '見つかりません', en: 'Nobody found' })}>
          <p>
            {t(lang, {
              ja: 'この医療機関にカードでかかった人か、記録のある人だけが見つかります。',
              en: 'Only people who came here with their card, or have records here, are found.',
            })}
          </p>
        </EmptyState>
      }
      columns={[
        {
          key: 'name',
          header: t(lang, { ja: '氏名', en: 'Name' }),
          cell: (one) => (
            <>
              <Ja>{one.name}</Ja>{' '}
              <span className="note" lang="ja">
                {one.nameKana}
              </span>
            </>
          ),
        },
        { key: 'born', header: t(lang, { ja: '生年月日', en: 'Born' }), cell: (one) => formatDate(one.birthDate, lang) },
        { key: 'sex', header: t(lang, { ja: '性別', en: 'Sex' }), cell: (one) => t(lang, sexes[one.sex]) },
        {
          key: 'pick',
          header: t(lang, { ja: '選ぶ', en: 'Choose' }),
          cell: (one) => (
            <Form action={addressOf(view.uid, '/patient')} hidden={{ patient: one.keys[0] ?? '' }}>
              <Button ariaLabel={t(lang, { ja: `この患者で進む：${one.name}`, en: `Go on with this patient: ${one.name}` })}>
                {t(lang, { ja: 'この患者で進む', en: 'Go on with this patient' })}
              </Button>
            </Form>
          ),
        },
      ]}
    />
  )
}
