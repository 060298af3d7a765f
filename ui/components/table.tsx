import type { ReactNode } from 'react'
import type { Lang } from '../messages.ts'
import { EmptyState } from './content.tsx'

export interface Column<Row> {
  key: string
  header: string
  cell: (row: Row) => ReactNode
  /** Numbers stand right with figures of one width. */
  numeric?: boolean | undefined
  /** The column that names the row; the first one unless said. */
  rowHeader?: boolean | undefined
}

export interface TableProps<Row> {
  lang: Lang
  /** Says what the table shows; hidden from sight where a heading above says it already. */
  caption: string
  captionHidden?: boolean | undefined
  columns: Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row, index: number) => string
  /** Marks a row: `attention` for out of range, `harm` for danger, `now` for the one in hand. */
  rowTone?: ((row: Row) => 'attention' | 'harm' | 'now' | null) | undefined
  /** What to show for no rows. */
  empty?: ReactNode | undefined
}

/** A table on wide screens; at phone width each row becomes a card whose cells carry their column's name. */
export function Table<Row>(props: TableProps<Row>): ReactNode {
  const { lang, caption, captionHidden, columns, rows, rowKey, rowTone, empty } = props
  if (rows.length === 0) return empty === undefined ? <EmptyState lang={lang} /> : empty
  const named = columns.find((column) => column.rowHeader) ?? columns[0]
  return (
    <table className="table">
      <caption className={captionHidden ? 'visually-hidden' : undefined}>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" className={column.numeric ? 'numeric' : undefined}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={rowKey(row, index)} className={toneClass(rowTone?.(row))}>
            {columns.map((column) => (
              <Cell key={column.key} column={column} row={row} isHeader={column === named} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const toneClass = (tone: string | null | undefined): string | undefined => (tone ? `row-${tone}` : undefined)

function Cell<Row>({ column, row, isHeader }: { column: Column<Row>; row: Row; isHeader: boolean }): ReactNode {
  const attributes = { 'data-label': column.header, className: column.numeric ? 'numeric' : undefined }
  const content = <div className="cell">{column.cell(row)}</div>
  return isHeader ? (
    <th scope="row" {...attributes}>
      {content}
    </th>
  ) : (
    <td {...attributes}>{content}</td>
  )
}
