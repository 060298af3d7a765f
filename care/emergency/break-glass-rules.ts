/**
 * Whether a member of staff may open one person's record because life is at stake: by themselves, with a second clinician, or not at all.
 * One table, first refusal wins; everything that needs a second person, and everything that reviewers should see, is said together. Pure.
 *
 * @spec eligibility verification section 4 (one person at a time, time-boxed, rate alarm); security A20
 */
import type { Closeness } from '#care/person'
import type { StaffRole } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import type { RefusalCode } from '#kernel/refusal'
import { codeOn, reasons, whyHard } from './break-glass-reasons.ts'
import { nearFlagRules, type NearRule, nearSecondRules, tieRules } from './near-rules.ts'

/** How long one opening lasts, and how long more where it is extended, once. */
export const OPEN_MINUTES = 120
export const EXTENSION_MINUTES = 120
/** Both reviewers should have spoken by then. */
export const REVIEW_HOURS = 72
/** How long a second clinician may take to say yes. */
export const REQUEST_MINUTES = 15
/** At a device that several people share the proof must be this fresh. */
export const DESK_PROOF_MINUTES = 2
/** Openings in an hour and in a day; from then on a second clinician must agree. */
export const LIMITS = { staffHour: 3, staffDay: 8, facilityHour: 15, facilityDay: 60 } as const
/** Looks for a person in an hour; beyond it nobody is looked for any more. */
export const LOOKS_PER_HOUR = 20
export const NOTE_MIN = 4
export const NOTE_MAX = 200

/** Everything the decision rests on. */
export type OpeningFacts = {
  role: StaffRole
  throughApp: boolean
  /** null for whoever comes without a browser session. */
  session: { isDesk: boolean; minutesSinceProof: number; otherPlace: boolean } | null
  ground: { reason: string; because: readonly string[]; note: string }
  today: string
  /** Hour of the day in Japan, 0–23. */
  hour: number
  closeness: Closeness
  running: { samePerson: boolean; others: number }
  /** The person's consent shows every kind here already. */
  allOpen: boolean
  /** The person was asked here within the day and closed a kind. */
  refusedHere: boolean
  counts: { staffHour: number; staffDay: number; facilityHour: number; facilityDay: number }
}

type Rule = Sentence & { id: string; when: (f: OpeningFacts) => boolean }
type Refusing = Rule & { code: RefusalCode }

const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']

export function isGroundWhole({ ground, today }: Pick<OpeningFacts, 'ground' | 'today'>): boolean {
  const note = ground.note.trim()
  return (
    codeOn(reasons, ground.reason, today) !== undefined &&
    ground.because.length > 0 &&
    ground.because.every((code) => codeOn(whyHard, code, today) !== undefined) &&
    note.length >= NOTE_MIN &&
    note.length <= NOTE_MAX
  )
}

const refusing = (id: string, code: RefusalCode, words: Sentence, when: Rule['when']): Refusing => ({ id, code, ...words, when })
const rule = (id: string, words: Sentence, when: Rule['when']): Rule => ({ id, ...words, when })
const ofCloseness = ({ when, ...words }: NearRule): Rule => ({ ...words, when: (f) => when(f.closeness) })

export const refusingRules: readonly Refusing[] = [
  refusing('not-clinical', 'not-permitted', { ja: '診療する職種ではない', en: 'no clinician' }, (f) => !clinical.includes(f.role)),
  refusing('through-app', 'not-permitted', { ja: 'アプリを通している', en: 'through an app' }, (f) => f.throughApp),
  refusing('no-session', 'not-permitted', { ja: '人が画面の前にいない', en: 'no browser session' }, (f) => f.session === null),
  refusing(
    'desk-proof',
    'emergency-desk',
    { ja: '共用端末で、本人確認が古い', en: 'a shared device with an old proof' },
    (f) => f.session?.isDesk === true && f.session.minutesSinceProof > DESK_PROOF_MINUTES,
  ),
  refusing(
    'chained',
    'emergency-chained',
    { ja: '同じサインインで、別の勤務先や役割を使った', en: 'another workplace or role in this sign-in' },
    (f) => f.session?.otherPlace === true,
  ),
  refusing('no-ground', 'emergency-reason-needed', { ja: '理由が足りない', en: 'the ground is not whole' }, (f) => !isGroundWhole(f)),
  ...tieRules.map((one) => ({
    ...ofCloseness(one),
    code: one.id === 'self' ? ('emergency-self' as const) : ('emergency-family' as const),
  })),
  refusing('running', 'emergency-running', { ja: 'すでに開いている', en: 'open already' }, (f) => f.running.samePerson),
  refusing('not-needed', 'emergency-not-needed', { ja: '本人の同意で見られる', en: 'open by consent' }, (f) => f.allOpen),
]

/** Where two clinicians must agree. */
export const secondRules: readonly Rule[] = [
  ...nearSecondRules.map(ofCloseness),
  rule('refused-here', { ja: '24時間以内に、ここで見せないと答えた', en: 'refused here within 24 hours' }, (f) => f.refusedHere),
  rule(
    'staff-hour',
    { ja: 'この職員の1時間の回数をこえた', en: 'more openings than one clinician has in an hour' },
    (f) => f.counts.staffHour >= LIMITS.staffHour,
  ),
  rule(
    'staff-day',
    { ja: 'この職員の1日の回数をこえた', en: 'more openings than one clinician has in a day' },
    (f) => f.counts.staffDay >= LIMITS.staffDay,
  ),
  rule(
    'facility-hour',
    { ja: 'この施設の1時間の回数をこえた', en: 'more openings than the institution has in an hour' },
    (f) => f.counts.facilityHour >= LIMITS.facilityHour,
  ),
  rule(
    'facility-day',
    { ja: 'この施設の1日の回数をこえた', en: 'more openings than the institution has in a day' },
    (f) => f.counts.facilityDay >= LIMITS.facilityDay,
  ),
]

/** What reviewers should see, beside why a second clinician was needed. */
export const flagRules: readonly Rule[] = [
  ...nearFlagRules.map(ofCloseness),
  rule('parallel', { ja: '別の人の緊急アクセスが同時に開いている', en: 'another emergency of theirs runs' }, (f) => f.running.others > 0),
  rule('night', { ja: '深夜（0時〜5時）', en: 'at night (0–5 h)' }, (f) => f.hour < 5),
]

/** Flags that only time, or a laptop’s log, can raise. */
export const laterFlags = {
  'no-relation': { ja: 'その後、この施設で受診や登録がない', en: 'no visit or record at this institution since' },
  extended: { ja: '延長した', en: 'extended' },
  'not-looked': { ja: '開いたが、何も見ていない', en: 'opened, and nothing was looked at' },
  self: { ja: '自分自身を開いた', en: 'opened themselves' },
  family: { ja: '家族を開いた', en: 'opened a relative' },
  'no-second': { ja: '2人必要なのに、2人目がいない', en: 'two were needed, and there was no second' },
  'login-unknown': { ja: '端末で名乗ったログイン名の職員が登録にない', en: 'the login name given on the laptop is nobody’s' },
  'other-name': { ja: '端末で名乗った氏名が、登録の氏名と違う', en: 'the name given on the laptop is not the register’s' },
  'not-there': { ja: '名乗った医療機関の職員ではない', en: 'does not work at the institution that was given' },
} as const satisfies Record<string, Sentence>

export type Verdict = { refused: RefusalCode; rule: string } | { refused: null; needs: string[]; flags: string[] }

/** What the table says. `needs`: why a second clinician must agree; empty where one is enough. @param without rule left out, for tests */
export function judgeOpening(facts: OpeningFacts, without?: string): Verdict {
  const no = refusingRules.find((one) => one.id !== without && one.when(facts))
  if (no) return { refused: no.code, rule: no.id }
  const idsOf = (rules: readonly Rule[]) => rules.filter((one) => one.id !== without && one.when(facts)).map((one) => one.id)
  const needs = idsOf(secondRules)
  return { refused: null, needs, flags: [...needs, ...idsOf(flagRules)] }
}

/** Whether a colleague may be the second: clinical, somebody else, and as far from the person as the first must be. */
export function maySecond(second: { id: string; role: StaffRole; throughApp: boolean; closeness: Closeness }, first: string): boolean {
  const { ties, sameName } = second.closeness
  return second.id !== first && clinical.includes(second.role) && !second.throughApp && ties.length === 0 && !sameName
}

const everyRule: readonly Rule[] = [...secondRules, ...flagRules]

/** What a flag or a need says. */
export const flagWords = (id: string): Sentence => {
  const found =
    everyRule.find((one) => one.id === id) ?? (Object.hasOwn(laterFlags, id) ? laterFlags[id as keyof typeof laterFlags] : undefined)
  return found ? { ja: found.ja, en: found.en } : { ja: id, en: id }
}
