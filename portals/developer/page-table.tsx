import type { ReactNode } from 'react'
import type { JsonObject } from '#packages/fhir'
import { type Column, formatDateTime, formatPlainDate, isoForMachines, type Lang, t, Table } from '#ui'
import type { Entry } from './answer.ts'
import { type CellValue, type ColumnOf, columnsFor } from './columns.ts'
import type { PageOf } from './frame.tsx'
import type { Ran } from './page-answer.tsx'
import { queryHref } from './query.ts'

type Props = { entries: readonly Entry[]; caption: string; captionShown?: boolean; ran: Ran; on: PageOf }

/** Resources as a table: what names each, then the columns of their type. */
export function EntryTable({ entries, caption, captionShown = false, ran, on }: Props): ReactNode {
  const { lang } = on
  const resources = entries.flatMap(({ resource }) => (resource ? [resource] : []))
  const href = (text: string) => queryHref(text, { explain: ran.explain })
  const isHistory = ran.taken.kind === 'history'
  const isHistoryOfOne = isHistory && ran.query.segments.length === 3
  const columns: Column<Entry>[] = [
    ...(isHistoryOfOne ? [] : [{ key: 'id', header: 'id', cell: (e: Entry) => <Name entry={e} href={href} lang={lang} /> }]),
    ...(isHistory ? [versionRead(lang, href), doneColumn(lang)] : []),
    ...(new Set(entries.map(({ type }) => type)).size > 1 ? [typeColumn(lang)] : []),
    ...columnsFor(resources, on.base).map((one) => columnOf(one, on, href)),
    ...(isHistory ? [] : [versionColumn(lang, href)]),
  ]
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden={!captionShown}
      columns={columns}
      rows={entries}
      rowKey={(entry, n) => `${n}${entry.type}/${entry.id}/${entry.version}`}
    />
  )
}

type Href = (text: string) => string

/** A long id is shown by its ends; all of it stands in the text view, and is read out. */
const short = (id: string): string => (id.length > 16 ? `${id.slice(0, 5)}…${id.slice(-6)}` : id)

function Name({ entry: { type, id, query }, href, lang }: { entry: Entry; href: Href; lang: Lang }): ReactNode {
  if (id === '') return t(lang, { ja: 'id なし', en: 'no id' })
  return (
    <code className="code-inline code-id" title={`${type}/${id}`}>
      {query === null ? short(id) : <a href={href(query)}>{short(id)}</a>}
    </code>
  )
}

const typeColumn = (lang: Lang): Column<Entry> => ({ key: 'type', header: t(lang, { ja: '種類', en: 'Type' }), cell: ({ type }) => type })

/** The version of a history as a link to what it was. */
const versionRead = (lang: Lang, href: Href): Column<Entry> => ({
  key: 'version',
  header: t(lang, { ja: '版', en: 'Version' }),
  cell: ({ query, version }) => (query === null ? `v${version}` : <a href={href(query)}>v{version}</a>),
})

const doneWords: Record<string, { ja: string; en: string }> = {
  POST: { ja: '作成', en: 'created' },
  PUT: { ja: '更新', en: 'updated' },
  DELETE: { ja: '削除', en: 'deleted' },
}

const doneColumn = (lang: Lang): Column<Entry> => ({
  key: 'done',
  header: t(lang, { ja: '操作', en: 'Done' }),
  cell: ({ done }) => (done === null ? '' : (doneWords[done]?.[lang] ?? done)),
})

const versionColumn = (lang: Lang, href: Href): Column<Entry> => ({
  key: 'version',
  header: t(lang, { ja: '版', en: 'Version' }),
  cell: ({ type, id, version }) =>
    version === '' || id === '' ? null : (
      <a href={href(`${type}/${id}/_history`)} aria-label={t(lang, { ja: `v${version}：変更の歴史`, en: `v${version}: history` })}>
        v{version}
      </a>
    ),
})

function columnOf(one: ColumnOf, { lang, base }: PageOf, href: Href): Column<Entry> {
  const cell = ({ resource }: Entry) =>
    resource === null ? null : <Cell value={one.cell(resource as JsonObject, base)} lang={lang} href={href} />
  return { key: one.key, header: one.header[lang], cell }
}

function Cell({ value, lang, href }: { value: CellValue | null; lang: Lang; href: Href }): ReactNode {
  if (value === null) return null
  const { text, unit, note, when, query } = value
  if (when !== undefined) return <When written={when} lang={lang} />
  const words = query !== undefined && text === query ? text.replace(/[^/]+$/, short) : text
  return (
    <>
      {query === undefined ? <span lang={languageOf(words)}>{words}</span> : <a href={href(query)}>{words}</a>}
      {unit ? <span className="unit">{unit}</span> : null}
      {note ? <span className="note" lang={languageOf(note)}>{` ${note}`}</span> : null}
    </>
  )
}

const languageOf = (text: string): 'ja' | undefined => (/[぀-鿿]/.test(text) ? 'ja' : undefined)

/** A date as people read it; what cannot be read as one stays as written. */
function When({ written, lang }: { written: string; lang: Lang }): ReactNode {
  const machine = isoForMachines(written)
  if (!machine) return written
  return <time dateTime={machine}>{written.includes('T') ? formatDateTime(written, lang) : formatPlainDate(written, lang)}</time>
}
