import type { Changed, CoverState, ProvenBy } from '#care/eligibility'
import type { Consent, Grant } from '#care/consent'
import type { Person } from '#care/person'
import type { ChartItem, LabCourse } from '#care/record'
import type { Sentence } from '#kernel/language'
import type { InformationKind } from '#packages/fhir'

/** Why something is closed, as a code and in both languages. */
export type Why = Sentence & { code: 'not-asked' | 'refused' | 'withdrawn' | 'expired' | 'consent-missing' }

/** Kinds this institution may see now by consent, and those it may not, each with the reason. Instants ISO 8601. */
export type Doors = {
  open: { kind: InformationKind; until: string; givenAt: string; consentId: string; basis: 'visit' | 'standing' }[]
  closed: { kind: InformationKind; why: Why }[]
}

export type PatientView = {
  patientId: string
  name: string
  nameKana: string
  /** What to call them, where they wish another name than the registered one. */
  called: string | null
  /** YYYY-MM-DD */
  birthDate: string
  sex: Person['sex']
  /** Full years today in Japan. */
  age: number
}

/** What every item on a chart carries; beside it stand the fields of its kind. */
export type ItemView<Item extends ChartItem = ChartItem> = Omit<Item, 'on' | 'origin' | 'registeredAt' | 'sections'> & {
  /** The words for it; '' where the sender gave none. */
  title: string
  /** Date of the fact as sent, possibly only a year; null where none. */
  date: string | null
  /** ISO 8601 instant. */
  registeredAt: string
  institutionNumber: string
  institutionName: string
  department: string | null
  doctor: string | null
  /** 自院: this institution sent it. */
  own: boolean
  /** When the mark 未告知 was registered; null without the mark. */
  uninformedSince: string | null
}

export type AnyItem = { [Is in ChartItem['is']]: ItemView<Extract<ChartItem, { is: Is }>> }[ChartItem['is']]
export type ItemOf<Is extends ChartItem['is']> = ItemView<Extract<ChartItem, { is: Is }>>

export type CourseView = Pick<LabCourse, 'key' | 'name' | 'unit' | 'range' | 'points'> & {
  latestId: string
  /** Who sent the latest result. */
  institutionNumber: string
}

/** 'What must I know before I speak?' Lists newest first. */
export type ChartView = {
  patient: PatientView
  consent: Doors
  items: Record<InformationKind | 'other', AnyItem[]>
  /** Courses of two numbers or more, the most recently measured first. */
  courses: CourseView[]
  /** Only where nothing may be shown. */
  why?: Why
  /** More than the chart can hold; the oldest are left out. */
  cut: boolean
  generatedAt: string
}

/** What a chart is made from. */
export type ChartFacts = {
  patientId: string
  person: Person
  grants: readonly Grant[]
  answers: readonly Consent[]
  items: readonly ChartItem[]
  cut: boolean
  institutionNumber: string
  now: Date
}

/** One line of the arrivals list. */
export type ArrivalView = {
  patient: PatientView
  /** ISO instant of the last card or answer here; null where found by search. */
  at: string | null
  /** Open kinds and their end; empty where nothing is open. */
  open: { kinds: InformationKind[]; until: string } | null
  cover: CoverState | null
  /** What this institution calls the person; null until the desk has entered it. */
  chartNumber: string | null
  /** Order of the day, how the person was proven, what differs from the last time; null where no card was shown in the last day. */
  card: { order: number; provenBy: ProvenBy; changed: Changed[] } | null
}
