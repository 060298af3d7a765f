import type { Db } from '#kernel/database'
import { findByKeys } from './store.ts'
import { setChartNumbers } from './store/chart-number.ts'

type Giving = {
  institutionNumber: string
  given: readonly { key: string; number: string; written: string }[]
  now: Date
  by: string
}

/**
 * Gives people the numbers that their institution states, each in place of the one it gave before under any key of theirs.
 * @returns the numbers that are somebody else's, who keeps them
 */
export async function giveChartNumbers(db: Db, { given, ...about }: Giving): Promise<string[]> {
  if (given.length === 0) return []
  const people = await findByKeys(
    db,
    given.map(({ key }) => key),
  )
  const keysOf = new Map(people.flatMap((p) => p.keys.map((key) => [key, p.keys] as const)))
  return setChartNumbers(db, { ...about, given: given.map((one) => ({ ...one, keys: keysOf.get(one.key) ?? [one.key] })) })
}
