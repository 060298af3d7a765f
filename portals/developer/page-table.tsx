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
  const columns: Column<Entry>[] = [
    {
      key: 'id',
      header: ran.taken.kind === 'history' ? t(lang, { ja: '版', en: 'Version' }) : 'id',
      cell: (e) => <Name entry={e} ran={ran} href={href} lang={lang} />,
    },
    ...(ran.taken.kind === 'history' ? [doneColumn(lang)] : []),
    ...columnsFor(resources, on.base).map((one) => columnOf(one, on, href)),
    ...(ran.taken.kind === 'history' ? [] : [versionColumn(lang, href)]),
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

function Name({ entry, ran, href, lang }: { entry: Entry; ran: Ran; href: Href; lang: Lang }): ReactNode {
  const { type, id, version, query } = entry
  const types = new Set([...ran.taken.matches, ...ran.taken.included].map((e) => e.type))
  const shown = ran.taken.kind === 'history' && ran.query.shape === 'history' && ran.query.segments.length === 3 ? `v${version}` : short(id)
  const name = types.size > 1 ? `${type}/${shown}` : shown
  if (name === '') return t(lang, { ja: 'id なし', en: 'no id' })
  return (
    <code className="code-inline" title={`${type}/${id}`}>
      {query === null ? name : <a href={href(query)}>{name}</a>}
    </code>
  )
}

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
      <a
        href={href(`${type}/${id}/_history`)}
        aria-label={t(lang, { ja: `版 ${version}（変更の歴史）`, en: `Version ${version} (history)` })}
      >
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
