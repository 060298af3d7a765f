/** Two must agree, and neither may have had a part in it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { outcomeOf, whyNotReview } from './review-rules.ts'

const say = (reviewerId: string, verdict: string) => ({ reviewerId, verdict })

test.each([
  ['nobody', [], null],
  ['one', [say('a', 'justified')], null],
  ['one who says it twice', [say('a', 'justified'), say('a', 'justified')], null],
  ['two', [say('a', 'justified'), say('b', 'justified')], 'justified'],
  ['two against', [say('a', 'unjustified'), say('b', 'unjustified')], 'unjustified'],
  ['two who differ', [say('a', 'justified'), say('b', 'unjustified')], null],
  ['a third decides', [say('a', 'justified'), say('b', 'unjustified'), say('c', 'unjustified')], 'unjustified'],
  ['a question is no verdict', [say('a', 'justified'), say('b', 'needs-answer')], null],
  ['a question that became a verdict', [say('b', 'needs-answer'), say('a', 'justified'), say('b', 'justified')], 'justified'],
] as const)('%s', (_, reviews, outcome) => {
  expect(outcomeOf(reviews)).toBe(outcome)
})

test('no outcome without two reviewers who say it', () => {
  const said = fc.array(
    fc.record({ reviewerId: fc.constantFrom('a', 'b', 'c'), verdict: fc.constantFrom('justified', 'unjustified', 'needs-answer') }),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(said, (reviews) => {
      const outcome = outcomeOf(reviews)
      if (outcome === null) return
      const last = new Map(reviews.map((one) => [one.reviewerId, one.verdict]))
      expect([...last.values()].filter((one) => one === outcome).length).toBeGreaterThanOrEqual(2)
    }),
  )
})

const of = { staffId: 'dr', secondId: 'nurse', outcome: null, reviews: [say('a', 'justified'), say('q', 'needs-answer')] }
test.each([
  ['a stranger', { id: 'b', worksThere: false }, of, null],
  ['the opener', { id: 'dr', worksThere: false }, of, 'review-not-yours'],
  ['the second clinician', { id: 'nurse', worksThere: false }, of, 'review-not-yours'],
  ['somebody of the same facility', { id: 'b', worksThere: true }, of, 'review-not-yours'],
  ['who has spoken', { id: 'a', worksThere: false }, of, 'review-twice'],
  ['who has asked', { id: 'q', worksThere: false }, of, null],
  ['a decided case', { id: 'b', worksThere: false }, { ...of, outcome: 'justified' }, 'review-closed'],
] as const)('%s', (_, reviewer, about, why) => {
  expect(whyNotReview(reviewer, about)).toBe(why)
})
