/** A person's cards on the operator's page: lost, found, given back, replaced; the person stays the same. */
import { linkCard, personService } from '#care/person'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { type Operator, openOperator } from '../operator.fixture.ts'

let operator: Operator
let personId: string
let other: string
beforeAll(async () => {
  operator = await openOperator()
  const enter = async (name: string, memberId: string) =>
    (
      await personService({ totpOnce: false }).enter(
        { db: operator.db, now: operator.clock.at },
        { name, nameKana: 'ヤマダ', birthDate: '1941-05-05', sex: 'female', address: '', postalCode: '', phone: '', memberId },
      )
    ).personId
  personId = await enter('山田 花子', '06990001:12:3456:01')
  other = await enter('鈴木 一郎', '06990001:12:9999:01')
})
afterAll(() => operator?.close())
beforeEach(async () => {
  await sql`delete from person.card`.execute(operator.db)
  await linkCard(operator.db, { serial: 'aa01', issuer: 'jpki', personId, at: new Date(operator.clock.at.getTime() - 86_400_000) })
})

const href = (id = personId, rest = '') => `/operator/people/${id}/cards${rest}`
const act = (what: string, card = 'jpki aa01', id = personId) => operator.post('operator', href(id), { card, act: what })
type Shown = { serial: string; stoppedAt: string | null; endedAt: string | null; endedBecause: string | null; replaces: string | null }
const cards = async (id = personId) => (await operator.get('operator', href(id))).body.cards as Shown[]

describe('the platform’s operator', () => {
  test('stops a lost card, lets a found one work again, and the page tells what happened', async () => {
    expect((await act('stop')).status).toBe(200)
    expect((await cards())[0]!.stoppedAt).not.toBeNull()
    const page = await operator.page('operator', href())
    expect(page.text).toContain('止めています')
    expect(page.text).toContain('山田 花子')
    expect((await act('found')).status).toBe(200)
    expect((await cards())[0]!.stoppedAt).toBeNull()
  })

  test('replaces a card: the new one leads to the same person, the old one has ended', async () => {
    expect((await operator.post('operator', href(personId, '/replace'), { card: 'jpki aa01', serial: ' BB02 ' })).status).toBe(200)
    expect(await cards()).toMatchObject([
      { serial: 'bb02', replaces: 'aa01', endedAt: null },
      { serial: 'aa01', endedBecause: 'renewed' },
    ])
  })

  test('ends one that was given back: it never works again', async () => {
    await act('return')
    expect((await cards())[0]).toMatchObject({ endedBecause: 'returned' })
    await act('found')
    expect((await cards())[0]!.endedAt).not.toBeNull()
  })

  test.each([
    ['the control', () => act('stop'), 200],
    ['a card of somebody else, from this page', () => act('stop', 'jpki aa01', other), 404],
    ['a card that nobody has', () => act('stop', 'jpki ff'), 404],
    ['an act that is none', () => act('melt'), 400],
    [
      'a card that leads to somebody else already',
      () => operator.post('operator', href(personId, '/replace'), { card: 'jpki aa01', serial: 'cc03' }),
      409,
    ],
    ['a number that is none', () => operator.post('operator', href(personId, '/replace'), { card: 'jpki aa01', serial: 'xyz' }), 400],
    ['an administrator of a facility', () => operator.post('keeper-a', href(), { card: 'jpki aa01', act: 'stop' }), 403],
  ])('%s', async (_name, attempt, status) => {
    await linkCard(operator.db, { serial: 'cc03', issuer: 'jpki', personId: other, at: operator.clock.at })
    expect((await attempt()).status).toBe(status)
  })
})
