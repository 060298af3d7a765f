/** Findings that what came after may explain: looked at again when their time is over. */
import type { Db } from '#kernel/database'
import { dueFindings, settleFindings } from '../store/finding.ts'
import { explainedByVisit } from '../store/watch.ts'
import { visitActions } from './judge.ts'
import { patternOf } from './table.ts'

const DAY_MS = 86_400_000

/** @returns how many were settled */
export async function settleOnce(db: Db, now: Date, limit = 200): Promise<number> {
  const due = await dueFindings(db, now, limit)
  const { daysBefore, daysAfter } = patternOf('no-visit')!.thresholds
  const spans = due.map((one) => ({
    key: one.touchedKey,
    institutionNumber: one.institutionNumber,
    from: new Date(one.firstAt.getTime() - daysBefore! * DAY_MS),
    to: new Date(one.lastAt.getTime() + daysAfter! * DAY_MS),
  }))
  const explained = await explainedByVisit(db, spans, visitActions.source)
  const ids = (wanted: boolean) => due.filter((_, place) => explained.has(place) === wanted).map((one) => one.id)
  await settleFindings(db, ids(true), 'explained')
  await settleFindings(db, ids(false), 'open')
  return due.length
}
