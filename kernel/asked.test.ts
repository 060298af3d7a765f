import { expect, test } from 'vitest'
import { askedAddress, askedIn } from './asked.ts'
import type { Actor } from './context.ts'

const clerk = (id: string): Actor => ({
  kind: 'staff',
  id,
  role: 'clerk',
  institutionNumber: '1310000019',
  institutionName: 'みどり総合病院',
  name: '受付 花',
})
const now = new Date('2026-11-23T01:00:00Z')
const asked = { q: '長谷川 花子', why: 'review' }
const queryOf = (address: string) => new URL(address, 'http://enishi.invalid').searchParams

test('what was asked comes back to whoever asked it, with what else the address says', () => {
  const address = askedAddress({ actor: clerk('a'), now }, '/clinic', asked)
  const query = askedIn({ actor: clerk('a'), now }, '/clinic', queryOf(`${address}&page=2`))
  expect([query.get('q'), query.get('why'), query.get('page')]).toEqual(['長谷川 花子', 'review', '2'])
})

test('the address tells nobody: no part of the name, no two alike', () => {
  const [one, two] = [1, 2].map(() => askedAddress({ actor: clerk('a'), now }, '/clinic', asked))
  expect(one).not.toBe(two)
  for (const text of [encodeURIComponent('長谷川'), Buffer.from('長谷川').toString('base64url').slice(0, 8), 'q='])
    expect(decodeURIComponent(one!)).not.toContain(text)
})

const mine = askedAddress({ actor: clerk('a'), now }, '/clinic', asked)
test.each<[string, { actor: Actor; now: Date }, string, string]>([
  ['a colleague', { actor: clerk('b'), now }, '/clinic', mine],
  ['nobody signed in', { actor: { kind: 'public' } as Actor, now }, '/clinic', mine],
  ['another place', { actor: clerk('a'), now }, '/operator/people', mine],
  ['the next day', { actor: clerk('a'), now: new Date(now.getTime() + 13 * 3600_000) }, '/clinic', mine],
  ['an address that was changed', { actor: clerk('a'), now }, '/clinic', `${mine.slice(0, -3)}AAA`],
  ['an address of nothing', { actor: clerk('a'), now }, '/clinic', '/clinic?asked=nothing'],
])('%s: counts as not asked', (_who, ctx, path, address) => {
  expect(askedIn(ctx, path, queryOf(address)).get('q')).toBeNull()
})
