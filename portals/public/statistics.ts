import { emergencyFigures } from '#care/emergency'
import type { NoticeService } from '#care/notice'
import type { QuestionService } from '#care/question'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import { hiddenBelow, monthsOf } from './figures.ts'
import type { MonthFacts, Statistics } from './model.ts'
import * as store from './store.ts'

/** `live`: counts today too, as the demo does; elsewhere a day is published once it is over, so that nobody watches one act being counted. */
export type StatisticsDeps = { question: Pick<QuestionService, 'figures'>; notice: Pick<NoticeService, 'emergencies'>; live: boolean }
type Asking = { db: Db; now: Date }

const MOST_MONTHS = 24
const KEPT_MS = 60_000

const startOf = (month: string): Date => new Date(`${month}-01T00:00:00+09:00`)
const monthAfter = (month: string): string => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}

async function factsOf(ctx: Asking, deps: StatisticsDeps, about: { months: readonly string[]; until: Date }): Promise<MonthFacts[]> {
  const questions = await deps.question.figures(ctx)
  const notices = await deps.notice.emergencies(ctx)
  const facts: MonthFacts[] = []
  for (const month of about.months) {
    const end = startOf(monthAfter(month))
    const until = new Date(Math.min(end.getTime(), about.until.getTime()))
    const { opened, reviewed } = await emergencyFigures(ctx.db, { since: startOf(month), until, now: ctx.now })
    const asked = questions.find((q) => q.month === month) ?? { asked: 0, answered: 0, toAuditors: 0, medianDays: null }
    const slowest = notices.find((n) => n.month === month)?.slowestSeconds ?? null
    facts.push({ month, questions: asked, emergencies: { opened, reviewed }, slowestNoticeSeconds: slowest })
  }
  return facts
}

async function read(ctx: Asking, deps: StatisticsDeps): Promise<Statistics> {
  const today = dateInJapan(ctx.now)
  const until = deps.live ? `${today}~` : today
  const groups = await store.groupsBefore(ctx.db, until)
  const months = [...new Set(groups.map((g) => g.month))].sort().slice(-MOST_MONTHS)
  const below = hiddenBelow(today)
  const facts = await factsOf(ctx, deps, { months, until: deps.live ? ctx.now : new Date(`${today}T00:00:00+09:00`) })
  const kept = groups.filter((g) => months.includes(g.month))
  const lines = await store.countedLeaves(ctx.db)
  return { until: today, hiddenBelow: below, lines, months: monthsOf({ groups: kept, facts, until: today, below }) }
}

/** The figures everybody may see, read at most once a minute in each process. */
export function statistics(deps: StatisticsDeps) {
  let kept: { at: number; figures: Promise<Statistics> } | null = null
  return (ctx: Asking): Promise<Statistics> => {
    const at = ctx.now.getTime()
    if (kept !== null && Math.abs(at - kept.at) < KEPT_MS) return kept.figures
    const figures = read(ctx, deps)
    kept = { at, figures }
    // What failed is asked again by the next reader.
    figures.catch(() => {
      kept = null
    })
    return figures
  }
}

/** The figures as a table for spreadsheets: a line a number; an empty value is hidden because it is small. */
export function statisticsCsv({ months }: Statistics): string {
  const head = 'month,complete,figure,part,value'
  const rows = months.flatMap(({ month, complete, ...figures }) =>
    Object.entries(figures).flatMap(([figure, { total, parts, ...more }]) =>
      [['total', total], ...Object.entries(parts), ...Object.entries(more)].map(
        ([part, value]) => `${month},${complete ? 'yes' : 'no'},${figure},${part},${value ?? ''}`,
      ),
    ),
  )
  return `${[head, ...rows].join('\r\n')}\r\n`
}
