import type { ReactNode } from 'react'
import { Icon } from '../icons.tsx'
import type { Lang } from '../messages.ts'
import { word } from '../messages.ts'

/** Bounds a laboratory calls usual, both included; `text` where it is given in words only. */
export interface ReferenceRange {
  low?: number | undefined
  high?: number | undefined
  text?: string | undefined
}

export type ResultMark = 'high' | 'low' | 'abnormal' | 'within' | null

/** Compares with the range; null where nothing can be said (no number, no range, or bounds the wrong way round). */
export function markOf(value: number | null, range: ReferenceRange | undefined): ResultMark {
  if (value === null || !Number.isFinite(value) || !range) return null
  const { low, high } = range
  if (low === undefined && high === undefined) return null
  if (low !== undefined && high !== undefined && low > high) return null
  if (low !== undefined && value < low) return 'low'
  if (high !== undefined && value > high) return 'high'
  return 'within'
}

const decimalsOf = (value: number | undefined): number => /^-?\d+\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0

/** 4.9 and 6 are written 4.9 and 6.0, as laboratories do; bounds written with an exponent stay as they are. */
function sameDecimals(...bounds: (number | undefined)[]): (string | undefined)[] {
  const decimals = Math.max(...bounds.map(decimalsOf))
  return bounds.map((bound) => (bound === undefined ? undefined : /e/.test(String(bound)) ? String(bound) : bound.toFixed(decimals)))
}

/** '70〜109', '109以下', '70 or more', or the laboratory's own words; empty where none is given. */
export function rangeText(range: ReferenceRange | undefined, lang: Lang): string {
  if (!range) return ''
  if (range.text) return range.text
  const [low, high] = sameDecimals(range.low, range.high)
  if (low !== undefined && high !== undefined) return lang === 'ja' ? `${low}〜${high}` : `${low}–${high}`
  if (high !== undefined) return lang === 'ja' ? `${high}以下` : `${high} or less`
  if (low !== undefined) return lang === 'ja' ? `${low}以上` : `${low} or more`
  return ''
}

/** Out of range, by shape (triangle up, triangle down) and word; nothing for values within. */
export function RangeMark({ mark, lang }: { mark: ResultMark; lang: Lang }): ReactNode {
  if (!mark || mark === 'within') return null
  return (
    <span className={`mark mark-${mark}`}>
      <Icon name={mark === 'high' ? 'up' : mark === 'low' ? 'down' : 'warning'} />
      {word(lang, mark)}
    </span>
  )
}

export interface ResultValueProps {
  lang: Lang
  /** As the laboratory wrote it, '5.60' stays '5.60'; '陰性' is a value too. */
  value: string | number
  unit?: string | undefined
  range?: ReferenceRange | undefined
  /** The laboratory's own mark wins over our comparison; null says explicitly that there is none. */
  mark?: ResultMark | undefined
}

/** A value never without its unit and reference range. */
export function ResultValue({ lang, value, unit, range, mark }: ResultValueProps): ReactNode {
  const number = typeof value === 'number' ? value : value.trim() === '' ? null : Number(value)
  const shown = mark === undefined ? markOf(number, range) : mark
  const reference = rangeText(range, lang)
  const out = shown !== null && shown !== 'within'
  return (
    <span className={out ? 'result-value result-out' : 'result-value'}>
      <span className="result-number">
        <span className="number">{value}</span>
        {unit ? <span className="unit">{unit}</span> : null}
      </span>{' '}
      <RangeMark mark={shown} lang={lang} />{' '}
      <span className="result-reference">
        {reference ? `${word(lang, 'referenceRange')} ${reference}` : word(lang, 'noReferenceRange')}
      </span>
    </span>
  )
}
