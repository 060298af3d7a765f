import type { ReactNode } from 'react'
import { formatPlainDate, type Lang, t } from '#ui'
import type { Cell } from './model.ts'

export type Bar = { month: string; value: Cell; complete: boolean }

const HEIGHT = 120
const STEP = 44
const TOP = 18

/** A round number at or above the largest: the height of the drawing. */
export function ceilingOf(values: readonly number[]): number {
  const most = Math.max(1, ...values)
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= most) ?? most
}

const short = (n: number): string => (n >= 10_000 ? `${Math.round(n / 1000)}k` : String(n))

/**
 * One number a month as bars, the newest on the right, each with its figure. Hidden numbers have no bar and a dash. The same numbers
 * stand in a table beside it, so the drawing is one picture with a sentence for whoever cannot see it.
 */
export function MonthBars({ bars, title, lang }: { bars: readonly Bar[]; title: string; lang: Lang }): ReactNode {
  const ceiling = ceilingOf(bars.flatMap((bar) => bar.value ?? []))
  const width = Math.max(bars.length * STEP, 8 * STEP)
  const said = bars.map((bar) => `${formatPlainDate(bar.month, lang)} ${bar.value ?? t(lang, { ja: '非表示', en: 'hidden' })}`).join('、')
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${width} ${HEIGHT + TOP + 22}`} role="img" aria-label={`${title}: ${said}`} className="bars-drawing">
        <line className="bars-axis" x1="0" x2={width} y1={HEIGHT + TOP} y2={HEIGHT + TOP} />
        {bars.map(({ month, value, complete }, at) => {
          const height = value === null ? 0 : Math.round((value / ceiling) * HEIGHT)
          const x = at * STEP
          const [, number = ''] = month.split('-')
          return (
            <g key={month}>
              {height > 0 ? (
                <rect
                  className={complete ? 'bars-bar' : 'bars-bar bars-running'}
                  x={x + 8}
                  y={TOP + HEIGHT - height}
                  width={STEP - 16}
                  height={height}
                />
              ) : null}
              <text className="bars-figure" x={x + STEP / 2} y={TOP + HEIGHT - height - 5}>
                {value === null ? '—' : short(value)}
              </text>
              <text className="bars-month" x={x + STEP / 2} y={TOP + HEIGHT + 17}>
                {lang === 'ja' ? `${Number(number)}月` : Number(number)}
              </text>
            </g>
          )
        })}
      </svg>
    </figure>
  )
}
