/** Giving abroad: which countries, and what a person must be told before they are asked. @law 第28条、規則第15条から第18条 */
import type { Sentence } from '#kernel/language'
import { type Day, type Dated, inForce } from './model.ts'

/** What is known of a country's system of data protection. A country without a row is one that nothing may go to. */
export type Country = Dated & { code: string; name: Sentence; designated: boolean; system: Sentence; source: string; readOn: Day }

const designated = { designated: true, from: '2022-04-01', until: null, source: '規則第15条', readOn: '2026-11-22' } as const
const equal: Sentence = { ja: '日本と同等の水準にあると指定された国・地域', en: 'designated as having a level equal to Japan’s' }

export const countries: readonly Country[] = [
  { ...designated, code: 'EEA', name: { ja: '欧州経済領域（EU加盟国を含む）', en: 'European Economic Area' }, system: equal },
  { ...designated, code: 'GB', name: { ja: '英国', en: 'United Kingdom' }, system: equal },
]

export const countryOn = (code: string, on: Day): Country | undefined => countries.find((c) => c.code === code && inForce(c, on))

/** What must be said before consent is asked. @law 規則第17条第2項・第3項・第4項 */
export const beforeAskingAbroad = (asked: {
  country: string | null
  receiverMeasures: string | null
}): { id: string; known: boolean; rule: string }[] => [
  { id: 'country', known: asked.country !== null, rule: asked.country === null ? '規則第17条第3項' : '規則第17条第2項第1号' },
  { id: 'system', known: asked.country !== null, rule: asked.country === null ? '規則第17条第3項' : '規則第17条第2項第2号' },
  {
    id: 'measures',
    known: asked.receiverMeasures !== null,
    rule: asked.receiverMeasures === null ? '規則第17条第4項' : '規則第17条第2項第3号',
  },
]

/** An equivalent system is checked about yearly; older than that it carries nothing. @law 規則第16条、第18条、ガイドライン外国提供編 */
export const EQUIVALENT_CHECK_DAYS = 366
