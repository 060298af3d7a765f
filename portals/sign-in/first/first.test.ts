/** The first registration of a card on the portal: whose record it opens, and whose it never does. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeRegistration, linkCard, personService, whoRegisters } from '#care/person'
import { fakeCards, FORM, type FrontDoor, openFrontDoor } from '../front-door.fixture.ts'

const people = personService({ totpOnce: false })
const count = async () => (await sql<{ n: number }>`select count(*)::int as n from person.person`.execute(door.db)).rows[0]!.n
const predecessors = new Map<string, string>()
let door: FrontDoor
beforeAll(async () => {
  const previousOf = async ({ serial, issuer }: { serial: string; issuer: string }) => {
    const old = predecessors.get(serial)
    return old === undefined ? null : { serial: old, issuer }
  }
  door = await openFrontDoor({ cards: { ...fakeCards, previousOf } })
}, 60_000)
afterAll(() => door.close())

let serial = 0
const newMember = () => `0699000${serial % 10}:77:${1000 + serial++}:01`
const formOf = (memberId: string, more: Record<string, string> = {}) => {
  const [insurerNumber = '', symbol = '', number = '', branch = ''] = memberId.split(':')
  return {
    ...{ name: '山川 花子', nameKana: 'ヤマカワ ハナコ', birthDate: '1958-04-12', sex: 'female', address: '', phone: '' },
    ...{ insurerNumber, symbol, number, branch },
    ...more,
  }
}
const cookiesOf = (answer: { headers: Record<string, unknown> }) =>
  [answer.headers['set-cookie'] ?? []].flat().map((line) => String(line).split(';')[0]!)

/** A browser in which a good card was shown; where it led, and with which cookies. */
async function showCard(card: string) {
  const cookie = `enishi_browser=${randomUUID()}`
  const asked = await door.app.inject({ method: 'POST', url: '/sign-in/card/challenge', headers: { cookie } })
  const { id, challenge } = asked.json() as { id: string; challenge: string }
  const payload = { id, certificatePem: `card:${card}`, signature: challenge }
  const answer = await door.app.inject({ method: 'POST', url: '/sign-in/card', headers: { cookie, accept: 'application/json' }, payload })
  return { status: answer.statusCode, body: answer.json() as { redirect?: string }, cookie: [cookie, ...cookiesOf(answer)].join('; ') }
}
const register = (cookie: string, form: Record<string, string>, accept = 'application/json') =>
  door.app.inject({
    method: 'POST',
    url: '/sign-in/register',
    headers: { cookie, accept, 'content-type': FORM },
    payload: new URLSearchParams(form).toString(),
  })
const keysOf = async (answer: Awaited<ReturnType<typeof register>>) => {
  const session = cookiesOf(answer)
    .find((line) => line.startsWith('enishi_session='))!
    .split('=')[1]!
  const { rows } = await sql<{ id: string }>`select subject as id from kernel.session where id = ${session.split('.')[0]}`.execute(door.db)
  return (await people.find(door, rows[0]!.id))!.keys
}

describe('a good card that nobody has', () => {
  test('opens the record of the one entry that all of it means, and the card is enough from then on', async () => {
    const memberId = newMember()
    const { key } = await door.person('山川 花子', null, memberId)
    const shown = await showCard('first-1')
    expect([shown.status, shown.body.redirect]).toEqual([200, '/sign-in/register'])
    const page = await door.app.inject({ url: '/sign-in/register', headers: { cookie: shown.cookie, accept: 'text/html' } })
    expect(page.body).toContain('はじめての登録')
    const done = await register(shown.cookie, formOf(memberId))
    expect(done.json()).toMatchObject({ became: 'linked', review: false })
    expect(await keysOf(done)).toEqual([key])
    expect((await showCard('first-1')).body.redirect).toBe('/me')
    expect((await door.audits('card.register')).at(-1)).toMatchObject({ outcome: 'success', key, rule: 'linked' })
    expect((await register(shown.cookie, formOf(memberId))).json(), 'once').toMatchObject({
      issue: [{ details: { coding: [{ code: 'first-over' }] } }],
    })
  })

  test.each<[string, Record<string, string>]>([
    ['another birth date', { birthDate: '1958-04-13' }],
    ['another name', { nameKana: 'ヤマカワ タロウ' }],
    ['another sex', { sex: 'male' }],
  ])('with %s than the entry’s: a new, empty entry, and somebody looks', async (_what, change) => {
    const memberId = newMember()
    const { key } = await door.person('山川 花子', null, memberId)
    const before = await count()
    const { cookie } = await showCard(randomUUID())
    const done = await register(cookie, formOf(memberId, change))
    expect(done.json()).toMatchObject({ became: 'entered', review: true })
    expect(await keysOf(done)).not.toContain(key)
    expect(await count()).toBe(before + 1)
    const { cases } = await people.cases.open(door, { limit: 200, offset: 0 })
    expect(
      cases.some((one) => one.otherKey === key),
      'in the review queue',
    ).toBe(true)
  })

  test.each<[string, (personId: string) => Promise<unknown>]>([
    ['has a card', (personId) => linkCard(door.db, { serial: randomUUID(), issuer: 'issuer', personId, at: door.clock.at })],
    [
      'had one that was given back',
      async (personId) => {
        const lost = randomUUID()
        await linkCard(door.db, { serial: lost, issuer: 'issuer', personId, at: door.clock.at })
        await sql`update person.card set ended_at = now(), ended_because = 'returned' where serial = ${lost}`.execute(door.db)
      },
    ],
    [
      'is protected from somebody',
      (personId) =>
        sql`insert into person.mark (person_id, id, blocked_ids, blocks_all, basis, note, valid_from, made_at, made_by)
          values (${personId}, ${randomUUID()}, '{}', true, 'police', '', '2020-01-01', now(), 'x')`.execute(door.db),
    ],
    [
      'signs in in another way',
      (personId) =>
        sql`insert into sign_in.outside_link (subject, issuer, holder_kind, holder_id, linked_at, linked_by)
          values (${personId}, 'https://a.example', 'citizen', ${personId}, now(), 'x')`.execute(door.db),
    ],
  ])('never opens an entry that %s, however well all of it fits', async (_what, touch) => {
    const memberId = newMember()
    const { key, personId } = await door.person('山川 花子', null, memberId)
    await touch(personId)
    const { cookie } = await showCard(randomUUID())
    const done = await register(cookie, formOf(memberId))
    expect(done.json()).toMatchObject({ became: 'entered', review: true })
    expect(await keysOf(done)).not.toContain(key)
  })

  test('with a member id nobody has: a new entry, which does not keep the claim', async () => {
    const memberId = newMember()
    const { cookie } = await showCard(randomUUID())
    expect((await register(cookie, formOf(memberId))).json()).toMatchObject({ became: 'entered', review: false })
    const { rows } = await sql`select 1 from person.member_id where as_sent = ${memberId}`.execute(door.db)
    expect(rows, 'whoever truly holds it finds it free').toEqual([])
  })

  test('a form that is wrong comes back with what was typed; the ticket stays good', async () => {
    const { cookie } = await showCard(randomUUID())
    const refused = await register(cookie, formOf(newMember(), { branch: '1', nameKana: '山川' }), 'text/html')
    expect(refused.statusCode).toBe(400)
    expect(refused.body).toContain('枝番は数字2桁です')
    expect(refused.body).toContain('山川 花子')
    expect((await register(cookie, formOf(newMember()))).statusCode).toBe(200)
  })

  test('without a card of the last minutes there is no registration; a card has five tries a day', async () => {
    expect((await register('enishi_browser=x', formOf(newMember()))).statusCode).toBe(409)
    const late = await showCard(randomUUID())
    door.minutesLater(21)
    expect((await register(late.cookie, formOf(newMember()))).statusCode).toBe(409)
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) statuses.push((await showCard('eager')).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404])
  })
})

test('a renewed card leads to the same person, and registers nobody anew', async () => {
  const { personId } = await door.person('山川 花子', 'old-card')
  predecessors.set('new-card', 'old-card')
  expect((await showCard('new-card')).body.redirect).toBe('/me')
  const { rows } = await sql<{
    person_id: string
    basis: string
  }>`select person_id, basis from person.card where serial = 'new-card'`.execute(door.db)
  expect(rows).toEqual([{ person_id: personId, basis: 'authority' }])
})

const good = {
  name: '山川 花子',
  nameKana: 'ヤマカワ　ハナコ',
  birthDate: '1958-04-12',
  sex: 'female' as const,
  address: '',
  postalCode: '',
  phone: '',
}
const insurance = { insurerNumber: '06990001', symbol: '77', number: '1234', branch: '01' }
test.each([
  ['', {}],
  ['name', { name: ' ' }],
  ['nameKana', { nameKana: 'やまかわ' }],
  ['birthDate', { birthDate: '2026-11-23' }],
  ['birthDate', { birthDate: '1958-02-30' }],
  ['sex', { sex: 'unknown' as const }],
  ['insurerNumber', { insurerNumber: '12345' }],
  ['number', { number: '' }],
  ['branch', { branch: '' }],
  ['phone', { phone: 'abc' }],
])('what is given is wrong at: %s', (field, change) => {
  expect(judgeRegistration({ ...good, ...insurance, ...change }, '2026-11-22').map((f) => f.field)).toEqual(field === '' ? [] : [field])
})

const entry = {
  key: 'a',
  personId: 'p',
  birthDate: '1958-04-12',
  sex: 'female',
  nameKana: 'ヤマカワ ハナコ',
  name: '山川 花子',
  doubtful: false,
}
test.each([
  ['one entry', [entry], 'a'],
  ['one person under two keys', [entry, { ...entry, key: 'b' }], 'a'],
  ['two people', [entry, { ...entry, key: 'b', personId: 'q' }], null],
  ['an entry that is doubted', [entry, { ...entry, key: 'b', personId: 'q', birthDate: '1990-01-01', doubtful: true }], null],
  ['a twin of another name', [entry, { ...entry, key: 'b', personId: 'q', nameKana: 'ヤマカワ カズコ' }], 'a'],
  ['nobody', [], null],
])('a card registers as: %s', (_what, candidates, key) => {
  expect(whoRegisters(good, candidates)?.key ?? null).toBe(key)
})
