/** The life of a breach: states, what each step needs, and the law's clocks. Pure. */
import { type BodyKind, type BreachDuties, breachDuties, type BreachFacts, breachReportItems } from '#care/consent'
import { dateInJapan } from '#kernel/japan'
import type { Sentence } from '#kernel/language'
import type { ScopeState } from '../store/scope.ts'

export const breachStates = ['known', 'contained', 'reported', 'persons-told', 'final', 'closed'] as const
export type BreachState = (typeof breachStates)[number]
export const breachSteps = ['contain', 'report', 'tell', 'final', 'close'] as const
export type BreachStep = (typeof breachSteps)[number]

/** Texts of the nine items, by their ids. */
export type BreachItems = Readonly<Record<string, string>>

export type Breach = {
  id: string
  /** An exercise: everything as in earnest, but nobody outside is told. */
  drill: boolean
  title: string
  body: BodyKind
  source: 'auditor' | 'finding' | 'break-glass'
  sourceRef: string
  knownAt: Date
  ownerId: string
  ownerName: string
  state: BreachState
  facts: BreachFacts
  items: BreachItems
  scopeId: string | null
  substitute: string
  containedAt: Date | null
  reportedAt: Date | null
  tellingAt: Date | null
  toldAt: Date | null
  /** The report whose persons are all told. */
  toldScope: string | null
  finalAt: Date | null
  closedAt: Date | null
}

export const dutiesOf = (b: Pick<Breach, 'facts' | 'knownAt' | 'body'>): BreachDuties => breachDuties(b.facts, b.knownAt, b.body)

const steps: Readonly<Record<BreachStep, { from: BreachState; to: BreachState }>> = {
  contain: { from: 'known', to: 'contained' },
  report: { from: 'contained', to: 'reported' },
  tell: { from: 'reported', to: 'persons-told' },
  final: { from: 'persons-told', to: 'final' },
  close: { from: 'final', to: 'closed' },
}

/** What a case that need not be reported skips: it is closed once it is contained, with the reason. */
export function nextStep(b: Pick<Breach, 'state'>, duties: Pick<BreachDuties, 'reportable'>): BreachStep | null {
  if (b.state === 'closed') return null
  if (b.state === 'contained' && !duties.reportable) return 'close'
  return breachSteps.find((step) => steps[step].from === b.state) ?? null
}

export const stateAfter = (step: BreachStep): BreachState => steps[step].to

const needed = {
  owner: { ja: '担当者を決めてください。', en: 'Say who is in charge.' },
  outline: { ja: '「概要」を書いてください。', en: 'Fill in the outline.' },
  notice: {
    ja: '本人に知らせる項目（概要、データの項目、原因、二次被害）を書いてください。',
    en: 'Fill in what the persons must be told: outline, data, cause, secondary harm.',
  },
  whom: {
    ja: '範囲の調べを結び付けて終わらせるか、代わりの措置を書いてください。',
    en: 'Attach a finished report of the scope, or write down the substitute measures.',
  },
  found: {
    ja: '範囲の調べが終わるのを待ってください。知らせる相手がそろってから行います。',
    en: 'Wait until the report of the scope is worked out, so that everybody is known.',
  },
  told: {
    ja: '範囲の調べで見つかった人に知らせ終わるまで待ってください。',
    en: 'Wait until everybody whom the report of the scope found is told.',
  },
  all: { ja: '九つの項目をすべて書いてください（なければ「なし」）。', en: 'Fill in all nine items (“none” where there is nothing).' },
  note: { ja: '理由を書いてください。', en: 'Write down the reason.' },
} as const satisfies Record<string, Sentence>

const filled = (items: BreachItems, ids: readonly string[]): boolean => ids.every((id) => (items[id] ?? '').trim() !== '')

/** Whether everybody was told whom the case's report found; true as well where nobody has to be told yet. */
export const allTold = (b: Pick<Breach, 'tellingAt' | 'toldScope' | 'scopeId'>): boolean =>
  b.tellingAt === null || b.toldScope === b.scopeId

/** What a step still lacks; nothing where it may be taken. @param given.scope how far the report of the scope is; none where there is none */
export function lacksFor(step: BreachStep, b: Breach, given: { scope: ScopeState | undefined; note: string }): Sentence[] {
  const lacks = lacksOf(step, b, given)
  return (step === 'final' || step === 'close') && !allTold(b) ? [...lacks, needed.told] : lacks
}

function lacksOf(step: BreachStep, b: Breach, given: { scope: ScopeState | undefined; note: string }): Sentence[] {
  const duties = dutiesOf(b)
  const unless = (holds: boolean, sentence: Sentence): Sentence[] => (holds ? [] : [sentence])
  if (step === 'report') return [...unless(b.ownerId !== '', needed.owner), ...unless(filled(b.items, ['outline']), needed.outline)]
  if (step === 'tell')
    return [
      ...unless(
        filled(
          b.items,
          duties.noticeItems.filter((id) => id !== 'other'),
        ),
        needed.notice,
      ),
      ...unless(given.scope !== 'waiting' && given.scope !== 'running', needed.found),
      ...unless((given.scope !== undefined && given.scope !== 'failed') || b.substitute.trim() !== '', needed.whom),
    ]
  if (step === 'final')
    return unless(
      filled(
        b.items,
        breachReportItems.map((i) => i.id),
      ),
      needed.all,
    )
  return unless(given.note.trim() !== '', needed.note)
}

export type Clock = {
  what: 'preliminary' | 'persons' | 'final'
  by: string | null
  doneAt: Date | null
  state: 'done' | 'late' | 'soon' | 'running'
}

/** Days left at which a clock is shown as near. */
const SOON_DAYS = 2
const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

const clock = (what: Clock['what'], by: string | null, about: { doneAt: Date | null; today: string }): Clock => {
  const left = by === null ? Number.POSITIVE_INFINITY : daysBetween(about.today, by)
  return {
    what,
    by,
    doneAt: about.doneAt,
    state: about.doneAt !== null ? 'done' : left < 0 ? 'late' : left <= SOON_DAYS ? 'soon' : 'running',
  }
}

/** The law's clocks of a case; none where nothing need be reported. */
export function clocksOf(b: Breach, now: Date): Clock[] {
  const { deadlines } = dutiesOf(b)
  if (deadlines === null) return []
  const today = dateInJapan(now)
  return [
    clock('preliminary', deadlines.preliminary, { doneAt: b.reportedAt, today }),
    clock('persons', null, { doneAt: b.toldAt, today }),
    clock('final', deadlines.final, { doneAt: b.finalAt, today }),
  ]
}

/** Days until a clock's last day, counted in Japan; negative once it has passed. */
export const daysLeft = (clock: Clock, now: Date): number | null => (clock.by === null ? null : daysBetween(dateInJapan(now), clock.by))

/** The deadline that comes first among those that run; cases are listed by it. */
export const nextDeadline = (clocks: readonly Clock[]): string | null =>
  clocks
    .filter((c) => c.doneAt === null && c.by !== null)
    .map((c) => c.by!)
    .sort()[0] ?? null
