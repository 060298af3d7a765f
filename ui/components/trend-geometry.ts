import { isoForMachines } from '../dates.ts'
import type { ReferenceRange, ResultMark } from './result-value.tsx'
import { markOf } from './result-value.tsx'

/** One measurement; null where it was ordered and not measured, which breaks the line. */
export interface TrendPoint {
  on: Date | string
  value: number | null
  /** As the laboratory wrote it ('5.60', '<0.3'); default is the number. */
  text?: string | undefined
  /** This laboratory's own range, where it differs from the band. */
  range?: ReferenceRange | undefined
  /** The laboratory's own mark. */
  mark?: ResultMark | undefined
  institution?: string | undefined
}

export interface PlacedPoint {
  x: number
  y: number
  mark: ResultMark
  point: TrendPoint
}

export interface TrendGeometry {
  width: number
  height: number
  /** Runs of neighbouring measurements; a run of one has no line. */
  lines: PlacedPoint[][]
  /** The reference range; `edges` are the heights of its closed ends. */
  band: { y: number; height: number; edges: number[] } | null
}

const WIDTH = 320
const HEIGHT = 88
const INSET = 12

/** Where `value` lies between low and high, 0 to 1; halves first, so that the widest numbers do not overflow. */
function fraction(value: number, low: number, high: number): number {
  const span = high / 2 - low / 2
  if (!(span > 0)) return 0.5
  return Math.min(1, Math.max(0, (value / 2 - low / 2) / span))
}

const finite = (value: number | null | undefined): value is number => typeof value === 'number' && Number.isFinite(value)

const round = (value: number): number => Math.round(value * 100) / 100

function usable(range: ReferenceRange | undefined): { low: number | undefined; high: number | undefined } | null {
  const low = finite(range?.low) ? range.low : undefined
  const high = finite(range?.high) ? range.high : undefined
  if (low === undefined && high === undefined) return null
  if (low !== undefined && high !== undefined && low > high) return null
  return { low, high }
}

/** Milliseconds for the horizontal place; points without a readable date stand in the order given. */
function instants(points: readonly TrendPoint[]): number[] {
  const times = points.map((point) => Date.parse(isoForMachines(point.on)))
  return times.every((time) => Number.isFinite(time)) ? times : points.map((_, index) => index)
}

/** Places a course on a 320 x 88 drawing: time runs right by real distance, the band is the reference range. */
export function placeTrend(points: readonly TrendPoint[], range?: ReferenceRange): TrendGeometry {
  const bounds = usable(range)
  const scale = [...points.map((point) => point.value), bounds?.low, bounds?.high].filter(finite)
  const [low, high] = scale.reduce(([min, max], value) => [Math.min(min, value), Math.max(max, value)], [Infinity, -Infinity])
  const y = (value: number): number => round(HEIGHT - INSET - fraction(value, low, high) * (HEIGHT - 2 * INSET))
  const times = instants(points)
  const [first, last] = times.reduce(([min, max], time) => [Math.min(min, time), Math.max(max, time)], [Infinity, -Infinity])
  const lines: PlacedPoint[][] = [[]]
  for (const [index, point] of points.entries()) {
    if (!finite(point.value)) {
      lines.push([])
      continue
    }
    const x = round(INSET + fraction(times[index] ?? 0, first, last) * (WIDTH - 2 * INSET))
    const mark = point.mark === undefined ? markOf(point.value, point.range ?? range) : point.mark
    lines.at(-1)?.push({ x, y: y(point.value), mark, point })
  }
  // An open end of the band reaches the drawing's edge.
  const top = bounds?.high === undefined ? 0 : y(bounds.high)
  const bottom = bounds?.low === undefined ? HEIGHT : y(bounds.low)
  const band =
    bounds && scale.length > 0
      ? { y: top, height: round(Math.max(1, bottom - top)), edges: [bounds.low, bounds.high].filter(finite).map(y) }
      : null
  return { width: WIDTH, height: HEIGHT, lines: lines.filter((line) => line.length > 0), band }
}
