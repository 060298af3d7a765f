import type { ReactNode } from 'react'
import type { Case, Decision, Side } from '#care/person'
import {
  Banner,
  Button,
  EmptyState,
  Form,
  formatDate,
  Ja,
  type Lang,
  Pagination,
  renderPage,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { decidedWords, kindWords, lookReasons, reasonWords } from './words.ts'

export type Wish = { name: string; birthDate: string; memberId: string; why: string }
export type Found = { personId: string; name: string; nameKana: string; birthDate: string; memberIds: readonly string[] }
export type QueueView = {
  cases: readonly (Case & { sides: readonly Side[]; institutionName: string })[]
  total: number
  decisions: readonly Decision[]
  wish: Wish
  /** null where nobody was looked for. */
  found: { people: readonly Found[]; total: number } | null
  done: string | null
  page: number
  size: number
}

const daysOpen = (since: Date, now: Date) => Math.max(0, Math.floor((now.getTime() - since.getTime()) / 86_400_000))

const caseHref = (one: Case) => `/operator/people/cases/${encodeURIComponent(one.id)}`
export const personHref = (personId: string, why: string) =>
  `/operator/people/${encodeURIComponent(personId)}?why=${encodeURIComponent(why)}`

function Cases({ view, on }: { view: QueueView; on: PageOf }): ReactNode {
  const { lang, now } = on
  if (view.cases.length === 0)
    return (
      <EmptyState lang={lang} title={t(lang, { ja: '確かめる件はありません', en: 'Nothing to look at' })}>
        <p>{t(lang, { ja: '見つかると、ここに古い順に出ます。', en: 'Cases appear here, the oldest first.' })}</p>
      </EmptyState>
    )
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '確かめる件', en: 'Cases' })}
      captionHidden
      rows={view.cases}
      rowKey={(row) => row.id}
      rowTone={(row) => (daysOpen(row.since, now) > 14 ? 'attention' : null)}
      columns={[
        {
          key: 'who',
          header: t(lang, { ja: '氏名', en: 'Name' }),
          cell: (row) => (
            <a href={caseHref(row)}>
              <Ja>{row.sides.map((side) => side.name || side.nameKana).join(' / ') || '—'}</Ja>
            </a>
          ),
        },
        { key: 'kind', header: t(lang, { ja: 'わけ', en: 'Why' }), cell: (row) => t(lang, kindWords[row.kind]) },
        {
          key: 'from',
          header: t(lang, { ja: '届けた医療機関', en: 'Submitted by' }),
          cell: (row) => <Ja>{row.institutionName || '—'}</Ja>,
        },
        {
          key: 'age',
          header: t(lang, { ja: '日数', en: 'Days' }),
          numeric: true,
          cell: (row) => t(lang, { ja: `${daysOpen(row.since, now)}日`, en: String(daysOpen(row.since, now)) }),
        },
        {
          key: 'state',
          header: t(lang, { ja: '状態', en: 'State' }),
          cell: (row) =>
            row.askedAt ? (
              <>
                <Tag>{t(lang, { ja: '確認中', en: 'Asked' })}</Tag> {formatDate(row.askedAt, lang)}
              </>
            ) : (
              <Tag tone="attention">{t(lang, { ja: 'まだ決めていません', en: 'Open' })}</Tag>
            ),
        },
      ]}
    />
  )
}

function Search({ view, lang }: { view: QueueView; lang: Lang }): ReactNode {
  const { wish } = view
  const options = Object.entries(lookReasons).map(([value, words]) => ({ value, label: t(lang, words) }))
  return (
    <Form action="/operator/people" label={t(lang, { ja: '人をさがす', en: 'Find a person' })}>
      <TextInput
        lang={lang}
        name="name"
        type="search"
        value={wish.name}
        label={t(lang, { ja: '氏名（漢字・カナ。異体字や表記の違いも見つけます）', en: 'Name, in any spelling' })}
      />
      <TextInput lang={lang} name="birth" value={wish.birthDate} width="medium" label={t(lang, { ja: '生年月日', en: 'Date of birth' })} />
      <TextInput
        lang={lang}
        name="member"
        value={wish.memberId}
        width="medium"
        label={t(lang, { ja: '保険の番号（記号-番号、または全体）', en: 'Insurance number' })}
      />
      <Select
        lang={lang}
        name="why"
        value={wish.why}
        label={t(lang, { ja: 'さがす理由（記録に残ります）', en: 'Reason (kept in the log)' })}
        options={options}
      />
      <Button>{t(lang, { ja: 'さがす', en: 'Find' })}</Button>
    </Form>
  )
}

function People({ view, lang }: { view: QueueView; lang: Lang }): ReactNode {
  if (view.found === null) return null
  const { people, total } = view.found
  if (people.length === 0) return <EmptyState lang={lang} title={t(lang, { ja: '見つかりません', en: 'Nobody found' })} />
  return (
    <>
      <Table
        lang={lang}
        caption={t(lang, { ja: '見つかった人', en: 'People found' })}
        rows={people}
        rowKey={(row) => row.personId}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '氏名', en: 'Name' }),
            cell: (row) => (
              <a href={personHref(row.personId, view.wish.why)}>
                <Ja>{row.name || row.nameKana || '—'}</Ja>
              </a>
            ),
          },
          { key: 'kana', header: t(lang, { ja: 'フリガナ', en: 'Kana' }), cell: (row) => <Ja>{row.nameKana || '—'}</Ja> },
          {
            key: 'birth',
            header: t(lang, { ja: '生年月日', en: 'Born' }),
            cell: (row) => (row.birthDate === '' ? '—' : <Time value={row.birthDate} lang={lang} />),
          },
          {
            key: 'ids',
            header: t(lang, { ja: '保険の番号', en: 'Insurance' }),
            cell: (row) => <span className="number">{row.memberIds[0] ?? '—'}</span>,
          },
        ]}
      />
      {total > people.length ? (
        <p className="note">
          {t(lang, {
            ja: `${total}人見つかり、はじめの${people.length}人を出しています。条件を足してください。`,
            en: `The first ${people.length} of ${total}. Please add a condition.`,
          })}
        </p>
      ) : null}
    </>
  )
}

const Decisions = ({ view, lang }: { view: QueueView; lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '最近決めたこと', en: 'Lately decided' })}
    captionHidden
    rows={view.decisions}
    rowKey={(row) => row.id}
    columns={[
      { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (row) => <Time value={row.decidedAt} lang={lang} withTime /> },
      { key: 'what', header: t(lang, { ja: '決めたこと', en: 'Decided' }), cell: (row) => t(lang, decidedWords[row.decided]) },
      { key: 'why', header: t(lang, { ja: '理由', en: 'Reason' }), cell: (row) => t(lang, reasonWords[row.reason]) },
      { key: 'by', header: t(lang, { ja: '決めた人', en: 'By' }), cell: (row) => <Ja>{row.decidedByName}</Ja> },
      {
        key: 'undo',
        header: t(lang, { ja: '取り消し', en: 'Undo' }),
        cell: (row) =>
          row.undoneAt ? (
            <Tag>{t(lang, { ja: '取り消し済み', en: 'Undone' })}</Tag>
          ) : (
            <a
              href={`/operator/people/decisions/${encodeURIComponent(row.key)}/${encodeURIComponent(row.id)}/undo`}
              aria-label={t(lang, {
                ja: `${formatDate(row.decidedAt, lang)}の決定を取り消す`,
                en: `Undo the decision of ${formatDate(row.decidedAt, lang)}`,
              })}
            >
              {t(lang, { ja: '取り消す…', en: 'Undo…' })}
            </a>
          ),
      },
    ]}
  />
)

const doneWords: Record<string, { ja: string; en: string }> = {
  same: {
    ja: '同じ人としてまとめました。キーが動き、記録はそのままです。',
    en: 'Linked as one person. Keys moved; the records stand as they were.',
  },
  different: { ja: '別の人として終えました。', en: 'Settled: two people.' },
  asked: { ja: '医療機関に確かめる件にしました。', en: 'Marked: the institution is asked.' },
  undone: { ja: '決定を取り消し、もとに戻しました。', en: 'The decision was undone; everything stands as before.' },
}

/** Who may be one person, and whom are we looking for? */
export function queuePage(on: PageOf, view: QueueView): string {
  const { lang } = on
  const told = view.done === null ? undefined : doneWords[view.done]
  const first = (view.page - 1) * view.size
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={t(lang, { ja: '人の登録', en: 'People' })}
      lead={t(lang, {
        ja: `確かめる件が${view.total}件あります。`,
        en: view.total === 1 ? 'One case waits for somebody.' : `${view.total} cases wait for somebody.`,
      })}
      top={told ? <Banner tone="success" lang={lang} title={t(lang, told)} /> : undefined}
    >
      <Section title={t(lang, { ja: '確かめる件（古い順）', en: 'Cases, the oldest first' })}>
        <Cases view={view} on={on} />
        <Pagination
          lang={lang}
          previousHref={view.page > 1 ? `/operator/people?page=${view.page - 1}` : undefined}
          nextHref={first + view.cases.length < view.total ? `/operator/people?page=${view.page + 1}` : undefined}
          position={t(lang, { ja: `全${view.total}件`, en: `${view.total} in all` })}
        />
      </Section>
      <Section title={t(lang, { ja: '人をさがす', en: 'Find a person' })} id="find">
        <Search view={view} lang={lang} />
        <People view={view} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '消去の申し出', en: 'Wishes to be erased' })}>
        <p>
          <a href="/operator/erasures">
            {t(lang, { ja: '申し出の一覧と、控え（バックアップ）の期限', en: 'Wishes that wait, and when backups end' })}
          </a>
        </p>
      </Section>
      {view.decisions.length > 0 ? (
        <Section title={t(lang, { ja: '最近決めたこと', en: 'Lately decided' })}>
          <Decisions view={view} lang={lang} />
        </Section>
      ) : null}
    </OperatorPage>,
  )
}
