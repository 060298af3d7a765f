import type { ChartItem } from './chart.ts'

/**
 * One fact told several times is one line: the same diagnosis or prescription of one institution comes as five items and
 * again in each letter. The newest telling is shown and names the others in `also`. Order stays.
 *
 * What was marked 未告知 never merges with what was not, so that the mark cannot vanish; nor does what carries no date,
 * which may be two episodes.
 */
export function toldOnce(items: readonly ChartItem[]): ChartItem[] {
  const groups = Map.groupBy(items, (item) => sameness(item) ?? item)
  return [...groups.values()].map(newestOf)
}

function newestOf(same: ChartItem[]): ChartItem {
  const [newest, ...others] = same.toSorted((a, b) => b.registeredAt.getTime() - a.registeredAt.getTime()) as [ChartItem, ...ChartItem[]]
  return { ...newest, also: others.map(({ id, registeredAt }) => ({ id, registeredAt })) }
}

/** Equal for two tellings of one fact; null where an item stands for itself. */
function sameness(item: ChartItem): string | null {
  const about = [item.is, item.kind, item.origin.institutionNumber, item.uninformed]
  if (item.is === 'diagnosis' && item.onset !== null) return JSON.stringify([...about, item.code, item.name, item.onset, item.suspected])
  if (item.is === 'prescription' && item.on !== null)
    return JSON.stringify([...about, item.code, item.name, item.on.slice(0, 10), item.usage, item.dose, item.days, item.start])
  return null
}
