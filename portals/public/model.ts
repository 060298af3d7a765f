/** Lines of the log that say the same, counted; `ofPerson`: they touched somebody's data. Months are 'YYYY-MM' in Japan. */
export type Group = {
  month: string
  actorKind: string
  actorRole: string
  purpose: string
  action: string
  outcome: string
  rule: string
  ofPerson: boolean
  lines: number
}

/** A published number, rounded down to tens; null where it is hidden because it is small. */
export type Cell = number | null

/** Parts that make up a whole. */
export type Breakdown<Part extends string = string> = { total: Cell; parts: Record<Part, Cell> }

/** From other rooms: what the log alone does not tell. Days are counted from asking to the first answer. */
export type MonthFacts = {
  month: string
  questions: { asked: number; answered: number; toAuditors: number; medianDays: number | null }
  emergencies: { opened: number; reviewed: number }
  slowestNoticeSeconds: number | null
}

export type Month = {
  month: string
  /** False while the month still runs. */
  complete: boolean
  accesses: Breakdown
  purposes: Breakdown
  volumes: Breakdown
  refusals: Breakdown
  emergencies: Breakdown & { slowestNoticeSeconds: Cell }
  consents: Breakdown
  questions: Breakdown & { medianDays: Cell }
}

/** What the page, the JSON and the table for spreadsheets are made of. `until`: the first day that is not counted. */
export type Statistics = { until: string; hiddenBelow: number; lines: number; months: Month[] }
