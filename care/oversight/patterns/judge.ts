/** Whether an entry of the log, among what is known around it, meets a pattern. Pure. */
import { dateInJapan } from '#kernel/japan'
import { isDayOff } from './holidays.ts'
import { type Pattern, type PatternId, patternsOn } from './table.ts'

/** An act, and what the day, the register and the log say around it. Counts include the act itself. */
export type LookFacts = {
  at: Date
  actorKind: string
  role: string
  institutionNumber: string
  /** Kind of the facility; null where it is none of the register's. */
  facilityKind: string | null
  /** Whose record was opened; null where none was. */
  person: { key: string; familyName: string | null; isColleague: boolean; isWatched: boolean; hadVisit: boolean } | null
  actor: { familyName: string | null; leftAt: Date | null }
  today: { persons: number; refusals: number; nameSearches: number }
  /** Persons a day: of this actor on earlier days (and on how many), and of those in the same role at the same place. */
  usual: { days: number; persons: number; peers: number }
  /** Who opened this record on this day. */
  seenToday: { actors: number; institutions: number }
  /** The actor's act before this one. */
  before: { institutionNumber: string; at: Date } | null
  outcome: string
}

/** `key`: whose record the finding is about; '' where it is about the actor's whole day. */
export type Hit = { pattern: PatternId; key: string; figures: Readonly<Record<string, number>> }

type Judge = (f: LookFacts, t: Readonly<Record<string, number>>) => Omit<Hit, 'pattern'> | null

const clinical = new Set(['physician', 'dentist', 'nurse', 'pharmacist', 'clerk'])
/** Facilities where somebody works at any hour. */
const awake = new Set(['hospital', 'care-provider'])
const hourInJapan = (at: Date): number => (at.getUTCHours() + 9) % 24
const about = (f: LookFacts, figures: Hit['figures'] = {}) => (f.person === null ? null : { key: f.person.key, figures })
const ofTheDay = (figures: Hit['figures']) => ({ key: '', figures })

const judges: Readonly<Record<PatternId, Judge>> = {
  'same-family-name': (f) =>
    f.person?.familyName != null && f.person.familyName === f.actor.familyName && !f.person.isColleague ? about(f) : null,
  colleague: (f) => (f.person?.isColleague ? about(f) : null),
  'watched-person': (f) => (f.person?.isWatched ? about(f) : null),
  'no-visit': (f) => (f.person !== null && clinical.has(f.role) && !f.person.hadVisit ? about(f) : null),
  volume: (f, t) => {
    const { persons } = f.today
    if (f.person === null || persons < t.least!) return null
    const known = f.usual.days >= t.daysKnown!
    const unusual = known ? persons >= f.usual.persons * t.timesOwn! : persons >= t.leastUnknown!
    const abovePeers = f.usual.peers === 0 || persons >= f.usual.peers * t.timesPeers!
    return unusual && abovePeers ? ofTheDay({ persons, usual: f.usual.persons, peers: f.usual.peers }) : null
  },
  night: (f, t) => {
    const hour = hourInJapan(f.at)
    const off = hour >= t.fromHour! || hour < t.toHour! || isDayOff(dateInJapan(f.at))
    const sleeps = f.facilityKind !== null && (!awake.has(f.facilityKind) || f.role === 'clerk')
    return f.person !== null && off && sleeps ? ofTheDay({ hour }) : null
  },
  refusals: (f, t) => (f.outcome !== 'success' && f.today.refusals >= t.aDay! ? ofTheDay({ refusals: f.today.refusals }) : null),
  'name-search': (f, t) => (f.today.nameSearches >= t.aDay! ? ofTheDay({ searches: f.today.nameSearches }) : null),
  'after-leaving': (f) => (f.actor.leftAt !== null && f.at >= f.actor.leftAt ? ofTheDay({}) : null),
  'seen-by-many': (f, t) =>
    f.person !== null && (f.seenToday.actors >= t.actors! || f.seenToday.institutions >= t.institutions!) ? about(f, f.seenToday) : null,
  'two-places': (f, t) => {
    // What somebody does for the platform itself is done at no institution.
    const places = new Set([f.before?.institutionNumber ?? '', f.institutionNumber])
    if (f.before === null || places.size < 2 || places.has('')) return null
    const minutes = Math.abs(f.at.getTime() - f.before.at.getTime()) / 60_000
    const far = f.before.institutionNumber.slice(0, 2) !== f.institutionNumber.slice(0, 2)
    return minutes <= (far ? t.minutesApart! : t.minutesNear!) ? ofTheDay({ minutes: Math.round(minutes) }) : null
  },
}

/** Everything about a finding of `seen-by-many` and of a whole day is found once a day, however often it is met. */
export function judgeLook(facts: LookFacts, rules: readonly Pattern[] = patternsOn(dateInJapan(facts.at))): Hit[] {
  return rules.flatMap((rule) => {
    const hit = judges[rule.id](facts, rule.thresholds)
    return hit === null ? [] : [{ pattern: rule.id, ...hit }]
  })
}

/** The family name of a name written with a space; null where one cannot tell. */
export function familyNameOf(name: string): string | null {
  const [family = '', given = ''] = name.normalize('NFKC').trim().split(/\s+/)
  return given === '' ? null : family
}

/** Whether an act opens somebody's record: what is done at the desk with their card or cover is part of their visit. */
export const opensRecord = (e: { actorKind: string; key: string; outcome: string; action: string }): boolean =>
  e.actorKind === 'staff' &&
  e.key !== '' &&
  e.outcome === 'success' &&
  /^(chart|record|people\.look|emergency|disaster|clinic\.(?!list))/.test(e.action)

/** Acts that show the person was there, or that their institution had something to do with them. */
export const visitActions = /^(eligibility\.(card|check|looked)|consent\.give|record\.(deposit|create|bundle)|card\.found)/

/** Searches for people by what they are called. */
export const isNameSearch = (e: { action: string; resource: string }): boolean =>
  /^(people|clinic|disaster|emergency)\.(search|find)$/.test(e.action) || (e.action === 'record.search' && e.resource === 'Patient?')
