import type { ReactNode } from 'react'
import { formatDate, formatPlainDate } from '../dates.ts'
import type { Lang } from '../messages.ts'
import { word } from '../messages.ts'
import { Time } from './signs.tsx'
import type { ReferenceRange } from './result-value.tsx'
import { markOf, RangeMark, rangeText } from './result-value.tsx'
import type { PlacedPoint, TrendPoint } from './trend-geometry.ts'
import { placeTrend } from './trend-geometry.ts'

export interface TrendProps {
  lang: Lang
  /** Name of the item: 'HbA1c（NGSP）'. */
  name: string
  unit?: string | undefined
  range?: ReferenceRange | undefined
  /** Oldest first. */
  points: readonly TrendPoint[]
  /** Leaves out the table of the same numbers where the page shows them anyway. */
  tableHidden?: boolean | undefined
}

const textOf = (point: TrendPoint): string =>
  point.text ?? (point.value !== null && Number.isFinite(point.value) ? String(point.value) : '')

function Shape({ at, last }: { at: PlacedPoint; last: boolean }): ReactNode {
  const { x, y, mark } = at
  const size = last ? 6 : 4.5
  if (mark === 'high' || mark === 'low' || mark === 'abnormal') {
    const tip = mark === 'low' ? y + size : y - size
    const base = mark === 'low' ? y - size : y + size
    return <path className="trend-out" d={`M${x} ${tip}L${x + size} ${base}L${x - size} ${base}z`} />
  }
  return <circle className={last ? 'trend-point trend-last' : 'trend-point'} cx={x} cy={y} r={last ? 4.5 : 3} />
}

function Drawing({ points, range, label }: { points: readonly TrendPoint[]; range: ReferenceRange | undefined; label: string }): ReactNode {
  const { width, height, lines, band } = placeTrend(points, range)
  const last = lines.at(-1)?.at(-1)
  return (
    <svg className="trend-drawing" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {band ? <rect className="trend-band" x="0" y={band.y} width={width} height={band.height} /> : null}
      {band?.edges.map((y) => (
        <line key={y} className="trend-edge" x1="0" x2={width} y1={y} y2={y} />
      ))}
      {lines.map((line) => (
        <polyline key={`${line[0]?.x}`} className="trend-line" points={line.map((at) => `${at.x},${at.y}`).join(' ')} />
      ))}
      {lines.flat().map((at, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two measurements may share a place
        <Shape key={index} at={at} last={at === last} />
      ))}
    </svg>
  )
}

function Numbers({ lang, name, unit, points, range }: TrendProps): ReactNode {
  return (
    <details className="details">
      <summary>{word(lang, 'showNumbers')}</summary>
      <table className="table table-small">
        <caption className="visually-hidden">{name}</caption>
        <thead>
          <tr>
            <th scope="col">{word(lang, 'date')}</th>
            <th scope="col" className="numeric">
              {word(lang, 'value')}
              {unit ? ` (${unit})` : ''}
            </th>
            <th scope="col">{word(lang, 'verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two measurements may share a day
            <tr key={index}>
              <th scope="row" data-label={word(lang, 'date')}>
                <Time value={point.on} lang={lang} />
              </th>
              <td className="numeric" data-label={word(lang, 'value')}>
                {textOf(point) || word(lang, 'notMeasured')}
              </td>
              <td data-label={word(lang, 'verdict')}>
                <RangeMark lang={lang} mark={point.mark === undefined ? markOf(point.value, point.range ?? range) : point.mark} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

/** The course of one item: line and reference band, the last value bold with its unit, out of range by shape and word, the same numbers as a table behind it. */
export function Trend(props: TrendProps): ReactNode {
  const { lang, name, unit, range, points, tableHidden } = props
  const measured = points.filter((point) => point.value !== null && Number.isFinite(point.value))
  const last = measured.at(-1)
  const first = measured[0]
  const reference = rangeText(range, lang)
  const hasBand = measured.length > 0 && placeTrend(points, range).band !== null
  const lastMark = last ? (last.mark === undefined ? markOf(last.value, last.range ?? range) : last.mark) : null
  const spoken = last
    ? `${name}: ${textOf(last)} ${unit ?? ''} ${lastMark ? word(lang, lastMark) : ''}, ${formatDate(last.on, lang)}`
    : name
  return (
    <figure className="trend">
      <figcaption>
        <span className="trend-name">{name}</span>
        <span className="trend-latest">
          {last ? (
            <>
              <strong className="number">{textOf(last)}</strong>
              {unit ? <span className="unit">{unit}</span> : null}
              <RangeMark mark={lastMark} lang={lang} />
            </>
          ) : (
            <span className="note">{word(lang, 'notMeasured')}</span>
          )}
        </span>
      </figcaption>
      {measured.length > 0 ? <Drawing points={points} range={range} label={spoken} /> : null}
      <p className="trend-axis">
        {first ? <span>{formatPlainDate(first.on, lang)}</span> : null}
        {last && last !== first ? <span>{formatPlainDate(last.on, lang)}</span> : null}
      </p>
      <p className="trend-reference">
        {reference ? (
          <>
            {hasBand ? <span className="trend-swatch" aria-hidden="true" /> : null}
            {word(lang, 'referenceRange')} {reference} {unit}
          </>
        ) : (
          word(lang, 'noReferenceRange')
        )}
      </p>
      {tableHidden || points.length === 0 ? null : <Numbers {...props} />}
    </figure>
  )
}
