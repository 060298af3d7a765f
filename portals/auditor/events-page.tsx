import type { ReactNode } from 'react'
import {
  type ActionWords,
  eventId,
  type FoundEvents,
  kindWords,
  MOST_LINES,
  outcomeWords,
  purposeNames,
  purposeWords,
  ruleWords,
  viaWords,
} from '#care/oversight'
import type { LoggedEntry } from '#kernel/audit-search'
import {
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  Form,
  formatDateTime,
  Ja,
  type Lang,
  LinkButton,
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
import { AuditorPage, type PageOf } from './frame.tsx'
import { KeyLink, WhoCell } from './parts.tsx'

export type EventsView = { found: FoundEvents | null; given: Readonly<Record<string, string>>; words: ActionWords; error: string | null }

const actions = {
  '': { ja: 'すべて', en: 'All' },
  R: { ja: '見た', en: 'Read' },
  C: { ja: '加えた', en: 'Created' },
  U: { ja: '変えた', en: 'Updated' },
  D: { ja: '消した', en: 'Deleted' },
  E: { ja: '検索・実行', en: 'Searched, executed' },
}
const outcomes = {
  '': { ja: 'すべて', en: 'All' },
  '0': { ja: '行われた', en: 'Done' },
  '4': { ja: '断った', en: 'Refused' },
  '8': { ja: 'できなかった', en: 'Failed' },
}

const optionsOf = (table: Readonly<Record<string, { ja: string; en: string }>>, lang: Lang) =>
  Object.entries(table).map(([value, label]) => ({ value, label: label[lang] }))

function SearchForm({ lang, view }: { lang: Lang; view: EventsView }): ReactNode {
  const value = (name: string) => view.given[name] ?? ''
  const input = (name: string, words: { ja: string; en: string }, hint?: { ja: string; en: string }) => (
    <TextInput
      lang={lang}
      name={name}
      label={t(lang, words)}
      value={value(name)}
      width="medium"
      {...(hint ? { hint: t(lang, hint) } : {})}
    />
  )
  const more = ['entity', 'subtype', 'requestId', 'via', 'rule'].some((name) => value(name) !== '')
  return (
    <Form action="/audit/events" method="get" label={t(lang, { ja: '記録を調べる', en: 'Search the log' })}>
      <div className="grid">
        <TextInput
          lang={lang}
          name="from"
          type="date"
          label={t(lang, { ja: 'この日から', en: 'From' })}
          value={value('from')}
          width="short"
        />
        <TextInput lang={lang} name="to" type="date" label={t(lang, { ja: 'この日まで', en: 'Until' })} value={value('to')} width="short" />
        {input('patient', { ja: '誰の情報か（患者の鍵）', en: 'Whose data (patient key)' })}
        {input('agent', { ja: '行った人・システムの番号', en: 'Who did it (id)' })}
        {input('institution', { ja: '医療機関番号', en: 'Institution number' })}
        <Select
          lang={lang}
          name="action"
          label={t(lang, { ja: '何をしたか', en: 'What was done' })}
          value={value('action')}
          options={optionsOf(actions, lang)}
        />
        <Select
          lang={lang}
          name="outcome"
          label={t(lang, { ja: '結果', en: 'Outcome' })}
          value={value('outcome')}
          options={optionsOf(outcomes, lang)}
        />
        <Select
          lang={lang}
          name="purpose"
          label={t(lang, { ja: '目的', en: 'Purpose' })}
          value={value('purpose')}
          options={optionsOf({ '': { ja: 'すべて', en: 'All' }, ...purposeNames }, lang)}
        />
      </div>
      <Details summary={t(lang, { ja: 'くわしい条件', en: 'More conditions' })} open={more}>
        <div className="grid">
          {input('entity', { ja: '触れたもの', en: 'What was touched' }, { ja: '例：Observation/…', en: 'E.g. Observation/…' })}
          {input('subtype', { ja: '操作の名', en: 'Name of the act' }, { ja: '例：chart.read', en: 'E.g. chart.read' })}
          {input('requestId', { ja: '受付番号', en: 'Reference number' })}
          {input(
            'via',
            { ja: 'サインイン・トークン・許可', en: 'Session, token or permission' },
            { ja: '例：session:…', en: 'E.g. session:…' },
          )}
          {input('rule', { ja: '理由となった規則', en: 'Rule' }, { ja: '例：visit-consent', en: 'E.g. visit-consent' })}
        </div>
      </Details>
      <ButtonRow>
        <Button variant="primary">{t(lang, { ja: '調べる', en: 'Search' })}</Button>
      </ButtonRow>
    </Form>
  )
}

export const outcomeTag = (outcome: string, lang: Lang): ReactNode =>
  outcome === 'success' ? <Tag>{outcomeWords(outcome, lang)}</Tag> : <Tag tone="attention">{t(lang, { ja: '断った', en: 'Refused' })}</Tag>

const kindsOf = (e: LoggedEntry, lang: Lang): string => e.kinds.map((k) => kindWords(k, lang)).join(lang === 'ja' ? '、' : ', ')

function Found({ lang, view, found }: { lang: Lang; view: EventsView; found: FoundEvents }): ReactNode {
  const query = new URLSearchParams(view.given)
  const next = new URLSearchParams(query)
  if (found.next !== null) next.set('_after', found.next)
  query.delete('_after')
  return (
    <Section title={t(lang, { ja: '見つかった記録（新しい順）', en: 'Entries, newest first' })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: '見つかった記録', en: 'Entries' })}
        captionHidden
        rows={found.entries}
        rowKey={(e) => eventId(e)}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'この条件に合う記録はありません', en: 'No entry meets these conditions' })} />}
        columns={[
          {
            key: 'at',
            header: t(lang, { ja: '日時', en: 'When' }),
            cell: (e) => (
              <a href={`/audit/events/${eventId(e)}`}>
                <Time value={e.at} lang={lang} withTime />
              </a>
            ),
          },
          { key: 'who', header: t(lang, { ja: '誰が', en: 'Who' }), cell: (e) => <WhoCell who={e} lang={lang} /> },
          { key: 'key', header: t(lang, { ja: '誰の', en: 'Whose' }), cell: (e) => <KeyLink value={e.key} /> },
          { key: 'what', header: t(lang, { ja: '何を', en: 'What' }), cell: (e) => view.words(e.action, lang) },
          { key: 'kinds', header: t(lang, { ja: '情報', en: 'Kinds' }), cell: (e) => kindsOf(e, lang) || '—' },
          { key: 'outcome', header: t(lang, { ja: '結果', en: 'Outcome' }), cell: (e) => outcomeTag(e.outcome, lang) },
        ]}
      />
      <Pagination
        lang={lang}
        position={t(lang, { ja: `${found.entries.length}件`, en: `${found.entries.length} entries` })}
        nextHref={found.next === null ? undefined : `/audit/events?${next}`}
      />
      {found.entries.length > 0 ? (
        <>
          <ButtonRow>
            <LinkButton href={`/audit/events/download?${query}`} download>
              {t(lang, { ja: '表で受け取る（CSV）', en: 'Download (CSV)' })}
            </LinkButton>
          </ButtonRow>
          <p className="note">
            {t(lang, { ja: `CSVは${MOST_LINES.toLocaleString()}件までです。`, en: `At most ${MOST_LINES.toLocaleString()} entries.` })}
          </p>
        </>
      ) : null}
    </Section>
  )
}

/** Who did what? */
export function eventsPage(on: PageOf, view: EventsView): string {
  const { lang } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/events"
      title={t(lang, { ja: '誰が何をしたか', en: 'Who did what' })}
      lead={t(lang, {
        ja: '記録の中身（検査の値など）は出ません。特定の人について調べたことは、その人の「誰が見たか」に残ります。',
        en: 'Nothing of the records themselves is shown. That you looked somebody up stands in their own log.',
      })}
      hasErrors={view.error !== null}
    >
      {view.error === null ? null : (
        <p className="field-error" role="alert">
          {view.error}
        </p>
      )}
      <SearchForm lang={lang} view={view} />
      {view.found === null ? null : <Found lang={lang} view={view} found={view.found} />}
    </AuditorPage>,
  )
}

/** One entry, with everything the log holds of it. */
export function eventPage(on: PageOf, e: LoggedEntry, words: ActionWords): string {
  const { lang } = on
  const code = (text: string) => (text === '' ? undefined : <code className="code-inline">{text}</code>)
  const search = (name: string, value: string) =>
    value === '' ? undefined : <a href={`/audit/events?${new URLSearchParams({ [name]: value })}`}>{value}</a>
  const viaLink = e.via === '' ? undefined : <a href={`/audit/events?${new URLSearchParams({ via: e.via })}`}>{viaWords(e.via, lang)}</a>
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/events"
      title={t(lang, { ja: '記録1件', en: 'One entry' })}
      lead={
        <>
          {formatDateTime(e.at, lang)} <WhoCell who={e} lang={lang} />
        </>
      }
      breadcrumbs={[{ href: '/audit/events', label: t(lang, { ja: '記録を調べる', en: 'The log' }) }]}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: '操作', en: 'Act' }), value: [words(e.action, lang), code(e.action)] },
          { term: t(lang, { ja: '結果', en: 'Outcome' }), value: outcomeWords(e.outcome, lang) },
          { term: t(lang, { ja: '目的', en: 'Purpose' }), value: purposeWords(e.purpose, lang) },
          { term: t(lang, { ja: '誰の情報', en: 'Whose data' }), value: <KeyLink value={e.key} /> },
          { term: t(lang, { ja: '触れたもの', en: 'What was touched' }), value: code(e.resource) },
          { term: t(lang, { ja: '情報の種類', en: 'Kinds' }), value: kindsOf(e, lang) || undefined },
          { term: t(lang, { ja: '件数', en: 'Items' }), value: String(e.count) },
          { term: t(lang, { ja: '行った人・システムの番号', en: 'Id of who did it' }), value: search('agent', e.actorId) },
          { term: t(lang, { ja: '医療機関番号', en: 'Institution number' }), value: search('institution', e.institutionNumber) },
          { term: t(lang, { ja: '経路', en: 'Came by' }), value: viaLink },
          { term: t(lang, { ja: '見られた理由', en: 'Rule' }), value: e.rule === '' ? undefined : ruleWords(e.rule, lang) },
          { term: t(lang, { ja: '同意', en: 'Consent' }), value: code(e.consentId) },
          { term: t(lang, { ja: 'きまり', en: 'Law or standard' }), value: <Ja>{e.law}</Ja> },
          { term: t(lang, { ja: '受付番号', en: 'Reference number' }), value: search('requestId', e.requestId) },
          {
            term: t(lang, { ja: '木の中の位置', en: 'Place in the tree' }),
            value:
              e.leafIndex === null
                ? t(lang, { ja: 'まだ（次の署名で入ります）', en: 'Not yet; with the next checkpoint' })
                : String(e.leafIndex),
          },
        ]}
      />
      <ButtonRow>
        <LinkButton href={`/audit/scope?${new URLSearchParams({ actorId: e.actorId, ...(e.via === '' ? {} : { via: e.via }) })}`}>
          {t(lang, { ja: 'このサインインが触れた範囲を調べる', en: 'What did this sign-in touch?' })}
        </LinkButton>
      </ButtonRow>
    </AuditorPage>,
  )
}
