import { dateRange } from '#packages/fhir'
import type { Reference, ResultItem, ResultMark } from './result.ts'

/** A measurement on a course, oldest first. `value` null where it was ordered and no number came of it. */
export type CoursePoint = {
  on: string
  value: number | null
  text: string
  range?: Reference
  mark: ResultMark
  institution: string
}

/** One item over time. `range` is the newest range given. */
export type LabCourse = {
  key: string
  name: string
  unit: string | null
  range: Reference | null
  points: CoursePoint[]
  latest: ResultItem
}

/** The instant a result stands at on a course; a date known to the month stands at its start. */
export function instantOf(on: string | null): number | null {
  const range = on === null ? null : dateRange(on)
  return range === null ? null : Date.parse(range.lo)
}

const hasNumber = (item: ResultItem) => item.number !== null

/** Courses of everything that was measured as a number on a known date, the most recently measured first. */
export function labCourses(items: readonly ResultItem[]): LabCourse[] {
  const groups = new Map<string, ResultItem[]>()
  for (const item of items) {
    if (instantOf(item.on) === null || item.name === null) continue
    groups.set(item.courseKey, [...(groups.get(item.courseKey) ?? []), item])
  }
  const courses = [...groups].flatMap(([key, group]) => {
    const sorted = group.toSorted((a, b) => instantOf(a.on)! - instantOf(b.on)!)
    const latest = sorted.findLast(hasNumber)
    return latest === undefined ? [] : [courseOf(key, sorted, latest)]
  })
  return courses.toSorted((a, b) => instantOf(b.latest.on)! - instantOf(a.latest.on)!)
}

function courseOf(key: string, sorted: readonly ResultItem[], latest: ResultItem): LabCourse {
  return {
    key,
    name: latest.name ?? '',
    unit: latest.unit,
    range: sorted.findLast((item) => item.reference !== null)?.reference ?? null,
    points: sorted.map((item) => ({
      on: item.on!,
      value: item.number,
      text: item.value ?? '',
      ...(item.reference === null ? {} : { range: item.reference }),
      mark: item.mark,
      institution: item.origin.institutionName,
    })),
    latest,
  }
}
