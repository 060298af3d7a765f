/** What the pages of a patient read, under consent's predicate. */
import type { Consent, ConsentService, Grant } from '#care/consent'
import type { Arrival, EligibilityService } from '#care/eligibility'
import type { Facility, Person, PersonService } from '#care/person'
import { present, type RecordService, type Seen, toldOnce } from '#care/record'
import type { SignatureService } from '#care/signature'
import type { RawBuilder } from 'kysely'
import { type Context, institutionOf } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import { chartView, patientView } from './chart.ts'
import type { ArrivalView, ChartView } from './model.ts'
import { openKinds } from './doors.ts'

export type Deps = {
  /** What the outside sign-in of staff is called; absent where there is none. */
  outside?: Sentence | null
  record: RecordService
  consent: ConsentService
  person: PersonService
  eligibility?: EligibilityService | undefined
  /** What staff signed; documents show no signatures where it is absent. */
  signature?: SignatureService
  /** PIN of every demo key; absent outside of the demo. */
  demoSigningPin?: string
  demo?: boolean
  /** Address of the FHIR surface, which an app that is started from here is told. */
  fhirBase?: string
  /** Public address; passkeys are made for its host. */
  baseUrl?: string
}

/** Names of institutions, in the language of the reader. */
export type Institutions = (number: string, fallback: string) => string

export type Opened = {
  person: Person
  grants: Grant[]
  answers: Consent[]
  rows: Seen[]
  cut: boolean
  institutions: Institutions
  ja: Institutions
}

/**
 * The chart of one person, whatever key they are asked for by.
 * @refuses consent-missing where the person is no patient here and nothing is addressed to this institution; the same for nobody at all
 */
export async function openChart(ctx: Context, deps: Deps, patientId: string): Promise<Opened> {
  const person = await deps.person.findByKey(ctx, patientId)
  const keys = person?.keys ?? [patientId]
  const related = await deps.consent.related(ctx, keys)
  const grants = await deps.consent.live(ctx, keys)
  const { rows, cut } = await deps.record.chart(ctx, keys)
  if (!person || (!related && rows.length === 0)) return refuse('consent-missing', person ? { key: person.keys[0]! } : {})
  const answers = await deps.consent.here(ctx, keys)
  const facilities = await deps.person.facilities(ctx, [...new Set(rows.map((row) => row.source))])
  return { person, grants, answers, rows, cut, institutions: namesOf(facilities, ctx.lang), ja: namesOf(facilities, 'ja') }
}

function namesOf(facilities: readonly Facility[], lang: Context['lang']): Institutions {
  const names = new Map(facilities.map((f) => [f.institutionNumber, (lang === 'en' && f.nameEn) || f.name]))
  return (number, fallback) => names.get(number) ?? fallback
}

export async function loadChart(ctx: Context, deps: Deps, patientId: string): Promise<{ view: ChartView; opened: Opened }> {
  const opened = await openChart(ctx, deps, patientId)
  const nameOf = (number: string) => opened.ja(number, '') || undefined
  const items = toldOnce(opened.rows.map((row) => present(row, nameOf)))
  const facts = { ...opened, items, patientId, institutionNumber: institutionOf(ctx.actor) ?? '', now: ctx.now }
  return { view: chartView(facts), opened }
}

/**
 * One item of a patient, with the person it belongs to.
 * @refuses consent-missing as the chart does; not-found where it is not theirs or may not be seen
 */
export async function loadItem(ctx: Context, deps: Deps, which: { patientId: string; id: string }) {
  const person = await deps.person.findByKey(ctx, which.patientId)
  const keys = person?.keys ?? [which.patientId]
  const related = await deps.consent.related(ctx, keys)
  // Of nobody the same is asked as of a stranger: the time that it takes must not tell them apart either.
  const seen = await deps.record.chartItem(ctx, keys, which.id).catch((error: unknown) => {
    // Whether an item exists is told to the person's own institutions only.
    if (!person || !related) refuse('consent-missing', person ? { key: person.keys[0]! } : {})
    throw error
  })
  if (!person) return refuse('consent-missing')
  const facilities = await deps.person.facilities(ctx, [seen.source])
  return {
    seen,
    patient: patientView(person, which.patientId, ctx.now),
    institutions: namesOf(facilities, ctx.lang),
    ja: namesOf(facilities, 'ja'),
  }
}

const HOUR = 3_600_000
const LIST = 50

/** Who came today and lately, or who was searched for; only this institution's own patients, each noted in the log. */
export async function loadArrivals(ctx: Context, deps: Deps, asked: { text: string; page: number }) {
  const visible = deps.consent.patientsOf(ctx)
  const searched = asked.text.trim() !== ''
  const came = searched
    ? []
    : ((await deps.eligibility?.arrivals(ctx, { since: new Date(ctx.now.getTime() - 24 * HOUR), limit: LIST })) ?? [])
  const at = searched ? new Map<string, Date>() : await cameAt(ctx, deps, came)
  const people = searched ? await found(ctx, deps, { ...asked, visible }) : await deps.person.findByKeys(ctx, [...at.keys()])
  const shown = people.slice(0, searched ? LIST : people.length)
  const latest = (p: Person) => Math.max(0, ...p.keys.map((key) => at.get(key)?.getTime() ?? 0))
  if (!searched) shown.sort((a, b) => latest(b) - latest(a))
  const keys = shown.flatMap((p) => p.keys)
  const grants = await deps.consent.live(ctx, keys)
  const covers = deps.eligibility && shown.length > 0 ? await deps.eligibility.statesOf(ctx, shown) : []
  const numbers = (await deps.eligibility?.chartNumbers(ctx, keys)) ?? new Map<string, string>()
  for (const p of shown) ctx.audit({ key: p.keys[0]!, resource: 'Patient?', rule: 'care-relation', count: 1 })
  const arrivals = shown.map(
    (p, n): ArrivalView => ({
      patient: patientView(p, p.keys[0]!, ctx.now),
      at: latest(p) === 0 ? null : new Date(latest(p)).toISOString(),
      open: openKinds(grants.filter((g) => p.keys.includes(g.key))),
      cover: covers[n] ?? null,
      chartNumber: p.keys.map((key) => numbers.get(key)).find((number) => number !== undefined) ?? null,
      card: cardOf(came.filter((one) => p.keys.includes(one.key))),
    }),
  )
  const waiting = (await deps.eligibility?.waitingCount(ctx)) ?? 0
  return { arrivals, searched, more: people.length > shown.length, waiting }
}

/** The latest of a person's touches, with the place of the first. */
function cardOf(came: readonly Arrival[]): ArrivalView['card'] {
  const [last] = came
  return last ? { order: Math.min(...came.map((one) => one.order)), provenBy: last.provenBy, changed: last.changed } : null
}

/** Own patients by what was typed; a chart number finds its one patient first. */
async function found(ctx: Context, deps: Deps, asked: { text: string; page: number; visible: RawBuilder<boolean> }): Promise<Person[]> {
  const key = asked.page === 1 ? await deps.eligibility?.byChartNumber(ctx, asked.text) : undefined
  const byNumber = key !== undefined && (await deps.consent.related(ctx, [key])) ? await deps.person.findByKeys(ctx, [key]) : []
  const others = await deps.person.search(ctx, { ...asked, limit: LIST + 1, offset: (asked.page - 1) * LIST })
  return [...byNumber, ...others.filter((p) => byNumber.every((one) => one.id !== p.id))]
}

/** When people last came: cards of the last day, then first visits and answers of the last 30 days. */
async function cameAt(ctx: Context, { consent }: Deps, today: readonly Arrival[]): Promise<Map<string, Date>> {
  const since = (hours: number) => new Date(ctx.now.getTime() - hours * HOUR)
  const lately = await consent.recentPatients(ctx, { since: since(30 * 24), limit: LIST })
  const at = new Map<string, Date>()
  for (const one of [...lately, ...today]) if ((at.get(one.key)?.getTime() ?? 0) < one.at.getTime()) at.set(one.key, one.at)
  return at
}
