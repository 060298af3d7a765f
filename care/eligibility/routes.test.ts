import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLINIC, cover, day, type Desk, openDesk, OTHER, pinless } from './desk.fixture.ts'
import { receiveCard } from './store/receive.ts'

let desk: Desk
let serial = 0
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())
beforeEach(() => {
  desk.clock.at = new Date(`${day}T03:00:00Z`)
})

const elapse = (seconds: number) => {
  desk.clock.at = new Date(desk.clock.at.getTime() + seconds * 1000)
}
const limit = { classification: '01' as const, classificationFlag: 'A03', validFrom: '2026-08-01', validUntil: '2027-07-31' }
const subsidy = {
  payerNumber: '54136015',
  recipientNumber: '9000011',
  name: '特定医療費',
  ceilingYen: 10_000,
  validFrom: '2026-01-01',
  validUntil: '2026-12-31',
}
const disease = { category: '1' as const, selfPayYen: 10_000, validFrom: '2020-01-01', validUntil: null }

/** A person with a card of their own and ordinary cover under a number of their own. */
async function someone(change: Partial<Parameters<Desk['enter']>[0]> = {}) {
  const n = ++serial
  const card = `c${n}`
  const number = String(5000 + n)
  const entered = await desk.enter(
    {
      birthDate: '1980-05-05',
      coverages: [{ ...cover, number }],
      limitCertificates: [limit],
      subsidies: [subsidy],
      specificDiseases: [disease],
      ...change,
    },
    card,
  )
  return { ...entered, card, number }
}

async function show(card: string, about: { institution?: string; id?: string; challenge?: string; extra?: object } = {}) {
  const session = about.id
    ? { id: about.id, challenge: about.challenge! }
    : (await desk.post('/reader/sessions', {}, about.institution)).body
  const answer = await desk.post(
    `/reader/sessions/${session.id}/card`,
    { certificatePem: `card:${card}`, signature: session.challenge, ...about.extra },
    about.institution,
  )
  return { ...answer, id: session.id, challenge: session.challenge }
}

const codeOf = (answer: { body: { issue?: { details: { coding: { code: string }[] } }[] } }) =>
  answer.body.issue?.[0]?.details.coding[0]?.code

describe('a card at the reader', () => {
  test('shows cover, share, certificates, subsidies, and what may be asked', async () => {
    const { key, card, number } = await someone({ shownAs: { nameOfOther: '山田 まこと', nameOfOtherKana: 'ヤマダ マコト', sex2: '3' } })
    const { status, body } = await show(card)
    expect(status).toBe(200)
    expect(body.eligibility).toMatchObject({
      validity: '1',
      insurerNumber: '01130012',
      symbol: '21700001',
      number,
      branch: '00',
      copayPercent: 30,
      checkedOn: day,
      limitCertificateConsent: '1',
      limitCertificates: [limit],
      subsidies: [subsidy],
      specificDiseases: [disease],
      validityName: { ja: '有効' },
    })
    expect(body.person).toMatchObject({ patientId: key, name: '山田 花子', birthDate: '1980-05-05', nameOfOther: '山田 まこと', sex2: '3' })
    expect(body.kinds.map((k) => k.kind)).toEqual([
      'diagnosis',
      'drug-allergy',
      'other-allergy',
      'test-result',
      'infection',
      'prescription',
      'check-up',
    ])
    expect(body.until).toBe('2026-11-22T03:10:00.000Z')
  })

  test('makes the person a patient here, and is written to the log under the person’s key', async () => {
    const { key, card } = await someone()
    await show(card)
    const related = await sql<{
      n: number
    }>`select count(*) as n from consent.relation where key = ${key} and institution_number = ${CLINIC}`.execute(desk.db)
    expect(related.rows[0]!.n).toBe(1)
    const log = await sql<{ action: string; outcome: string }>`select action, outcome from kernel.audit where key = ${key}`.execute(desk.db)
    expect(log.rows).toEqual([{ action: 'eligibility.card', outcome: 'success' }])
  })

  test('limit certificates stay closed where the person declined', async () => {
    const { card } = await someone()
    const { body } = await show(card, { extra: { limitCertificateConsent: false } })
    expect(body.eligibility).toMatchObject({ limitCertificateConsent: '0', limitCertificates: [], subsidies: [subsidy] })
  })

  test.each([
    ['ended', { ...cover, validUntil: '2026-10-31', reasonOfLoss: '03' as const }, '2'],
    ['none', null, '4'],
  ])('cover %s: a next step for the desk, not an error', async (_why, coverage, validity) => {
    const { card } = await someone({ coverages: coverage ? [{ ...coverage, number: `e${serial}` }] : [] })
    const { status, body } = await show(card)
    expect(status).toBe(200)
    expect(body.eligibility.validity).toBe(validity)
    expect(body.eligibility.nextStep.ja).not.toBe('')
    expect(body.eligibility.limitCertificates).toEqual([])
  })

  test('two periods on one day: both are shown and none is chosen for the person', async () => {
    const { card } = await someone({
      coverages: [
        { ...cover, number: '71' },
        { ...cover, insurerNumber: '06130015', number: '72', validFrom: '2026-11-01' },
      ],
    })
    const { eligibility } = (await show(card)).body
    expect(eligibility).toMatchObject({ validity: '5', insurerNumber: null, copayPercent: null })
    expect(eligibility.coverages.map((c) => c.number)).toEqual(['72', '71'])
  })

  test('a person with several keys is one person', async () => {
    const { personId, key, card } = await someone()
    const second = `${key.slice(0, 19)}_`
    await sql`insert into person.patient_key (key, person_id, since) values (${second}, ${personId}, ${new Date(`${day}T04:00:00Z`)})`.execute(
      desk.db,
    )
    await desk.service.enter({ db: desk.db }, [
      { key: second, birthDate: '1980-05-05', coverages: [], subsidies: [{ ...subsidy, payerNumber: '21136010' }] },
    ])
    const { body, id } = await show(card)
    expect(body.person?.patientId).toBe(key)
    expect(body.eligibility.subsidies).toHaveLength(2)
    const answer = await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: true } })
    expect(answer.body.consentIds).toHaveLength(1)
    const grants = await sql<{
      key: string
    }>`select key from consent.grant_fact where key = any(${[key, second]}::text[]) order by key`.execute(desk.db)
    expect(grants.rows).toHaveLength(2)
    const { rows } = await sql<{ id: string }>`select id from consent.consent where key = any(${[key, second]}::text[])`.execute(desk.db)
    expect(rows, 'one answer, one consent: who withdraws it withdraws it under both keys').toEqual(
      Array(2).fill({ id: answer.body.consentId }),
    )
  })
})

describe('a challenge', () => {
  test('answers once', async () => {
    const { card } = await someone()
    const first = await show(card)
    const second = await show(card, first)
    expect([first.status, second.status, codeOf(second)]).toEqual([200, 409, 'challenge-used'])
  })

  test('answers once however many ask together', async () => {
    const { card } = await someone()
    const session = (await desk.post('/reader/sessions', {})).body
    const answers = await Promise.all(Array.from({ length: 8 }, () => show(card, session)))
    expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array<number>(7).fill(409)])
  })

  test('control: looking first and writing after lets it pass twice', async () => {
    const { key } = await someone()
    const { id } = (await desk.post('/reader/sessions', {})).body
    const about = {
      sessionId: id as string,
      keys: [key],
      cardSerial: 'c',
      institutionNumber: CLINIC,
      date: '2026-11-22',
      addressMark: null,
    }
    const claim = { ...about, now: desk.clock.at, consentUntil: desk.clock.at, provenBy: 'pin' as const }
    const free = async () =>
      (await sql`select 1 from eligibility.reader_session where id = ${id} and used_at is null`.execute(desk.db)).rows.length === 1
    const passed = await Promise.all([free(), free()])
    for (const pass of passed)
      if (pass) await sql`update eligibility.reader_session set used_at = ${desk.clock.at} where id = ${id}`.execute(desk.db)
    expect(passed).toEqual([true, true])
    expect((await receiveCard(desk.db, claim)).facts).toBeNull()
  })

  test('is spent by a wrong signature, whose reason is named', async () => {
    const { card } = await someone()
    const session = (await desk.post('/reader/sessions', {})).body
    const wrong = await show(card, { id: session.id, challenge: 'AAAA' })
    expect([wrong.status, codeOf(wrong), wrong.body.issue[1]?.details.coding[0]?.code, wrong.body.issue[0]?.details.text]).toEqual([
      403,
      'card-refused',
      'signature-invalid',
      '応答が違います。',
    ])
    expect(codeOf(await show(card, session))).toBe('challenge-used')
  })

  test('of another institution is not known', async () => {
    const { card } = await someone()
    const session = (await desk.post('/reader/sessions', {}, OTHER)).body
    expect(codeOf(await show(card, session))).toBe('reader-session-unknown')
  })

  test('lasts two minutes, to the second', async () => {
    const { card } = await someone()
    const one = (await desk.post('/reader/sessions', {})).body
    const two = (await desk.post('/reader/sessions', {})).body
    elapse(119)
    expect((await show(card, one)).status).toBe(200)
    elapse(1)
    expect(codeOf(await show(card, two))).toBe('reader-session-expired')
  })

  test('answered by a card of nobody: says so, and is spent', async () => {
    const session = (await desk.post('/reader/sessions', {})).body
    expect(codeOf(await show('stranger', session))).toBe('card-not-linked')
    expect(codeOf(await show('stranger', session))).toBe('challenge-used')
  })

  test('is for desks only', async () => {
    const answer = await desk.app.inject({ method: 'POST', url: '/reader/sessions', payload: {} })
    expect(answer.statusCode).toBe(401)
  })

  test('a clerk signed in at the desk may use it too', async () => {
    const answer = await desk.app.inject({
      method: 'POST',
      url: '/reader/sessions',
      payload: {},
      headers: { cookie: await desk.clerkCookie() },
    })
    expect(answer.statusCode).toBe(201)
  })
})

describe('the person’s answer', () => {
  test('is kept per kind, for 24 hours', async () => {
    const { key, card } = await someone()
    const { id } = await show(card)
    const { status, body } = await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: true, 'test-result': false } })
    expect(status).toBe(201)
    expect(body).toMatchObject({ until: '2026-11-23T03:00:00.000Z', allowed: ['diagnosis'], refused: ['test-result'] })
    const grants = await sql<{
      kind: string
    }>`select kind from consent.grant_fact where key = ${key} and consent_id = ${body.consentId}`.execute(desk.db)
    expect(grants.rows).toEqual([{ kind: 'diagnosis' }])
  })

  test('may be no to everything, and is kept', async () => {
    const { card } = await someone()
    const { id } = await show(card)
    const { status, body } = await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: false } })
    expect([status, body.allowed, body.refused]).toEqual([201, [], ['diagnosis']])
  })

  describe('that goes on', () => {
    const version = 'standing-reader/1'
    const shown = async (kinds: Record<string, boolean> = { diagnosis: true, 'test-result': true, infection: false }) => {
      const { key, card } = await someone()
      const { id } = await show(card)
      await desk.post(`/reader/sessions/${id}/consent`, { kinds })
      return { key, id, card }
    }
    const longer = (id: string, asked: object = {}, institution?: string) =>
      desk.post(`/reader/sessions/${id}/standing`, { months: 3, textVersion: version, ...asked }, institution)
    const goesOn = async (key: string) =>
      (
        await sql<{ kind: string; until: Date }>`select kind, until from consent.grant_fact
          where key = ${key} and basis = 'standing' and withdrawn_at is null order by kind`.execute(desk.db)
      ).rows

    test('holds for the kinds just shown, until the same day some months later, under the words that were shown', async () => {
      const { key, id } = await shown()
      const { status, body } = await longer(id)
      expect([status, body]).toMatchObject([201, { allowed: ['diagnosis', 'test-result'], lastDay: '2027-02-22' }])
      expect((await goesOn(key)).map((g) => g.kind)).toEqual(['diagnosis', 'test-result'])
      const { rows } =
        await sql<object>`select door, basis, text_version from consent.event where key = ${key} and basis = 'standing'`.execute(desk.db)
      expect(rows).toEqual([{ door: 'reader', basis: 'standing', text_version: version }])
      const told = await sql<{ n: number }>`select count(*)::int as n from kernel.outbox where key = ${key} and topic = 'notice'`.execute(
        desk.db,
      )
      expect(told.rows[0]!.n).toBe(1)
      // For a year instead: it takes the place of the first.
      expect((await longer(id, { months: 12 })).body.lastDay).toBe('2027-11-22')
      expect((await goesOn(key)).map((g) => g.until.toISOString())).toEqual(['2027-11-22T15:00:00.000Z', '2027-11-22T15:00:00.000Z'])
    })

    test('nobody is taken to have wished it: without this answer nothing goes on, and a later no ends it', async () => {
      const { key, id, card } = await shown()
      expect(await goesOn(key)).toEqual([])
      await longer(id)
      const again = await show(card)
      await desk.post(`/reader/sessions/${again.id}/consent`, { kinds: { diagnosis: false } })
      expect((await goesOn(key)).map((g) => g.kind)).toEqual(['test-result'])
    })

    test.each<[string, object, string]>([
      ['another length', { months: 24 }, 'consent-until'],
      ['words that were not shown', { textVersion: 'standing/1' }, 'consent-text-changed'],
    ])('is refused with %s', async (_, asked, code) => {
      const { key, id } = await shown()
      expect(codeOf(await longer(id, asked))).toBe(code)
      expect(await goesOn(key)).toEqual([])
    })

    test('is refused where nothing was shown in this stay, at another institution, by a face, and after ten minutes', async () => {
      const nothing = await shown({ diagnosis: false })
      expect(codeOf(await longer(nothing.id))).toBe('consent-kinds-missing')
      const earlier = await shown()
      elapse(60)
      expect(codeOf(await longer((await show(earlier.card)).id)), 'an answer of before').toBe('consent-kinds-missing')
      const elsewhere = await shown()
      expect(codeOf(await longer(elsewhere.id, {}, OTHER))).toBe('reader-session-unknown')
      const { card } = await someone()
      const session = (await desk.post('/reader/sessions', {})).body
      const face = { certificatePem: `card:${card}`, signature: pinless(session.challenge), matched: true }
      expect((await desk.post(`/reader/sessions/${session.id}/face`, face)).status).toBe(200)
      await desk.post(`/reader/sessions/${session.id}/consent`, { kinds: { diagnosis: true } })
      expect(codeOf(await longer(session.id))).toBe('reader-needs-pin')
      const late = await shown()
      elapse(601)
      expect(codeOf(await longer(late.id))).toBe('reader-session-expired')
    })
  })

  test('may be changed while the session lasts, ten minutes to the second', async () => {
    const { key, card } = await someone()
    const { id } = await show(card)
    await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: true } })
    elapse(599)
    expect((await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: false } })).status).toBe(201)
    const live = await sql`select 1 from consent.grant_fact where key = ${key} and withdrawn_at is null`.execute(desk.db)
    expect(live.rows).toHaveLength(0)
    elapse(1)
    expect(codeOf(await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: true } }))).toBe('reader-session-expired')
  })

  test.each<[string, object, string]>([
    ['an unknown kind', { kinds: { horoscope: true } }, 'kind-unknown'],
    ['letters, which are never asked', { kinds: { letter: true } }, 'kind-unknown'],
    ['nothing', { kinds: {} }, 'input-invalid'],
    ['a word for yes', { kinds: { diagnosis: 'yes' } }, 'input-invalid'],
  ])('%s is refused', async (_why, payload, code) => {
    const { card } = await someone()
    const { id } = await show(card)
    expect(codeOf(await desk.post(`/reader/sessions/${id}/consent`, payload))).toBe(code)
  })

  test('needs the card first, and the same desk', async () => {
    const { card } = await someone()
    const { id } = (await desk.post('/reader/sessions', {})).body
    expect(codeOf(await desk.post(`/reader/sessions/${id}/consent`, { kinds: { diagnosis: true } }))).toBe('card-not-read')
    const read = await show(card)
    expect(codeOf(await desk.post(`/reader/sessions/${read.id}/consent`, { kinds: { diagnosis: true } }, OTHER))).toBe(
      'reader-session-unknown',
    )
  })
})

describe('a typed certificate', () => {
  const typed = (number: string) => ({ insurerNumber: '01130012', symbol: '21700001', number, branch: '00', birthDate: '1980-05-05' })

  test.each([['1130012'], [' 1130012'], ['01130012'], ['０１１３００１２']])(
    'finds the cover by insurer number %j',
    async (insurerNumber) => {
      const { key, number } = await someone()
      const { status, body } = await desk.post('/eligibility/$check', {
        ...typed(number),
        insurerNumber,
        symbol: '２１７００００１',
        branch: '0',
      })
      expect([status, body.eligibility.validity, body.person?.patientId]).toEqual([200, '1', key])
      expect(body.kinds).toBeUndefined()
    },
  )

  test('shows limit certificates only with consent', async () => {
    const { number } = await someone()
    expect((await desk.post('/eligibility/$check', typed(number))).body.eligibility).toMatchObject({
      limitCertificateConsent: '0',
      limitCertificates: [],
    })
    expect(
      (await desk.post('/eligibility/$check', { ...typed(number), limitCertificateConsent: true })).body.eligibility.limitCertificates,
    ).toEqual([limit])
  })

  test('makes nobody a patient here', async () => {
    const { key, number } = await someone()
    await desk.post('/eligibility/$check', typed(number))
    expect((await sql`select 1 from consent.relation where key = ${key}`.execute(desk.db)).rows).toHaveLength(0)
  })

  test('2: ended', async () => {
    const { number } = await someone({ coverages: [{ ...cover, number: 'x1', validUntil: '2026-10-31' }] })
    expect(number).not.toBe('')
    const { body } = await desk.post('/eligibility/$check', typed('x1'))
    expect([body.eligibility.validity, body.eligibility.validUntil, body.person, body.eligibility.subsidies]).toEqual([
      '2',
      '2026-10-31',
      null,
      [],
    ])
  })

  test('3: ended, and a newer cover exists that is not shown; on an earlier day it held', async () => {
    await someone({
      coverages: [
        { ...cover, number: 'x2', validUntil: '2026-10-31' },
        { ...cover, insurerNumber: '06130015', number: 'x3', validFrom: '2026-11-01' },
      ],
    })
    const { body } = await desk.post('/eligibility/$check', typed('x2'))
    expect([body.eligibility.validity, JSON.stringify(body).includes('x3')]).toEqual(['3', false])
    expect((await desk.post('/eligibility/$check', { ...typed('x2'), date: '2026-10-31' })).body.eligibility.validity).toBe('1')
  })

  test('4: nothing matches, or the birth date is another', async () => {
    const { number } = await someone()
    expect((await desk.post('/eligibility/$check', { ...typed(number), birthDate: '1980-05-06' })).body.eligibility.validity).toBe('4')
    expect((await desk.post('/eligibility/$check', { ...typed(number), branch: '01' })).body.eligibility.validity).toBe('4')
  })

  test('5: twins without a branch, told apart by it', async () => {
    const one = await someone({ coverages: [{ ...cover, number: 'tw', branch: '01' }] })
    await someone({ coverages: [{ ...cover, number: 'tw', branch: '02' }] })
    const { branch: _branch, ...noBranch } = typed('tw')
    const several = await desk.post('/eligibility/$check', noBranch)
    expect([several.body.eligibility.validity, several.body.person, several.body.eligibility.coverages]).toEqual(['5', null, []])
    expect((await desk.post('/eligibility/$check', { ...typed('tw'), branch: '1' })).body.person?.patientId).toBe(one.key)
  })

  test('a slip in typing is named, not searched', async () => {
    const answer = await desk.post('/eligibility/$check', { ...typed('1'), birthDate: '1980-02-30' })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'input-invalid'])
  })

  test('many at once come back with their reference numbers, in order', async () => {
    const people = await Promise.all([someone(), someone()])
    const patients = [...people.map((p) => p.number), 'nobody'].map((number, n) => ({ ...typed(number), referenceNumber: `R${n}` }))
    const { status, body } = await desk.post('/eligibility/$check-many', { patients })
    expect(status).toBe(200)
    expect(body.results.map((r) => [r.referenceNumber, r.eligibility.validity])).toEqual([
      ['R0', '1'],
      ['R1', '1'],
      ['R2', '4'],
    ])
  })
})

test('sessions that ended a day ago are forgotten, live ones stay', async () => {
  const gone = (await desk.post('/reader/sessions', {})).body.id
  elapse(86_400 + 121)
  const live = (await desk.post('/reader/sessions', {})).body.id
  await desk.service.clear({ db: desk.db, now: desk.clock.at })
  const left = await sql<{ id: string }>`select id from eligibility.reader_session where id = any(${[gone, live]}::text[])`.execute(desk.db)
  expect(left.rows).toEqual([{ id: live }])
})

describe('protection (支援措置) at a desk', () => {
  const live = { address: '東京都千代田区1-1', postalCode: '1000001' }
  const shownTo = async (card: string) => ((await show(card)).body.person ?? {}) as { address?: string; postalCode?: string; name?: string }
  const protect = (personId: string, from: string, until: string | null) =>
    sql`insert into person.mark (person_id, id, basis, note, valid_from, until, blocked_ids, blocks_all, made_at, made_by)
      values (${personId}, ${from}, 'police', '', ${from}, ${until}, '{}', false, now(), 'operator')`.execute(desk.db)

  test.each([
    ['the control: nobody is protected', null, null, live],
    ['protected today', '2026-11-01', null, { address: '', postalCode: '' }],
    ['until yesterday', '2026-11-01', '2026-11-21', live],
    ['from tomorrow', '2026-11-23', null, live],
  ] as const)('%s', async (_name, from, until, expected) => {
    const { card, personId } = await someone()
    await sql`update person.person set address = ${live.address}, postal_code = ${live.postalCode} where id = ${personId}`.execute(desk.db)
    if (from !== null) await protect(personId, from, until)
    expect(await shownTo(card)).toMatchObject(expected)
  })

  test('stays with a person whose entries were linked', async () => {
    const { card, personId } = await someone()
    await sql`update person.person set address = ${live.address} where id = ${personId}`.execute(desk.db)
    await sql`insert into person.person (id, name, name_kana, birth_date, sex, address, postal_code, phone, folded_name, folded_kana, made_at, merged_into)
      values (${`${personId}-old`}, '', '', '1980-05-05', 'female', '', '', '', '', '', now(), ${personId})`.execute(desk.db)
    await protect(`${personId}-old`, '2026-11-01', null)
    expect((await shownTo(card)).address).toBe('')
  })
})
