import type { ReactNode } from 'react'
import type { Watch } from '#care/person'
import { Banner, Button, ButtonRow, EmptyState, Form, Ja, type Lang, renderPage, Section, Select, Table, TextInput, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'

export type GuardsView = { watches: readonly (Watch & { name: string })[]; isOperator: boolean; done: string | null }

export const watchWords = {
  vip: { ja: '広く知られた人', en: 'Somebody well known' },
  watch: { ja: '本人の求め、または過去ののぞき見', en: 'They asked, or an incident showed the need' },
} as const

const doneWords: Record<string, { ja: string; en: string }> = {
  watched: { ja: '見守りを始めました。', en: 'The watch has begun.' },
  ended: { ja: '見守りを終えました。', en: 'The watch has ended.' },
  noted: { ja: '職員と本人の登録を結びました。', en: 'The clinician’s own entry was noted.' },
  nobody: {
    ja: '3つすべてに合う人が見つかりません。氏名、生年月日、保険の番号を確かめてください。',
    en: 'Nobody is meant by all three. Check name, birth date and insurance number.',
  },
  'no-staff': { ja: 'そのログイン名の職員は見つかりません。', en: 'No member of staff has that login name here.' },
}

const theirOwn = { name: 'name', birthDate: 'birthDate', memberId: 'memberId' }
/** Names of their own: two forms of one page must not share the ids of their fields. */
const ofTheWatch = { name: 'watchName', birthDate: 'watchBirthDate', memberId: 'watchMemberId' }

/** The one person whom three answers mean. */
const Who = ({ lang, names = theirOwn }: { lang: Lang; names?: typeof theirOwn }): ReactNode => (
  <>
    <TextInput lang={lang} name={names.name} required maxLength={100} label={t(lang, { ja: '氏名', en: 'Name' })} />
    <TextInput
      lang={lang}
      name={names.birthDate}
      required
      maxLength={40}
      width="medium"
      label={t(lang, { ja: '生年月日', en: 'Date of birth' })}
    />
    <TextInput
      lang={lang}
      name={names.memberId}
      required
      maxLength={100}
      width="medium"
      label={t(lang, { ja: '保険の番号（記号-番号、または全体）', en: 'Insurance number' })}
    />
  </>
)

function Watches({ view, lang }: { view: GuardsView; lang: Lang }): ReactNode {
  if (view.watches.length === 0)
    return <EmptyState lang={lang} title={t(lang, { ja: '見守っている人はいません', en: 'Nobody is watched over' })} />
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '見守っている人', en: 'Watched over' })}
      captionHidden
      rows={view.watches}
      rowKey={(row) => row.id}
      columns={[
        { key: 'who', header: t(lang, { ja: '氏名', en: 'Name' }), cell: (row) => <Ja>{row.name || '—'}</Ja> },
        { key: 'why', header: t(lang, { ja: 'わけ', en: 'Why' }), cell: (row) => t(lang, watchWords[row.kind]) },
        { key: 'since', header: t(lang, { ja: '始まり', en: 'Since' }), cell: (row) => <Time value={row.madeAt} lang={lang} /> },
        {
          key: 'end',
          header: t(lang, { ja: '終える', en: 'End' }),
          cell: (row) => (
            <Form
              action={`/operator/emergencies/guards/watches/${row.id}/end`}
              hidden={{ personId: row.personId }}
              label={t(lang, { ja: `${row.name}の見守りを終える`, en: 'End this person’s watch' })}
            >
              <Button variant="quiet">{t(lang, { ja: '終える', en: 'End' })}</Button>
            </Form>
          ),
        },
      ]}
    />
  )
}

/** 'Whom do the curious look for, and which of our staff is whom?' */
export function guardsPage(on: PageOf, view: GuardsView): string {
  const { lang } = on
  const told = view.done === null ? undefined : doneWords[view.done]
  const failed = view.done === 'nobody' || view.done === 'no-staff'
  const kinds = (['vip', 'watch'] as const).map((value) => ({ value, label: t(lang, watchWords[value]) }))
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/emergencies/guards"
      title={t(lang, { ja: '緊急アクセスの守り', en: 'Guards of emergency access' })}
      lead={t(lang, {
        ja: '職員が自分や家族の記録を緊急アクセスで開けないよう、職員と本人の登録を結びます。見守りのある人を開くには、2人の医師・看護職員などが要ります。',
        en: 'Staff cannot open themselves or relatives once their own entry is known. Whoever is watched over is opened by two clinicians only.',
      })}
      top={told ? <Banner tone={failed ? 'attention' : 'success'} lang={lang} title={t(lang, told)} /> : undefined}
    >
      <Section title={t(lang, { ja: '職員は、どの人か', en: 'Which member of staff is whom' })}>
        <Form action="/operator/emergencies/guards/staff" label={t(lang, { ja: '職員を結ぶ', en: 'Note a member of staff' })}>
          <TextInput
            lang={lang}
            name="loginName"
            required
            maxLength={100}
            width="medium"
            label={t(lang, { ja: '職員のログイン名', en: 'Login name' })}
          />
          <Who lang={lang} />
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: '結ぶ', en: 'Note' })}</Button>
          </ButtonRow>
        </Form>
      </Section>
      {view.isOperator ? (
        <>
          <Section title={t(lang, { ja: '見守っている人', en: 'Watched over' })}>
            <Watches view={view} lang={lang} />
          </Section>
          <Section title={t(lang, { ja: '見守りを始める', en: 'Begin a watch' })}>
            <form
              className="form"
              action="/operator/emergencies/guards/watches"
              method="post"
              noValidate
              aria-label={t(lang, { ja: '見守りを始める', en: 'Begin a watch' })}
            >
              <WatchFields lang={lang} kinds={kinds} />
            </form>
          </Section>
        </>
      ) : null}
    </OperatorPage>,
  )
}

const WatchFields = ({ lang, kinds }: { lang: Lang; kinds: readonly { value: string; label: string }[] }): ReactNode => (
  <>
    <Who lang={lang} names={ofTheWatch} />
    <Select lang={lang} name="kind" label={t(lang, { ja: 'わけ', en: 'Why' })} options={kinds} />
    <ButtonRow>
      <Button>{t(lang, { ja: '見守りを始める', en: 'Begin the watch' })}</Button>
    </ButtonRow>
  </>
)
