/** What the desk does beside the PIN: face, the eyes of the staff, cards that were renewed or lost, chart numbers, card use. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLINIC, cover, day, type Desk, openDesk, OTHER, pinless, predecessors } from './desk.fixture.ts'

let desk: Desk
let kiosk: Awaited<ReturnType<Desk['browser']>>
let nurse: Awaited<ReturnType<Desk['browser']>>
let operator: Awaited<ReturnType<Desk['browser']>>
let serial = 0
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  desk.clock.at = new Date(`${day}T03:00:00Z`)
  kiosk = await desk.browser('clerk')
  nurse = await desk.browser('nurse')
  operator = await desk.browser('operator')
})

const elapse = (seconds: number) => {
  desk.clock.at = new Date(desk.clock.at.getTime() + seconds * 1000)
}
type Answer = { status: number; body: { issue?: { details: { coding: { code: string }[] } }[] } & Record<string, unknown> }
const codeOf = (answer: { body: object }) => (answer as Answer).body.issue?.[0]?.details.coding[0]?.code

async function someone(change: object = {}) {
  const n = ++serial
  const number = String(7000 + n)
  const card = `d${n}`
  return { ...(await desk.enter({ birthDate: '1941-05-05', coverages: [{ ...cover, number }], ...change }, card)), card, number }
}
const open = async () => (await kiosk.post('/reader/sessions')).body
const byPin = async (card: string) => {
  const { id, challenge } = await open()
  const answer = await kiosk.post(`/reader/sessions/${id}/card`, { certificatePem: `card:${card}`, signature: challenge })
  return { ...answer, id }
}
async function byFace(card: string, more: object = {}) {
  const { id, challenge } = await open()
  const body = { certificatePem: `card:${card}`, signature: pinless(challenge), matched: true, ...more }
  return { ...(await kiosk.post(`/reader/sessions/${id}/face`, body)), id, challenge }
}
async function askLook(card: string) {
  const { id, challenge } = await open()
  const answer = await kiosk.post(`/reader/sessions/${id}/visual`, { certificatePem: `card:${card}`, signature: pinless(challenge) })
  return { ...answer, id, challenge }
}
const auditOf = async (key: string) =>
  (
    await sql<{ action: string; actor: string; rule: string; at: Date; outcome: string }>`
      select action, actor_name as actor, rule, at, outcome from kernel.audit where key = ${key} order by id`.execute(desk.db)
  ).rows

describe('by face, at the reader', () => {
  test('the check says how the person was proven, and the log too', async () => {
    const { card, key } = await someone()
    const read = await byFace(card)
    expect([read.status, read.body.provenBy]).toEqual([200, 'face'])
    expect((await auditOf(key)).map((e) => e.rule)).toEqual(['proven-by-face'])
    expect((await kiosk.post(`/reader/sessions/${read.id}/consent`, { kinds: { diagnosis: true } })).status).toBe(201)
  })

  test('a no opens nothing, spends nothing, and the same card goes on by PIN', async () => {
    const { card, key } = await someone()
    const no = await byFace(card, { matched: false })
    expect([no.status, codeOf(no)]).toEqual([403, 'face-no-match'])
    expect(await auditOf(key)).toEqual([])
    const body = { certificatePem: `card:${card}`, signature: no.challenge }
    expect((await kiosk.post(`/reader/sessions/${no.id}/card`, body)).body.provenBy).toBe('pin')
  })

  test.each([
    ['the signature of a PIN is no face', 'face'],
    ['nor a request for a look', 'visual'],
  ])('%s', async (_why, way) => {
    const { card } = await someone()
    const { id, challenge } = await open()
    const body = { certificatePem: `card:${card}`, signature: challenge, matched: true }
    expect(codeOf(await kiosk.post(`/reader/sessions/${id}/${way}`, body))).toBe('card-refused')
  })

  test('a signature without the PIN is none with it', async () => {
    const { card } = await someone()
    const { id, challenge } = await open()
    const body = { certificatePem: `card:${card}`, signature: pinless(challenge) }
    expect(codeOf(await kiosk.post(`/reader/sessions/${id}/card`, body))).toBe('card-refused')
  })

  test('nothing of a face is taken: whatever else is sent is not kept', async () => {
    const { card } = await someone()
    await byFace(card, { template: 'FACE-TEMPLATE-BYTES', photo: 'FACE-TEMPLATE-BYTES' })
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from eligibility.reader_session s where s::text like '%FACE-TEMPLATE%'`.execute(desk.db)
    const audit = await sql<{ n: number }>`select count(*) as n from kernel.audit a where a::text like '%FACE-TEMPLATE%'`.execute(desk.db)
    expect([rows[0]!.n, audit.rows[0]!.n]).toEqual([0, 0])
  })
})

describe('by the eyes of the staff', () => {
  test('nothing is shown before they looked; after a yes the reader goes on, and the log names who said so and when', async () => {
    const { card, key } = await someone()
    const asked = await askLook(card)
    expect([asked.status, Object.keys(asked.body).sort()]).toEqual([202, ['state', 'until']])
    expect((await kiosk.get(`/reader/sessions/${asked.id}/state`)).body).toEqual({ state: 'waiting' })
    expect(codeOf(await kiosk.get(`/reader/sessions/${asked.id}/card`))).toBe('card-not-read')
    expect(codeOf(await kiosk.post(`/reader/sessions/${asked.id}/consent`, { kinds: { diagnosis: true } }))).toBe('card-not-read')
    elapse(30)
    const list = (await nurse.get('/desk/waiting')).body as unknown as { looks: { id: string; person: { name: string } }[] }
    expect(list.looks.find((l) => l.id === asked.id)?.person.name).toBe('山田 花子')
    expect((await nurse.post(`/desk/waiting/${asked.id}`, { same: 'yes' })).status).toBe(200)
    expect((await kiosk.get(`/reader/sessions/${asked.id}/state`)).body).toEqual({ state: 'confirmed' })
    const read = await kiosk.get(`/reader/sessions/${asked.id}/card`)
    expect([read.body.provenBy, read.body.person?.patientId]).toEqual(['visual', key])
    expect((await kiosk.post(`/reader/sessions/${asked.id}/consent`, { kinds: { diagnosis: true } })).status).toBe(201)
    const looked = (await auditOf(key)).find((e) => e.action === 'eligibility.looked')
    expect([looked?.actor, looked?.rule, looked?.at.toISOString()]).toEqual(['看護 守', 'looked-same', `${day}T03:00:30.000Z`])
  })

  test('a no leaves everything closed, and cannot be said twice', async () => {
    const { card } = await someone()
    const { id } = await askLook(card)
    await nurse.post(`/desk/waiting/${id}`, { same: 'no' })
    expect((await kiosk.get(`/reader/sessions/${id}/state`)).body).toEqual({ state: 'refused' })
    expect((await kiosk.get(`/reader/sessions/${id}/card`)).status).toBe(409)
    expect(codeOf(await nurse.post(`/desk/waiting/${id}`, { same: 'yes' }))).toBe('visual-not-waiting')
  })

  test('nobody vouches from the screen where the card lies', async () => {
    const { card } = await someone()
    const { id } = await askLook(card)
    expect(codeOf(await kiosk.post(`/desk/waiting/${id}`, { same: 'yes' }))).toBe('visual-own-screen')
    const again = await desk.browser('clerk')
    expect((await again.post(`/desk/waiting/${id}`, { same: 'yes' })).status, 'the same clerk at a screen of their own').toBe(200)
  })

  test('another institution, a system, and a late look are refused', async () => {
    const { card } = await someone()
    const { id } = await askLook(card)
    const stranger = await desk.browser('stranger')
    expect(codeOf(await stranger.post(`/desk/waiting/${id}`, { same: 'yes' }))).toBe('visual-not-waiting')
    expect(codeOf(await stranger.get(`/reader/sessions/${id}/state`))).toBe('reader-session-unknown')
    expect((await desk.post(`/desk/waiting/${id}`, { same: 'yes' })).status).toBe(403)
    elapse(600)
    expect(codeOf(await (await desk.browser('nurse')).post(`/desk/waiting/${id}`, { same: 'yes' }))).toBe('visual-not-waiting')
    expect((await (await desk.browser('clerk')).get(`/reader/sessions/${id}/state`)).body).toEqual({ state: 'expired' })
  })

  test('a challenge that was answered by PIN waits for nobody', async () => {
    const { card } = await someone()
    const { id } = await byPin(card)
    expect(codeOf(await nurse.post(`/desk/waiting/${id}`, { same: 'yes' }))).toBe('visual-not-waiting')
    const { id: fresh } = await open()
    expect(codeOf(await nurse.post(`/desk/waiting/${fresh}`, { same: 'yes' }))).toBe('visual-not-waiting')
    expect((await kiosk.get(`/reader/sessions/${fresh}/state`)).body).toEqual({ state: 'open' })
  })
})

describe('steps in the wrong order', () => {
  test('a challenge answers one way only', async () => {
    const { card } = await someone()
    const asked = await askLook(card)
    const answers = [
      ['card', { certificatePem: `card:${card}`, signature: asked.challenge }],
      ['face', { certificatePem: `card:${card}`, signature: pinless(asked.challenge), matched: true }],
      ['visual', { certificatePem: `card:${card}`, signature: pinless(asked.challenge) }],
    ] as const
    for (const [way, body] of answers)
      expect(codeOf(await kiosk.post(`/reader/sessions/${asked.id}/${way}`, body)), way).toBe('challenge-used')
  })

  test('an answer that was lost on its way: the person answers again with a fresh challenge, and is counted once', async () => {
    const { card, key } = await someone()
    await byPin(card)
    await byPin(card)
    const { rows } = await sql<{ n: number }>`select count(*) as n from eligibility.visit_month where key = ${key}`.execute(desk.db)
    expect(rows[0]!.n).toBe(1)
  })

  test('the reader’s clock plays no part: minutes ahead or behind, the platform’s own decides', async () => {
    const { card } = await someone()
    const { id, challenge, expiresAt } = (await open()) as unknown as { id: string; challenge: string; expiresAt: string }
    expect(expiresAt).toBe(`${day}T03:02:00.000Z`)
    elapse(-3600)
    const back = await desk.browser('clerk')
    const body = { certificatePem: `card:${card}`, signature: challenge }
    expect((await back.post(`/reader/sessions/${id}/card`, body)).status).toBe(200)
  })
})

describe('cards that change', () => {
  test('a renewed certificate leads to the same person, and the old one ends that day', async () => {
    const { card, key, personId } = await someone()
    predecessors.set('new-1', card)
    const read = await byPin('new-1')
    expect([read.status, read.body.person?.patientId]).toEqual([200, key])
    expect(codeOf(await byPin(card))).toBe('card-ended')
    const cards = await desk.person.cards.list({ db: desk.db }, personId)
    expect(cards.map((c) => [c.serial, c.basis, c.replaces, c.endedBecause, c.endedAt?.toISOString() ?? null])).toEqual(
      expect.arrayContaining([
        ['new-1', 'authority', card, null, null],
        [card, 'insurance', null, 'renewed', `${day}T03:00:00.000Z`],
      ]),
    )
  })

  test('however many readers ask at once, the new card is linked once', async () => {
    const { card, personId } = await someone()
    predecessors.set('new-2', card)
    const reads = await Promise.all(Array.from({ length: 6 }, () => byPin('new-2')))
    expect(reads.map((r) => r.status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(await desk.person.cards.list({ db: desk.db }, personId)).toHaveLength(2)
  })

  test('a lost card is refused from the next request on, with its own code; found again it works', async () => {
    const { card, personId, key } = await someone()
    const me = await desk.browser(personId, 'citizen')
    expect((await me.post('/me/cards/stop', { serial: card, issuer: 'issuer' })).status).toBe(200)
    const lost = await byPin(card)
    expect([lost.status, codeOf(lost)]).toEqual([403, 'card-stopped'])
    expect(codeOf(await byFace(card))).toBe('card-stopped')
    expect((await auditOf(key)).at(-1)?.outcome).toBe('card-stopped')
    expect((await me.post('/me/cards/found', { serial: card, issuer: 'issuer' })).status).toBe(200)
    expect((await byPin(card)).status).toBe(200)
    const events = await desk.person.cards.events({ db: desk.db }, { serial: card, issuer: 'issuer' })
    expect(events.map((e) => [e.what, e.byKind])).toEqual([
      ['stopped', 'citizen'],
      ['found', 'citizen'],
    ])
  })

  test('nobody stops the card of another; an operator may, and ends one for good', async () => {
    const { card, personId } = await someone()
    const other = await someone()
    const me = await desk.browser(other.personId, 'citizen')
    expect((await me.post('/me/cards/stop', { serial: card, issuer: 'issuer' })).status).toBe(404)
    expect((await nurse.post('/operator/cards', { serial: card, issuer: 'issuer', personId, act: 'stop' })).status).toBe(403)
    for (const act of ['stop', 'found', 'return'])
      expect((await operator.post('/operator/cards', { serial: card, issuer: 'issuer', personId, act })).status, act).toBe(200)
    expect(codeOf(await byPin(card))).toBe('card-ended')
    expect((await operator.post('/operator/cards', { serial: card, issuer: 'issuer', personId, act: 'found' })).body).toEqual({
      act: 'found',
    })
    expect(codeOf(await byPin(card)), 'what ended stays ended').toBe('card-ended')
  })

  test('a reissued card replaces the lost one where the authority says so', async () => {
    const { card, personId, key } = await someone()
    await (await desk.browser(personId, 'citizen')).post('/me/cards/stop', { serial: card, issuer: 'issuer' })
    predecessors.set('new-3', card)
    expect((await byPin('new-3')).body.person?.patientId).toBe(key)
    const cards = await desk.person.cards.list({ db: desk.db }, personId)
    expect(cards.find((c) => c.serial === card)?.endedBecause).toBe('reissued')
  })

  test('old card and new card together, both with their PIN, keep the person', async () => {
    const { card, key } = await someone()
    const unlinked = await byPin('new-4')
    expect([unlinked.status, codeOf(unlinked)]).toEqual([404, 'card-not-linked'])
    const { id, challenge } = await open()
    const body = { certificatePem: `card:${card}`, signature: challenge, newCardSession: unlinked.id }
    expect((await kiosk.post(`/reader/sessions/${id}/replace-card`, body)).body).toEqual({ replaced: true })
    expect((await byPin('new-4')).body.person?.patientId).toBe(key)
    expect(codeOf(await byPin(card))).toBe('card-ended')
  })

  test.each<[string, (about: { mine: string; id: string }) => Promise<string>, string]>([
    ['a session in which no new card was read', async () => (await open()).id, 'card-not-read'],
    ['a session nobody knows', async () => 'unknown', 'reader-session-unknown'],
    [
      'a session of too long ago',
      async () => {
        const { id } = await byPin('new-5')
        elapse(600)
        return id
      },
      'reader-session-expired',
    ],
  ])('%s links nothing', async (_why, session, code) => {
    const { card, personId } = await someone()
    const newCardSession = await session({ mine: card, id: personId })
    kiosk = await desk.browser('clerk')
    const { id, challenge } = await open()
    const body = { certificatePem: `card:${card}`, signature: challenge, newCardSession }
    expect(codeOf(await kiosk.post(`/reader/sessions/${id}/replace-card`, body))).toBe(code)
    expect(await desk.person.cards.list({ db: desk.db }, personId)).toHaveLength(1)
  })

  test('a card that belongs to somebody else already is not taken from them', async () => {
    const [one, two] = [await someone(), await someone()]
    const body = { old: { serial: one.card, issuer: 'issuer' }, card: { serial: two.card, issuer: 'issuer' } }
    expect(codeOf(await operator.post('/operator/cards/replace', body))).toBe('card-of-another')
    expect((await byPin(one.card)).status).toBe(200)
  })
})

describe('the card is the patient card', () => {
  test('the first touch makes a patient, the desk enters the number once, each later touch finds it', async () => {
    const { card, key } = await someone()
    expect((await byPin(card)).body.chartNumber).toBeNull()
    expect((await nurse.post('/desk/chart-numbers', { patientId: key, number: ' Ａ-０１２３ ' })).body).toEqual({ number: 'A-0123' })
    expect((await byPin(card)).body.chartNumber).toBe('A-0123')
    const { body } = await desk.get('/eligibility/arrivals', ['system/Patient.r'])
    const arrivals = body.arrivals as { patientId: string; chartNumber: string; provenBy: string; order: number; changed: string[] }[]
    expect(arrivals.find((a) => a.patientId === key)).toMatchObject({ chartNumber: 'A-0123', provenBy: 'pin', changed: [] })
    expect((await desk.get('/eligibility/chart-numbers/A-0123', ['system/Patient.r'])).body.patientId).toBe(key)
  })

  test('order is the order of coming, whoever touches again', async () => {
    elapse(86_400 * 3)
    kiosk = await desk.browser('clerk')
    const [one, two] = [await someone(), await someone()]
    const order = async () => {
      const { arrivals } = (await desk.get('/eligibility/arrivals', ['system/Patient.r'])).body as unknown as {
        arrivals: { patientId: string; order: number }[]
      }
      return [one, two].map(({ key }) => arrivals.find((a) => a.patientId === key)!.order)
    }
    await byPin(one.card)
    elapse(60)
    await byPin(two.card)
    const [first, second] = await order()
    expect([first, second]).toEqual([1, 2])
    elapse(60)
    await byPin(one.card)
    expect(await order()).toEqual([first, second])
  })

  test('systems need the scope; another institution sees neither number nor arrival', async () => {
    const { card, key } = await someone()
    await byPin(card)
    await nurse.post('/desk/chart-numbers', { patientId: key, number: 'B-1' })
    expect(codeOf(await desk.get('/eligibility/arrivals'))).toBe('scope-missing')
    expect((await desk.get('/eligibility/chart-numbers/B-1', ['system/Patient.r'], OTHER)).status).toBe(404)
    const other = (await desk.get('/eligibility/arrivals', ['system/Patient.r'], OTHER)).body.arrivals as { patientId: string }[]
    expect(other.map((a) => a.patientId)).not.toContain(key)
  })

  test('a number belongs to one patient, a patient has one number, and a stranger gets none', async () => {
    const [one, two, never] = [await someone(), await someone(), await someone()]
    await byPin(one.card)
    await byPin(two.card)
    expect((await nurse.post('/desk/chart-numbers', { patientId: one.key, number: 'C-1' })).status).toBe(200)
    const taken = await nurse.post('/desk/chart-numbers', { patientId: two.key, number: 'C-1' })
    expect([taken.status, codeOf(taken)]).toEqual([409, 'chart-number-taken'])
    expect((await nurse.post('/desk/chart-numbers', { patientId: one.key, number: 'C-2' })).status).toBe(200)
    expect((await nurse.post('/desk/chart-numbers', { patientId: two.key, number: 'C-1' })).status, 'given up by the first').toBe(200)
    expect(codeOf(await nurse.post('/desk/chart-numbers', { patientId: never.key, number: 'C-9' }))).toBe('patient-not-here')
    expect(codeOf(await nurse.post('/desk/chart-numbers', { patientId: one.key, number: '  ' }))).toBe('input-invalid')
  })

  test('a list is taken over line by line, and what cannot be is named', async () => {
    const [one, two] = [await someone(), await someone()]
    const line = (chart: string, number: string, birth = '1941-05-05') => `${chart},1130012,21700001,${number},00,${birth}`
    const lines = [
      '診察券番号,保険者番号,記号,番号,枝番,生年月日',
      line('L-1', one.number),
      line('L-1', two.number),
      line('"L-2"', two.number, '1941/05/05'),
      line('L-3', '999999'),
      line('L-4', one.number, 'yesterday 3'),
      '',
    ].join('\r\n')
    const { body } = await nurse.post('/desk/chart-numbers/$import', { lines })
    expect(body).toMatchObject({
      counts: { linked: 2, taken: 1, 'not-found': 1, unreadable: 1, several: 0 },
      lines: [
        { line: 2, outcome: 'linked' },
        { line: 3, outcome: 'taken' },
        { line: 4, outcome: 'linked' },
        { line: 5, outcome: 'not-found' },
        { line: 6, outcome: 'unreadable' },
      ],
    })
    expect((await byPin(two.card)).body.chartNumber).toBe('L-2')
  })

  test('what changed since the last time is said: a new insurer, a new address', async () => {
    const { card, key, personId } = await someone()
    expect((await byPin(card)).body.changed).toEqual([])
    elapse(86_400 * 40)
    kiosk = await desk.browser('clerk')
    expect((await byPin(card)).body.changed).toEqual([])
    await desk.service.enter({ db: desk.db }, [
      { key, birthDate: '1941-05-05', coverages: [{ ...cover, insurerNumber: '39131156', number: '1', validFrom: '2026-12-01' }] },
    ])
    await sql`update person.person set address = '縁市9' where id = ${personId}`.execute(desk.db)
    elapse(3600)
    kiosk = await desk.browser('clerk')
    expect((await byPin(card)).body.changed).toEqual(['insurer', 'address'])
    const { arrivals } = (await desk.get('/eligibility/arrivals', ['system/Patient.r'])).body as unknown as {
      arrivals: { patientId: string; changed: string[] }[]
    }
    expect(arrivals.find((a) => a.patientId === key)?.changed).toEqual(['insurer', 'address'])
    expect((await byPin(card)).body.changed, 'said once').toEqual([])
  })
})

describe('a call from the reader', () => {
  test('reaches the desk of the same institution, once, until somebody comes', async () => {
    await kiosk.post('/reader/call')
    await kiosk.post('/reader/call')
    const calls = async (who: typeof nurse) => ((await who.get('/desk/waiting')).body.calls as unknown[]).length
    expect([await calls(nurse), await calls(await desk.browser('stranger'))]).toEqual([1, 0])
    await nurse.post('/desk/calls')
    expect(await calls(nurse)).toBe(0)
  })
})

describe('card use', () => {
  const month = day.slice(0, 7)
  type Use = {
    months: { month: string; visits: number; byCard: number; official: number | null }[]
    standing: { row: unknown }
    earlier: object | null
    tableEnds: string
  }
  const use = async (who: { get: Desk['get'] | typeof nurse.get }) => (await who.get('/clinic/card-use')).body as unknown as Use

  test('counts each person once a month, by card where any visit was by card, each institution for itself', async () => {
    const stranger = await desk.browser('stranger')
    const before = (await use(stranger)).months.find((m) => m.month === month)!
    expect([before.visits, before.byCard]).toEqual([0, 0])
    const typed = (number: string) => ({ insurerNumber: '1130012', symbol: '21700001', number, birthDate: '1941-05-05' })
    const [one, two] = [await someone(), await someone()]
    for (const { number } of [one, two, two]) await stranger.post('/eligibility/$check', typed(number))
    expect((await use(stranger)).months.at(-1)).toEqual({ month, visits: 2, byCard: 0, official: null })
    const session = (await stranger.post('/reader/sessions')).body
    await stranger.post(`/reader/sessions/${session.id}/card`, { certificatePem: `card:${two.card}`, signature: session.challenge })
    await stranger.post('/eligibility/$check', typed(two.number))
    expect((await use(stranger)).months.at(-1)).toEqual({ month, visits: 2, byCard: 1, official: null })
    const booked = { patients: [{ ...typed(one.number), referenceNumber: '1' }] }
    await stranger.post('/eligibility/$check-many', booked)
    expect((await use(stranger)).months.at(-1)?.visits, 'bookings of tomorrow are no visits').toBe(2)
  })

  test('an operator’s figure wins, only an operator enters it, and only for a month that is over', async () => {
    const figure = { institutionNumber: CLINIC, month: '2026-08', rate: 61.25 }
    expect((await nurse.post('/operator/card-use', figure)).status).toBe(403)
    expect((await operator.post('/operator/card-use', figure)).status).toBe(200)
    expect((await operator.post('/operator/card-use', { ...figure, rate: 62 })).status).toBe(200)
    expect(codeOf(await operator.post('/operator/card-use', { ...figure, month }))).toBe('input-invalid')
    expect(codeOf(await operator.post('/operator/card-use', { ...figure, rate: 101 }))).toBe('input-invalid')
    const shown = await use(nurse)
    expect(shown.months.find((m) => m.month === '2026-08')?.official).toBe(62)
    expect([shown.standing.row, shown.earlier !== null, shown.tableEnds]).toEqual([null, true, '2026-05-31'])
    const page = await desk.app.inject({ method: 'GET', url: '/clinic/card-use', headers: { cookie: nurse.cookie, accept: 'text/html' } })
    for (const text of ['要確認', '2026-05-31', '62 %', '加算2']) expect(page.body).toContain(text)
  })
})
