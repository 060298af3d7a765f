/**
 * How close somebody stands to the person whose record they open without the usual consent, for one life as in a disaster: what refuses
 * them, what takes a second clinician, what reviewers should see. Pure.
 *
 * @spec security A20
 */
import type { Closeness } from '#care/person'
import type { Sentence } from '#kernel/language'

export type NearRule = Sentence & { id: string; when: (c: Closeness) => boolean }
const rule = (id: string, words: Sentence, when: NearRule['when']): NearRule => ({ id, ...words, when })

/** Who may not, whatever else holds. */
export const tieRules: readonly NearRule[] = [
  rule('self', { ja: '自分自身', en: 'themselves' }, (c) => c.ties.includes('self')),
  rule('family', { ja: '家族', en: 'a relative' }, (c) => c.ties.some((tie) => tie !== 'self')),
]

/** Where two clinicians must agree. */
export const nearSecondRules: readonly NearRule[] = [
  rule('watched', { ja: '見守りの対象の人', en: 'somebody watched over' }, (c) => c.watched !== null),
  rule('protected', { ja: '支援措置などで守られている人', en: 'a protected person' }, (c) => c.isProtected),
  rule('same-name', { ja: '職員と同姓同名', en: 'bears the name of the member of staff' }, (c) => c.sameName),
  rule('colleague', { ja: '同じ施設の職員', en: 'works at the same institution' }, (c) => c.isColleague),
  rule('namesake-colleague', { ja: '同じ施設の職員と同姓同名', en: 'bears the name of a colleague' }, (c) => c.namesake),
]

/** What reviewers should see beside. */
export const nearFlagRules: readonly NearRule[] = [
  rule('family-name', { ja: '氏が同じ', en: 'same family name' }, (c) => c.sameFamilyName && !c.sameName),
  rule('staff-unknown', { ja: '職員本人の登録と照合していない', en: 'clinician’s own entry not known' }, (c) => !c.isKnown),
]

export type Nearness = { tie: 'self' | 'family' | null; needs: string[]; flags: string[] }

/** @param without rule left out, for tests */
export function judgeNearness(c: Closeness, without?: string): Nearness {
  const met = (rules: readonly NearRule[]) => rules.filter((one) => one.id !== without && one.when(c)).map((one) => one.id)
  const [tie] = met(tieRules)
  const needs = met(nearSecondRules)
  return { tie: tie === 'self' || tie === 'family' ? tie : null, needs, flags: [...needs, ...met(nearFlagRules)] }
}
