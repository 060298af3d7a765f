/** From facts to the chart that page and JSON show alike. Pure. */
import type { Person } from '#care/person'
import { type ChartItem, labCourses, type LabCourse, type ResultItem } from '#care/record'
import { ageOn, dateInJapan } from '#kernel/japan'
import { refusalRow } from '#kernel/refusal'
import { type InformationKind, informationKinds } from '#packages/fhir'
import { doorsOf } from './doors.ts'
import type { AnyItem, ChartFacts, ChartView, CourseView, PatientView } from './model.ts'

export function chartView(facts: ChartFacts): ChartView {
  const doors = doorsOf(facts)
  const items = Object.fromEntries([...informationKinds, 'other'].map((kind) => [kind, [] as AnyItem[]])) as ChartView['items']
  for (const item of facts.items) items[placeOf(item)].push(itemView(item, facts.institutionNumber))
  const { ja, en } = refusalRow('consent-missing')
  return {
    patient: patientView(facts.person, facts.patientId, facts.now),
    consent: doors,
    items,
    courses: coursesOf(facts.items),
    ...(doors.open.length === 0 && facts.items.length === 0 ? { why: { code: 'consent-missing' as const, ja, en } } : {}),
    cut: facts.cut,
    generatedAt: facts.now.toISOString(),
  }
}

/** What is of no kind that can be asked for is the institution's own, and has a place too. */
const placeOf = (item: ChartItem): InformationKind | 'other' =>
  informationKinds.includes(item.kind as InformationKind) ? (item.kind as InformationKind) : 'other'

export function patientView(person: Person, patientId: string, now: Date): PatientView {
  const { name, nameKana, nameOfOther, birthDate, sex } = person
  const called = nameOfOther !== undefined && nameOfOther !== name ? nameOfOther : null
  return { patientId, name, nameKana, called, birthDate, sex, age: ageOn(birthDate, dateInJapan(now)) }
}

/** An item with its origin spelt out, and without the sections of a document, which have a page of their own. */
export function itemView(item: ChartItem, institutionNumber: string): AnyItem {
  const { on, origin, registeredAt, ...rest } = item.is === 'document' ? { ...item, sections: undefined } : item
  return {
    ...rest,
    title: (item.is === 'document' ? item.title : item.name) ?? '',
    date: on,
    registeredAt: registeredAt.toISOString(),
    ...origin,
    own: origin.institutionNumber === institutionNumber,
    uninformedSince: item.uninformed ? registeredAt.toISOString() : null,
  } as AnyItem
}

const isResult = (item: ChartItem): item is ResultItem => item.is === 'result' && (item.kind === 'test-result' || item.kind === 'infection')

/** A single number has no course; it stands in the table. */
function coursesOf(items: readonly ChartItem[]): CourseView[] {
  return labCourses(items.filter(isResult))
    .filter((course) => course.points.filter((point) => point.value !== null).length >= 2)
    .map(courseView)
}

const courseView = ({ key, name, unit, range, points, latest }: LabCourse): CourseView => ({
  key,
  name,
  unit,
  range,
  points,
  latestId: latest.id,
  institutionNumber: latest.origin.institutionNumber,
})
