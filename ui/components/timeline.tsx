import type { ReactNode } from 'react'
import { formatDate } from '../dates.ts'
import type { Lang } from '../messages.ts'
import { t, word } from '../messages.ts'
import { Time } from './signs.tsx'

/** How a lane is drawn: a bar lasts, a dot is a moment, a sheet is a document. */
export type LaneShape = 'bar' | 'dot' | 'sheet'

export interface TimelineItem {
  label: string
  from: string
  /** Last day; absent for a moment, or for what still goes on in a lane of bars. */
  to?: string | undefined
  href?: string | undefined
}

export interface TimelineLane {
  name: string
  shape: LaneShape
  items: readonly TimelineItem[]
}

export interface TimelineProps {
  lang: Lang
  title: string
  /** First and last year shown. */
  fromYear: number
  toYear: number
  /** Today in Japan, 'YYYY-MM-DD': where bars that go on end. */
  today: string
  lanes: readonly TimelineLane[]
}

const LANE = 44
const HEAD = 32

const dayNumber = (date: string): number =>
  Date.parse(`${date.length === 4 ? `${date}-07-01` : date.length === 7 ? `${date}-15` : date.slice(0, 10)}T00:00:00Z`)

/** Place of a day as per cent of the width, so that the drawing fits any screen; days outside stand at the edge. */
function scaleOf({ fromYear, toYear }: TimelineProps): (date: string) => number {
  const start = Date.UTC(fromYear, 0, 1)
  const end = Date.UTC(toYear + 1, 0, 1)
  return (date) => {
    const share = ((dayNumber(date) - start) / (end - start)) * 100
    return Number.isFinite(share) ? Math.round(Math.min(100, Math.max(0, share)) * 100) / 100 : 0
  }
}

/** Few years share the width there is; many get a wider drawing that scrolls. */
const widthClass = (years: number): string =>
  years <= 4 ? '' : years <= 8 ? ' timeline-wide' : years <= 16 ? ' timeline-wider' : ' timeline-widest'

interface ItemProps {
  item: TimelineItem
  shape: LaneShape
  x: (date: string) => number
  y: number
  today: string
}

function Item({ item, shape, x, y, today }: ItemProps): ReactNode {
  const at = x(item.from)
  if (shape === 'bar') {
    const width = Math.max(0.5, x(item.to ?? today) - at)
    return <rect className="timeline-bar" x={`${at}%`} y={y - 6} height="12" rx="3" width={`${Math.round(width * 100) / 100}%`} />
  }
  if (shape === 'dot') return <circle className="timeline-dot" cx={`${at}%`} cy={y} r="5.5" />
  return (
    <svg x={`${at}%`} y={y} overflow="visible" aria-hidden="true">
      <path className="timeline-sheet" d="M-6 -8h8l4 4v12h-12z" />
    </svg>
  )
}

function Drawing(props: TimelineProps): ReactNode {
  const { fromYear, toYear, lanes, today, title } = props
  const x = scaleOf(props)
  const years = Array.from({ length: toYear - fromYear + 1 }, (_, index) => fromYear + index)
  const height = HEAD + lanes.length * LANE
  return (
    <svg className={`timeline-drawing${widthClass(years.length)}`} width="100%" height={height} role="img" aria-label={title}>
      {years.map((year) => (
        <svg key={year} x={`${x(`${year}-01-01`)}%`} overflow="visible" aria-hidden="true">
          <line className="timeline-year-line" x1="0.5" x2="0.5" y1="0" y2={height} />
          <text className="timeline-year" x="8" y="20">
            {t(props.lang, { ja: `${year}年`, en: `${year}` })}
          </text>
        </svg>
      ))}
      {lanes.map((lane, row) =>
        lane.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two entries may be alike
          <Item key={`${row}-${index}`} item={item} shape={lane.shape} x={x} y={HEAD + row * LANE + LANE / 2} today={today} />
        )),
      )}
    </svg>
  )
}

function List({ lang, lanes, title }: TimelineProps): ReactNode {
  return (
    <details className="details">
      <summary>{word(lang, 'showAsList')}</summary>
      <div className="details-body">
        {lanes.map((lane) => (
          <div key={lane.name}>
            <h3>
              <span className="visually-hidden">{title}: </span>
              {lane.name}
            </h3>
            {lane.items.length === 0 ? <p className="note">{word(lang, 'noData')}</p> : null}
            <ul className="timeline-list">
              {lane.items.map((item, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two entries may be alike
                <li key={index}>
                  <span className="timeline-when">
                    <Time value={item.from} lang={lang} />
                    {item.to
                      ? `${lang === 'ja' ? '〜' : ' – '}${formatDate(item.to, lang)}`
                      : lane.shape === 'bar'
                        ? lang === 'ja'
                          ? '〜'
                          : ' – now'
                        : ''}
                  </span>
                  {item.href ? <a href={item.href}>{item.label}</a> : item.label}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </details>
  )
}

/** A life in years as columns and kinds as lanes, with the same entries as a list; one component for doctor and citizen with different words. */
export function Timeline(props: TimelineProps): ReactNode {
  return (
    <figure className="timeline">
      <figcaption className="visually-hidden">{props.title}</figcaption>
      <div className="timeline-frame">
        <ul className="timeline-lanes">
          {props.lanes.map((lane) => (
            <li key={lane.name}>{lane.name}</li>
          ))}
        </ul>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className="timeline-scroll" tabIndex={0} aria-label={props.title}>
          <Drawing {...props} />
        </section>
      </div>
      <List {...props} />
    </figure>
  )
}
