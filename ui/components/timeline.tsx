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

/** Width of a year: few years fill a page of a citizen's width, many scroll. */
const yearWidth = ({ fromYear, toYear }: TimelineProps): number => Math.max(112, Math.min(240, Math.floor(640 / (toYear - fromYear + 1))))
const LANE = 44
const HEAD = 32

const dayNumber = (date: string): number =>
  Date.parse(`${date.length === 4 ? `${date}-07-01` : date.length === 7 ? `${date}-15` : date.slice(0, 10)}T00:00:00Z`)

function scaleOf(props: TimelineProps): (date: string) => number {
  const { fromYear, toYear } = props
  const start = Date.UTC(fromYear, 0, 1)
  const end = Date.UTC(toYear + 1, 0, 1)
  const width = (toYear - fromYear + 1) * yearWidth(props)
  return (date) => {
    const x = ((dayNumber(date) - start) / (end - start)) * width
    return Number.isFinite(x) ? Math.round(Math.min(width, Math.max(0, x)) * 10) / 10 : 0
  }
}

function Item({
  item,
  shape,
  x,
  y,
  today,
}: {
  item: TimelineItem
  shape: LaneShape
  x: (date: string) => number
  y: number
  today: string
}): ReactNode {
  const at = x(item.from)
  if (shape === 'bar')
    return <rect className="timeline-bar" x={at} y={y - 6} height="12" rx="3" width={Math.max(6, x(item.to ?? today) - at)} />
  if (shape === 'sheet') return <path className="timeline-sheet" d={`M${at - 6} ${y - 8}h8l4 4v12h-12z`} />
  return <circle className="timeline-dot" cx={at} cy={y} r="6" />
}

function Drawing(props: TimelineProps): ReactNode {
  const { fromYear, toYear, lanes, today, title } = props
  const x = scaleOf(props)
  const step = yearWidth(props)
  const years = Array.from({ length: toYear - fromYear + 1 }, (_, index) => fromYear + index)
  const width = years.length * step
  const height = HEAD + lanes.length * LANE
  return (
    <svg className="timeline-drawing" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title}>
      {years.map((year, index) => (
        <g key={year}>
          <line className="timeline-year-line" x1={index * step + 0.5} x2={index * step + 0.5} y1="0" y2={height} />
          <text className="timeline-year" x={index * step + 8} y="20">
            {t(props.lang, { ja: `${year}年`, en: `${year}` })}
          </text>
        </g>
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
              {lane.items.map((item) => (
                <li key={`${item.from}${item.label}`}>
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
