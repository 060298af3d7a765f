/** Children, those who act for others, the dead. @law ガイドライン通則編（未成年者の同意）; ages are dated data, 要確認: 弁護士 */
import { ageOn } from '#kernel/japan'
import type { Sentence } from '#kernel/language'
import { type Dated, type Day, inForce } from './model.ts'

type Deciding = 'guardian' | 'both' | 'person'
/** `under`: age in full years below which it holds. */
export type AgeRule = Dated & { id: string; article: string; under: number; decides: Deciding; title: Sentence; signedOffBy: string | null }

export const ageRules: readonly AgeRule[] = [
  {
    id: 'under-16-policy',
    article: '制度改正方針（2026-01-09。案）',
    from: null,
    until: null,
    under: 16,
    decides: 'guardian',
    signedOffBy: null,
    title: { ja: '16歳未満は法定代理人が同意し、通知を受ける（案）', en: 'under 16: the guardian consents and is told (proposed)' },
  },
  {
    id: 'child',
    article: 'ガイドライン通則編',
    from: '2022-04-01',
    until: null,
    under: 12,
    decides: 'guardian',
    signedOffBy: null,
    title: { ja: 'おおむね12歳未満：法定代理人が同意する', en: 'roughly under 12: the guardian consents' },
  },
  {
    id: 'adolescent',
    article: 'ガイドライン通則編',
    from: '2022-04-01',
    until: null,
    under: 16,
    decides: 'both',
    signedOffBy: null,
    title: { ja: 'おおむね12〜15歳：本人と法定代理人の両方に聞く', en: 'roughly 12 to 15: the person and the guardian are both asked' },
  },
]

/** Who consents for somebody of this birth date on a day: the first rule in force whose age is not reached yet. */
export const whoConsents = (birthDate: Day, on: Day, rules: readonly AgeRule[] = ageRules): Deciding =>
  rules.find((rule) => inForce(rule, on) && ageOn(birthDate, on) < rule.under)?.decides ?? 'person'

/** Who may act for another, on what, until when, and what beats it. */
export const proxyRules: readonly { basis: 'parent' | 'guardian' | 'agent' | 'bereaved'; needs: Sentence; ends: Sentence }[] = [
  { basis: 'parent', needs: { ja: '親権', en: 'custody' }, ends: { ja: '成年に達する日', en: 'the day the child comes of age' } },
  { basis: 'guardian', needs: { ja: '家庭裁判所の書面', en: 'court document' }, ends: { ja: '審判の取消し', en: 'the court ends it' } },
  {
    basis: 'agent',
    needs: { ja: '本人の意思', en: 'the person’s own will' },
    ends: { ja: '本人がいつでも', en: 'the person, at any time' },
  },
  {
    basis: 'bereaved',
    needs: { ja: '配偶者・子・父母（診療情報の提供等に関する指針。要確認: 弁護士）', en: 'spouse, child, parent (unconfirmed)' },
    ends: { ja: '—', en: '–' },
  },
]

/** Whether a relative may see: a mark of protection (DV, stalking) beats every right of relatives. */
export const relativeMaySee = (facts: { entitled: boolean; protectedFromRelatives: boolean }): boolean =>
  facts.entitled && !facts.protectedFromRelatives
