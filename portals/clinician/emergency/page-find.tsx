import type { ReactElement, ReactNode } from 'react'
import type { Candidate, EmergencyCase, LookedFor, SecondRequest } from '#care/emergency'
import type { OpenedEmergency } from '#care/consent'
import {
  Banner,
  Button,
  ButtonRow,
  Card,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  Ja,
  type Lang,
  LinkButton,
  Section,
  Select,
  Stack,
  TextInput,
  Time,
  t,
} from '#ui'
import { ClinicPage, type PageOf, sexNames } from '../frame.tsx'
import { Identity } from './parts.tsx'

export type FindView = {
  asked: LookedFor
  /** null where nobody was looked for yet. */
  found: readonly Candidate[] | null
  total: number
  running: readonly { emergency: OpenedEmergency; who: Candidate | undefined }[]
  questions: readonly EmergencyCase[]
  requests: readonly SecondRequest[]
  me: string
  errors: readonly FieldError[]
}

/** 'Who is this, and what must I know right now?' */
export function FindPage({ on, view }: { on: PageOf; view: FindView }): ReactElement {
  const { lang } = on
  return (
    <ClinicPage
      on={{ ...on, path: '/clinic/emergency' }}
      title={t(lang, { ja: '緊急アクセス', en: 'Emergency access' })}
      lead={t(lang, {
        ja: '意識がないなど、同意を尋ねられない人の命を守るときだけ使います。開いたことは、すぐ本人に知らされ、あとで2人が確かめます。',
        en: 'Only where life is at stake and the person cannot be asked. They are told at once, and two people review it afterwards.',
      })}
      breadcrumbs={[{ href: '/clinic', label: t(lang, { ja: '受付', en: 'Arrivals' }) }]}
      hasErrors={view.errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={view.errors} />
      <Now view={view} lang={lang} />
      {view.found === null ? null : <Found view={view} lang={lang} />}
      <Search view={view} lang={lang} />
      <OtherWays lang={lang} />
    </ClinicPage>
  )
}

/** What runs, and who waits for an answer: before everything else. */
function Now({ view, lang }: { view: FindView; lang: Lang }): ReactNode {
  if (view.running.length + view.questions.length + view.requests.length === 0) return null
  return (
    <Stack>
      {view.running.map(({ emergency, who }) => (
        <Banner
          key={emergency.id}
          lang={lang}
          tone="attention"
          label={t(lang, { ja: '開いています', en: 'Open' })}
          title={
            <a href={`/clinic/emergency/${emergency.id}`}>
              <Ja>{who?.name ?? '—'}</Ja>
            </a>
          }
        >
          <p>
            <Time value={emergency.until} lang={lang} withTime />
            {t(lang, { ja: 'に自動で終わります。', en: ': it ends by itself.' })}
          </p>
        </Banner>
      ))}
      {view.requests.map((one) => (
        <Banner
          key={one.id}
          lang={lang}
          tone={one.staffId === view.me && one.answer === null ? 'info' : 'attention'}
          label={t(lang, { ja: '2人目の確認', en: 'Second clinician' })}
          title={<a href={`/clinic/emergency/requests/${one.id}`}>{requestWords(one, view.me, lang)}</a>}
        />
      ))}
      {view.questions.map((one) => (
        <Banner
          key={one.id}
          lang={lang}
          tone="attention"
          label={t(lang, { ja: '監査担当からの質問', en: 'Question from the auditors' })}
          title={
            <a href={`/clinic/emergency/${one.id}/answer`}>
              {t(lang, { ja: '緊急アクセスについて説明してください', en: 'Please explain an emergency access' })}
            </a>
          }
        >
          <p>
            <Time value={one.openedAt} lang={lang} withTime />
          </p>
        </Banner>
      ))}
    </Stack>
  )
}

function requestWords(one: SecondRequest, me: string, lang: Lang): string {
  if (one.staffId !== me)
    return t(lang, { ja: `${one.staffName}さんが、2人目の確認を頼んでいます`, en: `${one.staffName} asks you to be the second` })
  return one.answer === 'yes'
    ? t(lang, { ja: '2人目が同意しました。開けます', en: 'The second agreed: you can open it' })
    : t(lang, { ja: '2人目の返事を待っています', en: 'Waiting for the second' })
}

function Found({ view, lang }: { view: FindView; lang: Lang }): ReactNode {
  const found = view.found ?? []
  const title = t(lang, { ja: '見つかった人', en: 'Found' })
  if (found.length === 0)
    return (
      <Section title={title}>
        <EmptyState lang={lang} title={t(lang, { ja: '見つかりません', en: 'Nobody found' })}>
          <p>
            {t(lang, {
              ja: '生年月日、フリガナの読み、保険の番号を変えて、もう一度さがしてください。この仕組みに記録のない人は出ません。',
              en: 'Try again with another reading of the name, birth date or number. People without a record here do not appear.',
            })}
          </p>
        </EmptyState>
      </Section>
    )
  return (
    <Section
      title={title}
      lead={t(lang, {
        ja: '本人かどうかを、持ち物や救急隊の情報と照らして確かめてください。',
        en: 'Make sure that it is them: compare with what they carry, and what the ambulance crew knows.',
      })}
    >
      <Stack>
        {found.map((who) => (
          <Card
            key={who.key}
            title={<Ja>{who.name}</Ja>}
            footer={
              <LinkButton variant="primary" href={`/clinic/emergency/open?patient=${encodeURIComponent(who.key)}`}>
                {t(lang, { ja: 'この人です。次へ', en: 'This is the person' })}
              </LinkButton>
            }
          >
            <Identity who={who} lang={lang} named={false} />
          </Card>
        ))}
      </Stack>
      {view.total > found.length ? (
        <p className="note">
          {t(lang, {
            ja: `ほかにも${view.total - found.length}人います。氏名や番号を足してください。`,
            en: `${view.total - found.length} more. Add the name or the number.`,
          })}
        </p>
      ) : null}
    </Section>
  )
}

function Search({ view, lang }: { view: FindView; lang: Lang }): ReactNode {
  const { asked, errors } = view
  const errorOf = (name: string) => errors.find((one) => one.name === name)?.message
  const sexes = (['female', 'male'] as const).map((value) => ({ value, label: t(lang, sexNames[value]) }))
  return (
    <Section title={t(lang, { ja: '本人をさがす', en: 'Find the person' })}>
      <Form action="/clinic/emergency/find" label={t(lang, { ja: '本人をさがす', en: 'Find the person' })}>
        <TextInput
          lang={lang}
          name="birthDate"
          value={asked.birthDate}
          width="medium"
          required
          error={errorOf('birthDate')}
          autoFocus={view.found === null}
          label={t(lang, { ja: '生年月日', en: 'Date of birth' })}
          hint={t(lang, { ja: '例：1966-04-12、昭和41年4月12日、S41.4.12', en: 'For example 1966-04-12' })}
        />
        <TextInput
          lang={lang}
          name="name"
          value={asked.name}
          label={t(lang, { ja: '氏名（漢字・カナ。表記の違いも見つけます）', en: 'Name, in any spelling' })}
        />
        <TextInput
          lang={lang}
          name="memberId"
          value={asked.memberId}
          width="medium"
          label={t(lang, { ja: '保険の番号（氏名が分からないとき）', en: 'Insurance number, where the name is not known' })}
          hint={t(lang, { ja: '記号-番号、または全体', en: 'Symbol-number, or the whole' })}
        />
        <Select
          lang={lang}
          name="sex"
          value={asked.sex}
          label={t(lang, { ja: '性別', en: 'Sex' })}
          options={[{ value: '', label: t(lang, { ja: '分からない', en: 'Not known' }) }, ...sexes]}
        />
        <ButtonRow>
          <Button variant={view.found === null || view.found.length === 0 ? 'primary' : 'secondary'}>
            {t(lang, { ja: 'さがす', en: 'Find' })}
          </Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

const OtherWays = ({ lang }: { lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: 'マイナンバーカードを持っているとき', en: 'Where they carry their card' })}>
    <p>
      {t(lang, {
        ja: 'カードリーダーに置き、暗証番号なし（顔または目視）で受け付けてください。受付の一覧から本人を選ぶと、ここと同じ確認の画面に進めます。',
        en: 'Put it on the card reader and check them in without PIN (by face, or by sight). From the list of arrivals you reach the same next step as here.',
      })}
    </p>
    <ButtonRow>
      <LinkButton href="/clinic">{t(lang, { ja: '受付の一覧へ', en: 'To arrivals' })}</LinkButton>
    </ButtonRow>
  </Section>
)
