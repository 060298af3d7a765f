import type { ReactNode } from 'react'
import type { NavItem } from '../frame.tsx'
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

const staffPlaces = [
  { href: '/clinic', shortcut: 'a', ja: '受付・患者検索', en: 'Arrivals and search' },
  { href: '/reader', shortcut: 'r', ja: 'カードリーダー', en: 'Card reader' },
  { href: '/desk/eligibility', shortcut: 'e', ja: '資格確認', en: 'Check cover' },
] as const

/** The menu of everybody who works at an institution's desk or in its rooms. */
export const staffNav = (lang: Lang, here: (typeof staffPlaces)[number]['href'] | null): NavItem[] =>
  staffPlaces.map(({ href, shortcut, ...label }) => ({ href, label: label[lang], current: href === here, shortcut }))
