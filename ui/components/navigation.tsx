import type { ReactNode } from 'react'
import type { Lang } from '../messages.ts'
import { word } from '../messages.ts'

export interface TabItem {
  href: string
  label: string
  current?: boolean | undefined
  /** How many things are behind it. */
  count?: number | undefined
  shortcut?: string | undefined
}

/** Views of one thing as links: each has its own address and works without script. */
export function Tabs({ items, label }: { items: readonly TabItem[]; label: string }): ReactNode {
  return (
    <nav className="tabs" aria-label={label}>
      <ul>
        {items.map((item) => (
          <li key={item.href}>
            <a href={item.href} aria-current={item.current ? 'page' : undefined} data-shortcut={item.shortcut}>
              {item.label}
              {item.count === undefined ? null : <span className="tab-count">{item.count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

export interface PaginationProps {
  lang: Lang
  previousHref?: string | undefined
  nextHref?: string | undefined
  /** Where one is: '21〜40件（全312件）'. */
  position: string
}

/** Links to the page before and after; nothing where there is only one page. */
export function Pagination({ lang, previousHref, nextHref, position }: PaginationProps): ReactNode {
  if (!previousHref && !nextHref) return null
  return (
    <nav className="pagination" aria-label={word(lang, 'pages')}>
      {previousHref ? (
        <a className="button button-secondary" href={previousHref} rel="prev">
          {word(lang, 'previousPage')}
        </a>
      ) : null}
      <span className="pagination-position">{position}</span>
      {nextHref ? (
        <a className="button button-secondary" href={nextHref} rel="next">
          {word(lang, 'nextPage')}
        </a>
      ) : null}
    </nav>
  )
}
