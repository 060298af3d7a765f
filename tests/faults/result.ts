/** What a fault test is asked, and what it answers. */
export type FaultRun = { quick: boolean; seed: string; root: string; tell: (line: string) => void; stopping: AbortSignal }
export type FaultResult = { line: string; control: string; passed: boolean; wrong: string[] }

/** `F4 acked=10 lost=0`: the figures of a line in the order given. */
export const lineOf = (name: string, figures: Readonly<Record<string, number | string>>): string =>
  [name, ...Object.entries(figures).map(([key, value]) => `${key}=${value}`)].join(' ')

/** The middle of the sorted values at a share from 0 to 1; 0 where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
