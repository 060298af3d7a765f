/** How figures are taken and printed. */
import { cpus, totalmem } from 'node:os'

export type Figure = { bench: string; name: string } & Record<string, string | number | boolean>

/** One JSON line for machines. */
export const figure = (line: Figure): void => console.log(JSON.stringify(line))

/** A line for people; standard output stays clean for machines. */
export const say = (line: string): void => console.error(line)

export function sayMachine(): void {
  const [first] = cpus()
  say(`machine: ${cpus().length} x ${first?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, node ${process.versions.node}`)
}

/** The value below which `share` of the sorted list lies. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

export const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits

/** Percentiles of latencies in milliseconds. */
export function latencies(ms: Float64Array): { p50ms: number; p95ms: number; p99ms: number } {
  const sorted = ms.slice().sort()
  return { p50ms: round(percentile(sorted, 0.5)), p95ms: round(percentile(sorted, 0.95)), p99ms: round(percentile(sorted, 0.99)) }
}

/** Runs `work` for each index with so many at a time; returns the wall time in seconds. */
export async function inParallel(count: number, width: number, work: (index: number) => Promise<void>): Promise<number> {
  let next = 0
  const from = performance.now()
  const lane = async () => {
    for (let i = next++; i < count; i = next++) await work(i)
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane))
  return (performance.now() - from) / 1000
}
