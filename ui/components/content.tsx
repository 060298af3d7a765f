import type { ReactNode } from 'react'
import type { IconName } from '../icons.tsx'
import { Icon } from '../icons.tsx'
import type { Lang } from '../messages.ts'
import { word } from '../messages.ts'

/** A part of the page under its own h2. `id` makes it a target for links. */
export function Section(props: {
  title: ReactNode
  id?: string | undefined
  lead?: ReactNode
  action?: ReactNode
  children: ReactNode
}): ReactNode {
  const { title, id, lead, action, children } = props
  return (
    <section className="section" id={id}>
      <div className="section-head">
        <h2>{title}</h2>
        {action ? <div className="section-action">{action}</div> : null}
      </div>
      {lead ? <p className="section-lead">{lead}</p> : null}
      {children}
    </section>
  )
}

/** One thing among its equals, under an h3; with `href` the title opens it. */
export function Card(props: { title?: ReactNode; href?: string | undefined; footer?: ReactNode; children?: ReactNode }): ReactNode {
  const { title, href, footer, children } = props
  return (
    <article className="card">
      {title ? <h3>{href ? <a href={href}>{title}</a> : title}</h3> : null}
      {children}
      {footer ? <div className="card-footer">{footer}</div> : null}
    </article>
  )
}

/** Lays cards or figures side by side where there is room. */
export function Grid({ children }: { children: ReactNode }): ReactNode {
  return <div className="grid">{children}</div>
}

/** Vertical rhythm between parts that belong together. */
export function Stack({ children }: { children: ReactNode }): ReactNode {
  return <div className="stack">{children}</div>
}

export interface DefinitionItem {
  term: ReactNode
  /** One value or several; an empty list is shown as a dash. */
  value: ReactNode | ReactNode[]
}

/** Names and their values; the names stand beside on wide screens and above on phones. */
export function DefinitionList({ items }: { items: DefinitionItem[] }): ReactNode {
  return (
    <dl className="definition-list">
      {items.map((item, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is rendered once, on the server
        <div key={row}>
          <dt>{item.term}</dt>
          {(Array.isArray(item.value) ? item.value : [item.value]).map((value, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is rendered once, on the server
            <dd key={index}>{value ?? '—'}</dd>
          ))}
        </div>
      ))}
    </dl>
  )
}

/** A name and its value in running text or a header line: 「生年月日 1958年…」. */
export function KeyValue({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <span className="key-value">
      <span className="key">{name}</span> <span className="value">{children}</span>
    </span>
  )
}

/** One large figure with its unit and what it counts. */
export function Stat(props: { label: string; value: string | number; unit?: string | undefined; note?: ReactNode }): ReactNode {
  return (
    <div className="stat">
      <p className="stat-label">{props.label}</p>
      <p className="stat-value">
        {props.value}
        {props.unit ? <span className="unit">{props.unit}</span> : null}
      </p>
      {props.note ? <p className="note">{props.note}</p> : null}
    </div>
  )
}

export type Tone = 'info' | 'attention' | 'harm' | 'success'

const TONE_ICON: Record<Tone, IconName> = { info: 'info', attention: 'warning', harm: 'cross', success: 'check' }

export interface BannerProps {
  tone: Tone
  lang: Lang
  title: ReactNode
  /** Replaces the word of the tone, such as 'アレルギー'. */
  label?: string | undefined
  children?: ReactNode | undefined
}

/** Says one thing that matters; the tone is told by shape, word and colour together. Red (`harm`) only where a person could come to harm. */
export function Banner({ tone, lang, title, label, children }: BannerProps): ReactNode {
  return (
    <div className={`banner banner-${tone}`}>
      <Icon name={TONE_ICON[tone]} />
      <div className="banner-body">
        <p className="banner-title">
          <span className="banner-word">{label ?? word(lang, tone)}</span> <strong>{title}</strong>
        </p>
        {children}
      </div>
    </div>
  )
}

/** Nothing here yet: says so, why, and what brings something here. */
export function EmptyState({ title, lang, children }: { lang: Lang; title?: string | undefined; children?: ReactNode }): ReactNode {
  return (
    <div className="empty-state">
      <p className="empty-title">{title ?? word(lang, 'noData')}</p>
      {children}
    </div>
  )
}

/** Grey lines that appear only when loading takes longer than 400 ms. */
export function LoadingSkeleton({ lang, lines = 3 }: { lang: Lang; lines?: number | undefined }): ReactNode {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{word(lang, 'loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical lines
        <span key={line} className="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  )
}

/** Japanese text inside an English page (names of people, drugs, places), so that it is spoken and broken right. */
export function Ja({ children }: { children: ReactNode }): ReactNode {
  // A name may be given in English after all.
  if (typeof children === 'string' && !/[\u3041-\u30ff\u3400-\u9fff]/.test(children)) return children
  return <span lang="ja">{children}</span>
}

/** Something folded away one tap behind its summary; works without script. */
export function Details({ summary, open, children }: { summary: ReactNode; open?: boolean | undefined; children: ReactNode }): ReactNode {
  return (
    <details className="details" open={open}>
      <summary>{summary}</summary>
      <div className="details-body">{children}</div>
    </details>
  )
}
