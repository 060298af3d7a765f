/** From counted lines of the log to what may be published. Pure: no clock, no database, no network. */
import type { Breakdown, Cell, Group, Month, MonthFacts } from './model.ts'

/** Numbers below this are hidden, by the day the rule began. Our own rule, as registers of health usually do. */
const smallNumbers: readonly { from: string; below: number }[] = [{ from: '2026-11-22', below: 10 }]
export const hiddenBelow = (day: string): number => (smallNumbers.findLast((r) => r.from <= day) ?? smallNumbers[0]!).below

/**
 * A count as it is published: small ones are hidden, all others rounded down to tens. Nought says nothing about anybody and is shown.
 * Rounded to the nearest, a whole whose parts all lay at the edge would give a hidden nine away; rounded down, it never does.
 */
export const publish = (n: number, below: number): Cell => (n === 0 ? 0 : n < below ? null : Math.floor(n / 10) * 10)

/**
 * A whole and its parts, each by itself. Because all are rounded, the whole less what is shown does not give away a part that is hidden, in this
 * table or with the help of another of the same whole; and no number depends on how small its neighbours are, which would tell of them.
 */
export function publishAll<Part extends string>(parts: Readonly<Record<Part, number>>, below: number): Breakdown<Part> {
  const names = Object.keys(parts) as Part[]
  const total = names.reduce((sum, name) => sum + parts[name], 0)
  const cells = names.map((name): [Part, Cell] => [name, publish(parts[name], below)])
  return { total: publish(total, below), parts: Object.fromEntries(cells) as Record<Part, Cell> }
}

/** Writes of the record, whatever way they came. */
const writes = new Set([
  'record.deposit',
  'record.deposit-again',
  'record.create',
  'record.bundle',
  'record.update',
  'record.delete',
  'record.meta',
])
const arranging = /^(consent|proxy|question|notice|people|app|card|sign-in|sign-out|session|passkey|legal-basis|emergency-review)\b/
export const volumeParts = ['looked', 'written', 'arranged'] as const
/** What was done with the data: looked, wrote, or neither (consents, settings, signing in). */
const volumePart = ({ action }: Group) => (writes.has(action) ? 'written' : arranging.test(action) ? 'arranged' : 'looked')

const platformRoles = new Set(['operator', 'auditor'])
const clinical = new Set(['physician', 'dentist', 'nurse', 'pharmacist'])

export const actorParts = ['clinical', 'desk', 'system', 'person', 'proxy', 'platform'] as const
type ActorPart = (typeof actorParts)[number]

/** Who acted, as the page says it. */
export function actorPart({ actorKind, actorRole }: Pick<Group, 'actorKind' | 'actorRole'>): ActorPart {
  if (actorKind === 'system') return 'system'
  if (actorKind === 'staff') return platformRoles.has(actorRole) ? 'platform' : clinical.has(actorRole) ? 'clinical' : 'desk'
  return actorRole === '' ? 'person' : 'proxy'
}

export const purposeParts = ['TREAT', 'ETREAT', 'HPAYMT', 'HRESCH', 'PATRQT', 'HOPERAT'] as const
const purposePart = ({ purpose }: Group) => purposeParts.find((p) => p === purpose) ?? 'HOPERAT'

export const refusalParts = ['not-permitted', 'not-found', 'sign-in', 'other'] as const
/** Why it was refused, in groups that a reader can do something with. */
export function refusalPart({ outcome, action }: Pick<Group, 'outcome' | 'action'>): (typeof refusalParts)[number] {
  if (action.startsWith('sign-in') || outcome === 'not-signed-in' || outcome === 'step-up-required') return 'sign-in'
  if (outcome === 'not-found') return 'not-found'
  return outcome === 'not-permitted' || outcome.startsWith('scope') || outcome.startsWith('consent') || outcome.startsWith('emergency')
    ? 'not-permitted'
    : 'other'
}

export const consentParts = ['given', 'withdrawn', 'closed', 'reopened'] as const
const consentActs: Record<string, (typeof consentParts)[number]> = {
  'consent.give': 'given',
  'consent.withdraw': 'withdrawn',
  'consent.close': 'closed',
  'consent.reopen': 'reopened',
}
const consentPart = ({ action }: Group) => (Object.hasOwn(consentActs, action) ? consentActs[action]! : null)

/** Counts groups into named parts; those of no part are left out. */
function counted<Part extends string>(
  groups: readonly Group[],
  parts: readonly Part[],
  partOf: (group: Group) => Part | null,
): Record<Part, number> {
  const all = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Part, number>
  for (const group of groups) {
    const part = partOf(group)
    if (part !== null) all[part] += group.lines
  }
  return all
}

const lines = (groups: readonly Group[], which: (group: Group) => boolean): number =>
  groups.reduce((sum, group) => (which(group) ? sum + group.lines : sum), 0)

const NO_FACTS = {
  questions: { asked: 0, answered: 0, toAuditors: 0, medianDays: null },
  emergencies: { opened: 0, reviewed: 0 },
  slowestNoticeSeconds: null,
}

/** One month as it is published. */
export function monthOf(
  month: string,
  about: { groups: readonly Group[]; facts?: MonthFacts | undefined; until: string; below: number },
): Month {
  const { groups, below, until } = about
  const { questions, emergencies, slowestNoticeSeconds } = about.facts ?? NO_FACTS
  const ofPeople = groups.filter((g) => g.ofPerson && g.outcome === 'success')
  const refusedOpenings = lines(groups, (g) => g.action.startsWith('emergency.') && g.outcome !== 'success')
  const disasters = lines(ofPeople, (g) => g.action.startsWith('disaster.'))
  const opened = publishAll({ reviewed: emergencies.reviewed, waiting: Math.max(0, emergencies.opened - emergencies.reviewed) }, below)
  const answers = publishAll({ answered: questions.answered, open: questions.asked - questions.answered }, below)
  return {
    month,
    complete: `${month}-32` < until,
    accesses: publishAll(counted(ofPeople, actorParts, actorPart), below),
    purposes: publishAll(counted(ofPeople, purposeParts, purposePart), below),
    volumes: publishAll(counted(ofPeople, volumeParts, volumePart), below),
    refusals: publishAll(
      counted(
        groups.filter((g) => g.outcome !== 'success'),
        refusalParts,
        refusalPart,
      ),
      below,
    ),
    emergencies: {
      ...{ total: opened.total, parts: { ...opened.parts, refused: publish(refusedOpenings, below), disaster: publish(disasters, below) } },
      slowestNoticeSeconds: opened.total === null || opened.total === 0 ? null : slowestNoticeSeconds,
    },
    consents: publishAll(counted(ofPeople, consentParts, consentPart), below),
    questions: {
      ...{ total: answers.total, parts: { ...answers.parts, toAuditors: publish(questions.toAuditors, below) } },
      medianDays: questions.answered < below ? null : questions.medianDays,
    },
  }
}

/** Every month that has figures, the newest first. */
export function monthsOf(about: { groups: readonly Group[]; facts: readonly MonthFacts[]; until: string; below: number }): Month[] {
  const byMonth = Map.groupBy(about.groups, (g) => g.month)
  return [...byMonth.keys()]
    .sort()
    .reverse()
    .map((month) => monthOf(month, { ...about, groups: byMonth.get(month)!, facts: about.facts.find((f) => f.month === month) }))
}
