/** What PostgreSQL says of how it would find a search, and what that means for each condition of it. Nothing is read. */
import { conditionOf } from './conditions.ts'
import type { Condition } from './model.ts'

/** The part of a plan in JSON that is looked at. @spec PostgreSQL, EXPLAIN (FORMAT JSON) */
export type Plan = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  'Plan Rows': number
  'Total Cost': number
  Plans?: Plan[]
}

/** One place where a plan reads rows. `index`: null where it reads the table as it lies. `columns`: those the index is asked by. */
export type PlanStep = { table: string; index: string | null; columns: readonly string[]; rows: number }

/**
 * How a condition is met. `person`: by the key of one person's shard. `index`: looked up in an index of everybody's values.
 * `declined`: there is such an index, and the database prefers to compare rows; `narrowed`: compared with each row that the other
 * conditions left. `text`: read from the stored text of each such row.
 * `first`: a search of its own comes before.
 */
export type ConditionWay = 'person' | 'index' | 'declined' | 'narrowed' | 'text' | 'first' | 'never'
export type ConditionPlan = { name: string; value: string; way: ConditionWay; index: string | null }

export const indexesIn = (plan: Plan): string[] => [
  ...(plan['Index Name'] ? [plan['Index Name']] : plan['Node Type'] === 'Seq Scan' ? [`${plan['Relation Name']} (all rows)`] : []),
  ...(plan.Plans ?? []).flatMap(indexesIn),
]

/** Where a plan reads rows, in its order. A bitmap's index stands below the node that names the table. */
export function stepsOf(plan: Plan, above = ''): PlanStep[] {
  const table = plan['Relation Name'] ?? above
  const index = plan['Index Name'] ?? null
  const reads = index !== null || plan['Node Type'] === 'Seq Scan'
  const own = reads ? [{ table, index, columns: columnsOf(plan['Index Cond'] ?? ''), rows: plan['Plan Rows'] }] : []
  return [...own, ...(plan.Plans ?? []).flatMap((child) => stepsOf(child, table))]
}

/** Names before a comparison; what stands in quotes is a value. */
const columnsOf = (condition: string): string[] => [
  ...new Set(
    [...condition.replace(/'(?:[^']|'')*'/g, "''").matchAll(/\b([a-z_]+)\)?(?:::[a-z ]+\)?)? (?:=|<|>|~|&&|@>)/g)].map(([, name]) => name!),
  ),
]

/** For each parameter of a search that chooses resources: how it is met, and by which index of the plan. */
export function conditionPlans(type: string, query: URLSearchParams, steps: readonly PlanStep[]): ConditionPlan[] {
  const asked = [...query].flatMap(([name, value]) => {
    const condition = value === '' ? null : conditionOf({ type, name, value, depth: 0 })
    return condition ? [{ name, value, condition }] : []
  })
  const keyed = asked.some(({ condition }) => condition.kind === 'key')
  return asked.map(({ name, value, condition }) => ({ name, value, ...wayOf(condition, { steps, keyed }) }))
}

type Under = { steps: readonly PlanStep[]; keyed: boolean }
type Met = { way: ConditionWay; index: string | null }

function wayOf(condition: Condition, under: Under): Met {
  switch (condition.kind) {
    case 'key':
      return { way: 'person', index: asking(under, 'resource', ['key']) }
    case 'id':
      return met('index', asking(under, 'resource', ['id', 'key']))
    case 'updated':
      return lookedUp(under, 'resource', ['last_updated'])
    case 'token':
      return condition.not || condition.values.length === 0 ? { way: 'narrowed', index: null } : ofArrays(under)
    case 'ref':
    case 'composite':
      return ofArrays(under)
    case 'date':
      return lookedUp(under, 'date_value', ['lo', 'hi'])
    case 'number':
      return lookedUp(under, 'number_value', ['lo', 'hi'])
    case 'string':
      return condition.how === 'starts' ? lookedUp(under, 'string_value', ['value']) : rowByRow(under, 'string_value')
    case 'custom-token':
      return rowByRow(under, 'string_value')
    case 'text':
    case 'narrative':
    case 'content':
    case 'near':
      return { way: 'text', index: null }
    case 'any':
    case 'all':
      return condition.of.map((one) => wayOf(one, under))[0] ?? { way: 'never', index: null }
    case 'of-type':
      return wayOf(condition.of, under)
    case 'not':
    case 'missing':
      return { way: 'narrowed', index: null }
    case 'never':
      return { way: 'never', index: null }
    default:
      return { way: 'first', index: null }
  }
}

const met = (way: ConditionWay, index: string | null): Met => (index === null ? { way: 'narrowed', index } : { way, index })

/** By an index over everybody's values where the plan asks one by these columns; else row by row, by the index that finds a row's own values. */
function lookedUp(under: Under, table: string, columns: readonly string[]): Met {
  const index = asking(under, table, columns)
  if (index !== null) return { way: 'index', index }
  return { ...rowByRow(under, table), way: under.keyed ? 'narrowed' : 'declined' }
}

/** Entries of the arrays on the resource itself: within one person's shard no index is asked. */
const ofArrays = (under: Under): Met => (under.keyed ? { way: 'narrowed', index: null } : lookedUp(under, 'resource', ['tokens', 'refs']))

/** A value table finds a row's own values by the row's name, or all values of the parameter. */
const rowByRow = (under: Under, table: string): Met => ({
  way: 'narrowed',
  index: table === 'resource' ? null : asking(under, table, ['key', 'id', 'param']),
})

/** Parts of a table carry its name at their front. */
const asking = ({ steps }: Under, table: string, columns: readonly string[]): string | null =>
  steps.find((s) => s.table.startsWith(table) && s.index !== null && columns.some((c) => s.columns.includes(c)))?.index ?? null
