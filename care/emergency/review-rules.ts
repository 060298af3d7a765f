/** When a case is decided, and who may speak. Two different reviewers must agree; where they do not, a third decides. Pure. */
import type { Sentence } from '#kernel/language'

export const verdicts = {
  justified: { ja: '正当', en: 'Justified' },
  unjustified: { ja: '不当', en: 'Not justified' },
  'needs-answer': { ja: '本人（職員）の説明を求める', en: 'Ask the clinician' },
} as const satisfies Record<string, Sentence>
export type VerdictId = keyof typeof verdicts

type Said = { reviewerId: string; verdict: string }

/** How many agree before a case is decided. */
export const REVIEWERS = 2

/** What two reviewers more than the other side agree on, or null. A reviewer counts once, with what they said last. */
export function outcomeOf(reviews: readonly Said[]): 'justified' | 'unjustified' | null {
  const last = new Map(reviews.map((one) => [one.reviewerId, one.verdict]))
  const count = (verdict: VerdictId) => [...last.values()].filter((one) => one === verdict).length
  const [yes, no] = [count('justified'), count('unjustified')]
  if (yes >= REVIEWERS && yes > no) return 'justified'
  return no >= REVIEWERS && no > yes ? 'unjustified' : null
}

type Concerned = { staffId: string; secondId: string | null }

/** Why somebody may not speak about a case, or null. What asks for an answer may be followed by a verdict of the same reviewer. */
export function whyNotReview(
  reviewer: { id: string; worksThere: boolean },
  of: Concerned & { outcome: string | null; reviews: readonly Said[] },
): 'review-not-yours' | 'review-closed' | 'review-twice' | null {
  if (of.outcome !== null) return 'review-closed'
  const concerned = reviewer.id === of.staffId || reviewer.id === of.secondId
  if (concerned || reviewer.worksThere) return 'review-not-yours'
  const mine = of.reviews.findLast((one) => one.reviewerId === reviewer.id)
  return mine !== undefined && mine.verdict !== 'needs-answer' ? 'review-twice' : null
}
