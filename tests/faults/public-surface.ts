import type { Submission } from './ledger.ts'

/**
 * Holds what institutions read through the API against what they were told. Pure.
 * @param found item identifiers `<identifier>-<revision>-<n>` as read
 * @returns acknowledged submissions that nobody can read, and identifiers shown in part, mixed, or twice
 */
export function judgeReading(
  found: readonly string[],
  sent: ReadonlyMap<string, Submission>,
  acked: ReadonlySet<string>,
): { lost: number; partialBundles: number } {
  const shown = Map.groupBy(found, (item) => item.replace(/-\d+-\d+$/, ''))
  const result = { lost: 0, partialBundles: 0 }
  for (const [identifier, revisions] of Map.groupBy(sent.values(), (s) => s.identifier)) {
    const items = shown.get(identifier) ?? []
    const newest = Math.max(0, ...revisions.filter((s) => acked.has(s.name)).map((s) => s.revision))
    const whole = revisions.find(
      (s) =>
        s.entries === items.length &&
        Array.from({ length: s.entries }, (_, n) => `${identifier}-${s.revision}-${n}`).every((i) => items.includes(i)),
    )
    if (items.length > 0 && !whole) result.partialBundles++
    if (newest > (items.length === 0 ? 0 : (whole?.revision ?? newest))) result.lost++
  }
  return result
}
