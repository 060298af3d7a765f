import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Form,
  formatDate,
  Ja,
  LinkButton,
  Page,
  type PageUser,
  renderPage,
  Section,
  staffNav,
  Table,
  TextInput,
  t,
} from '#ui'
import type { Person } from '#care/person'
import type { ChartImport, ChartOutcome } from './desk.ts'

const outcomes: Record<ChartOutcome, { ja: string; en: string }> = {
  linked: { ja: '取り込みました', en: 'Taken over' },
  unreadable: {
    ja: '読み取れません。6つの項目と日付の形を確かめてください',
    en: 'Not readable: check the six fields and the form of the date',
  },
  'not-found': {
    ja: '一致する人がいません。記号・番号と生年月日を確かめてください',
    en: 'Nobody matches: check the numbers and the birth date',
  },
  several: { ja: '何人かに当てはまります。枝番を入れてください', en: 'Fits several people: add the branch number' },
  taken: { ja: 'この番号は別の患者に付いています', en: 'The number belongs to another patient' },
}

export type ChartNumberPage = {
  lang: Lang
  path: string
  user: PageUser
  demo: boolean
  /** The patient who is to be given a number; null for the list alone. */
  one: { person: Person; number: string | null } | null
  done: ChartImport | null
}

function One({ lang, one }: { lang: Lang; one: NonNullable<ChartNumberPage['one']> }): ReactNode {
  const { person, number } = one
  return (
    <Section title={t(lang, { ja: 'この患者の番号', en: 'Number of this patient' })}>
      <p>
        <Ja>{`${person.name}（${person.nameKana}）`}</Ja> {formatDate(person.birthDate, lang)}
      </p>
      <Form action="/desk/chart-numbers" hidden={{ patientId: person.keys[0]! }} label={t(lang, { ja: '診察券番号', en: 'Chart number' })}>
        <TextInput
          lang={lang}
          name="number"
          value={number ?? ''}
          width="medium"
          autoComplete="off"
          maxLength={32}
          required
          label={t(lang, { ja: '診察券番号', en: 'Chart number' })}
          hint={t(lang, {
            ja: '自院のカルテの番号。次からはカードだけで分かります。',
            en: 'As in your own records. From now on the card alone finds it.',
          })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '付ける', en: 'Save' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

function Done({ lang, done }: { lang: Lang; done: ChartImport }): ReactNode {
  const left = done.lines.filter((one) => one.outcome !== 'linked')
  return (
    <>
      <Banner
        lang={lang}
        tone={left.length === 0 ? 'success' : 'attention'}
        title={t(lang, {
          ja: `${done.counts.linked}件を取り込みました。${left.length > 0 ? `${left.length}件は残っています。` : ''}`,
          en: `${done.counts.linked} taken over.${left.length > 0 ? ` ${left.length === 1 ? 'One line was' : `${left.length} lines were`} left.` : ''}`,
        })}
      />
      {left.length > 0 ? (
        <Table
          lang={lang}
          caption={t(lang, { ja: '取り込めなかった行', en: 'Lines that were left' })}
          columns={[
            { key: 'line', header: t(lang, { ja: '行', en: 'Line' }), cell: (row) => String(row.line) },
            { key: 'outcome', header: t(lang, { ja: '理由', en: 'Why' }), cell: (row) => t(lang, outcomes[row.outcome]) },
          ]}
          rows={left.slice(0, 300)}
          rowKey={(row) => String(row.line)}
        />
      ) : null}
    </>
  )
}

/** 'What do we call this patient?', one at a time or as a list. */
export function chartNumberPage({ lang, path, user, demo, one, done }: ChartNumberPage): string {
  return renderPage(
    <Page
      title={t(lang, { ja: '診察券番号', en: 'Chart numbers' })}
      lang={lang}
      audience="staff"
      path={path}
      user={user}
      demo={demo}
      nav={staffNav(lang, null)}
      lead={t(lang, {
        ja: '一度付ければ、カードをかざすだけで自院の番号が分かり、受付が済みます。',
        en: 'Enter it once: from then on the card alone finds your number and checks the person in.',
      })}
    >
      {one ? <One lang={lang} one={one} /> : null}
      {done ? <Done lang={lang} done={done} /> : null}
      <Section title={t(lang, { ja: 'まとめて取り込む', en: 'Take over a list' })}>
        <Form action="/desk/chart-numbers/$import" label={t(lang, { ja: 'まとめて取り込む', en: 'Take over a list' })}>
          <TextInput
            lang={lang}
            name="lines"
            rows={6}
            autoComplete="off"
            label={t(lang, { ja: '一覧（CSV）', en: 'List (CSV)' })}
            hint={t(lang, {
              ja: '1行に1人：診察券番号,保険者番号,記号,番号,枝番,生年月日（1958-04-12）',
              en: 'One person a line: chart number, insurer number, symbol, number, branch, birth date (1958-04-12)',
            })}
          />
          <ButtonRow>
            <Button>{t(lang, { ja: '取り込む', en: 'Take over' })}</Button>
          </ButtonRow>
        </Form>
      </Section>
      <ButtonRow>
        <LinkButton href="/clinic">{t(lang, { ja: '受付へ', en: 'To arrivals' })}</LinkButton>
      </ButtonRow>
    </Page>,
  )
}
