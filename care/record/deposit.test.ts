/** Submissions through POST /fhir/R4/$submit. @spec EMR information sharing sections 3, 4, 7, 8 */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { institutionNumberOf, type Resource } from '#packages/fhir'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let person: { key: string; personId: string; memberId: string | null }
let about: { memberId: string }
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  hospital = await platform.system(HOSPITAL)
  person = await platform.enter()
  about = { memberId: person.memberId! }
})

const stored = (key = person.key) =>
  platform.count(sql`select 1 from record.resource where key = ${key} and not deleted and kind not in ('patient', 'shared')`)
const typesOf = async (key = person.key) => {
  const { rows } = await sql<{
    type: string
    kind: string
  }>`select type, kind from record.resource where key = ${key} and not deleted and kind <> 'patient' order by type, kind`.execute(
    platform.db,
  )
  return rows.map((r) => `${r.type} ${r.kind}`)
}
const everything = async () => {
  const counts = await Promise.all(
    [
      'record.resource',
      'record.deposit',
      'record.bundle_claim',
      'person.person',
      'person.member_id',
      'consent.relation',
      'kernel.outbox',
    ].map((t) => platform.count(sql`select 1 from ${sql.raw(t)}`)),
  )
  return counts.join(' ')
}
const lastAudit = async () => {
  const { rows } = await sql<{
    action: string
    outcome: string
    key: string
  }>`select action, outcome, key from kernel.audit order by id desc limit 1`.execute(platform.db)
  return rows[0]
}
const itemsOfPerson = async () => {
  const { rows } = await sql<{
    body: string
  }>`select body from record.resource where key = ${person.key} and not deleted and kind <> 'patient' order by type, id`.execute(
    platform.db,
  )
  return rows.map((r) => JSON.parse(r.body) as Resource)
}

describe('a valid submission is stored whole', () => {
  const allergies = [send.drugAllergy, send.foodAllergy]
  const laboratory = [send.potassium, send.hepatitisB]
  test.each<[string, () => Resource, string[]]>([
    ['diagnoses', () => send.fiveItems(about, [send.hypertension, send.pneumonia]), ['Condition diagnosis', 'Condition diagnosis']],
    ['allergies', () => send.fiveItems(about, allergies), ['AllergyIntolerance drug-allergy', 'AllergyIntolerance other-allergy']],
    ['laboratory', () => send.fiveItems(about, laboratory), ['Observation infection', 'Observation test-result']],
    ['check-up', () => send.checkup(about), ['Bundle check-up', 'Observation check-up', 'Observation check-up']],
    [
      'referral',
      () => send.referralTo({ ...about, addressee: CLINIC }),
      [
        'AllergyIntolerance drug-allergy',
        'Bundle letter',
        'Condition diagnosis',
        'MedicationRequest prescription',
        'Observation test-result',
      ],
    ],
    [
      'discharge summary',
      () => send.dischargeSummary(about),
      ['Bundle letter', 'Condition diagnosis', 'Condition diagnosis', 'MedicationRequest prescription'],
    ],
    ['care plan', () => send.carePlan(about), ['Bundle diagnosis', 'Condition diagnosis']],
  ])('%s', async (_name, bundle, expected) => {
    const answer = await hospital.submit(bundle())
    expect(answer.status, answer.text).toBe(201)
    expect(await typesOf()).toEqual(expected)
    expect(await lastAudit()).toEqual({ action: 'record.deposit', outcome: 'success', key: person.key })
    expect(await platform.count(sql`select 1 from record.deposit where key = ${person.key}`)).toBe(1)
    expect(await platform.count(sql`select 1 from kernel.outbox where key = ${person.key} and topic = 'record.deposited'`)).toBe(1)
  })

  test('items point at the person under the platform’s key, not at the sender’s entry', async () => {
    await hospital.submit(send.referralTo({ ...about, addressee: CLINIC }))
    for (const item of await itemsOfPerson()) {
      if (item.resourceType === 'Bundle') continue
      const subject = (item.subject ?? item.patient) as { reference: string }
      expect(subject.reference).toBe(`Patient/${person.key}`)
    }
  })

  test('a letter keeps to whom it is addressed, and only they and the sender read it', async () => {
    await hospital.submit(send.referralTo({ ...about, addressee: CLINIC }))
    const letter = (await hospital.get(`/fhir/R4/Bundle?_id=${(await letterId())!}`)).body.entry![0]!.resource!
    const readers = [hospital, await platform.system(CLINIC), await platform.citizen(person)]
    expect(await Promise.all(readers.map(async (r) => (await r.get(`/fhir/R4/Bundle/${letter.id}`)).status))).toEqual([200, 200, 404])
  })

  test('marks 未告知, 未提供 and 長期保存 stand beside the row', async () => {
    await hospital.submit(
      send.fiveItems(about, [
        send.marked(send.hypertension, { uninformed: true }),
        send.marked(send.pneumonia, { undelivered: true, longTermStorage: true }),
      ]),
    )
    const { rows } =
      await sql`select uninformed, undelivered, long_term from record.resource where key = ${person.key} and type = 'Condition' order by uninformed desc`.execute(
        platform.db,
      )
    expect(rows).toEqual([
      { uninformed: true, undelivered: false, long_term: false },
      { uninformed: false, undelivered: true, long_term: true },
    ])
  })

  test('a hidden diagnosis hides the document it stands in', async () => {
    await hospital.submit(
      send.referralTo({ ...about, addressee: CLINIC, diagnoses: [send.marked(send.hypertension, { undelivered: true })] }),
    )
    expect((await (await platform.system(CLINIC)).get(`/fhir/R4/Bundle/${await letterId()}`)).status).toBe(404)
  })

  const letterId = async () =>
    (await sql<{ id: string }>`select id from record.resource where key = ${person.key} and kind = 'letter'`.execute(platform.db)).rows[0]
      ?.id
})

describe('anything wrong refuses it whole', () => {
  type Loose = Record<string, unknown> & { entry: { resource: Record<string, unknown> }[] }
  const change = (bundle: Resource, edit: (b: Loose) => void): Resource => {
    const copy = structuredClone(bundle) as unknown as Loose
    edit(copy)
    return copy as unknown as Resource
  }
  const entry = (b: Loose, n: number): Record<string, unknown> => b.entry[n]!.resource
  const conditions = () => send.fiveItems(about, [send.hypertension, send.pneumonia])

  test.each<[string, () => Resource | string, number, string, RegExp | null]>([
    ['no member id', () => change(conditions(), (b) => (entry(b, 0).identifier = [])), 422, 'R1012', /Patient|entry\[0\]/],
    [
      'a condition without onset',
      () => change(conditions(), (b) => delete entry(b, 1).onsetDateTime),
      422,
      'R9015C',
      /Condition|entry\[1\]/,
    ],
    ['an unknown element', () => change(conditions(), (b) => (entry(b, 1).colour = 'red')), 422, '', /colour|entry\[1\]/],
    ['not a Bundle', () => ({ resourceType: 'Patient' }) as Resource, 422, 'R0200', /Bundle/],
    ['a list', () => '[]', 422, 'R0200', null],
    ['null', () => 'null', 422, 'R0200', null],
    ['half a JSON', () => '{"resourceType": "Bundle"', 422, 'json/syntax', null],
    ['no body', () => '', 422, 'json/syntax', null],
    ['JSON nested 5,000 deep', () => `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 422, 'json/too-deep', null],
    ['more than 10 MB', () => JSON.stringify({ resourceType: 'Bundle', x: 'あ'.repeat(3_500_000) }), 422, 'json/too-large', null],
    ['more than the door takes', () => 'x'.repeat(12 * 1024 * 1024 + 1), 413, 'body-too-large', null],
    [
      'a key named __proto__',
      () => JSON.stringify(conditions()).replace('"resourceType":"Condition"', '"resourceType":"Condition","__proto__":{"polluted":true}'),
      422,
      '',
      null,
    ],
    ['U+0000 in a text', () => JSON.stringify(conditions()).replace('高血圧症', '高\\u0000血圧症'), 422, '', null],
    ['20,000 empty entries', () => change(conditions(), (b) => (b.entry = [...b.entry, ...Array(20_000).fill({})])), 422, '', null],
  ])('%s', async (_name, bundle, status, rule, path) => {
    const before = await everything()
    const answer = await hospital.submit(bundle())
    expect(answer.status, answer.text.slice(0, 500)).toBe(status)
    expect(answer.body.resourceType).toBe('OperationOutcome')
    expect(await everything()).toBe(before)
    if (rule) expect(rulesOf(answer)).toContain(rule)
    if (path) expect((answer.body.issue ?? []).map((i) => i.expression?.[0] ?? '').join(' ')).toMatch(path)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    if (status === 422) expect(await lastAudit()).toMatchObject({ action: 'record.deposit', outcome: 'bundle-refused' })
  })

  test('an unpaired surrogate is refused, not a fault', async () => {
    const answer = await hospital.submit(JSON.stringify(conditions()).replaceAll('高血圧症', '高\\ud842血圧症'))
    expect([400, 422]).toContain(answer.status)
    expect(await stored()).toBe(0)
  })

  test('bytes that are no UTF-8', async () => {
    const answer = await platform.app.inject({
      method: 'POST',
      url: '/fhir/R4/$submit',
      payload: Buffer.concat([Buffer.from('{"resourceType":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      headers: { authorization: `Bearer ${await platform.token(HOSPITAL)}`, 'content-type': 'application/fhir+json' },
    })
    expect(answer.statusCode).toBe(400)
  })

  test.each(['text/plain', 'application/xml', 'application/fhir+xml', 'multipart/form-data; boundary=x'])('media type %s', async (type) => {
    const answer = await hospital.post('/fhir/R4/$submit', JSON.stringify(conditions()), { 'content-type': type })
    expect([answer.status, rulesOf(answer)]).toEqual([415, ['media-type']])
  })

  test('another institution’s number', async () => {
    const before = await everything()
    const answer = await (await platform.system(CLINIC)).submit(conditions())
    expect([answer.status, rulesOf(answer)]).toEqual([422, ['institution-mismatch']])
    const mixed = change(conditions(), (b) => {
      const text = JSON.stringify(entry(b, 2)).replaceAll(HOSPITAL, CLINIC)
      b.entry[2]!.resource = JSON.parse(text)
    })
    expect(institutionNumberOf(entry(mixed as unknown as Loose, 2) as Resource)).toBe(CLINIC)
    expect(rulesOf(await hospital.submit(mixed))).toEqual(['institution-mismatch'])
    expect(await everything()).toBe(before)
  })

  test('a token that may not write', async () => {
    const reader = await platform.system(HOSPITAL, ['system/*.rs'])
    expect(rulesOf(await reader.submit(conditions()))).toEqual(['scope-missing'])
  })

  test('citizens, staff and the public do not submit', async () => {
    const callers = [await platform.citizen(person), await platform.staff('physician', HOSPITAL), platform.public()]
    expect(await Promise.all(callers.map(async (c) => (await c.submit(conditions())).status))).toEqual([403, 403, 401])
  })
})

describe('replacement by Bundle identifier', () => {
  test('takes the old away and brings the new; history keeps what was', async () => {
    await hospital.submit(send.fiveItems(about, [send.hypertension, send.pneumonia]))
    const [old] = await itemsOfPerson()
    platform.clock.forward(60_000)
    const answer = await hospital.submit(send.fiveItems(about, [send.hypertension]))
    expect(answer.status).toBe(201)
    expect(await stored()).toBe(1)
    expect((await hospital.get(`/fhir/R4/Condition/${old!.id}`)).status).toBe(410)
    const history = await hospital.get(`/fhir/R4/Condition/${old!.id}/_history`)
    expect(history.body.entry!.map((e) => e.response!.status)).toEqual(['204', '201'])
    expect((await hospital.get(`/fhir/R4/Condition/${old!.id}/_history/1`)).status).toBe(200)
    expect(matches(await hospital.get(`/fhir/R4/Condition?patient=${person.key}`))).toHaveLength(1)
  })

  test('leaves other identifiers alone', async () => {
    await hospital.submit(send.fiveItems(about, [send.hypertension]))
    await hospital.submit(send.fiveItems({ ...about, localId: 'two' }, [send.potassium]))
    expect(await stored()).toBe(2)
  })

  test('a Patient alone takes everything of the identifier away; the content can come again', async () => {
    await hospital.submit(send.fiveItems(about, [send.hypertension, send.pneumonia]))
    expect((await hospital.submit(send.fiveItems(about, []))).status).toBe(201)
    expect(await stored()).toBe(0)
    await hospital.submit(send.fiveItems(about, [send.hypertension, send.pneumonia]))
    expect(await stored()).toBe(2)
  })

  test('the identical content again changes nothing', async () => {
    const bundle = send.fiveItems(about, [send.hypertension])
    const first = await hospital.submit(bundle)
    const before = await everything()
    const again = await hospital.submit(bundle)
    expect([again.status, again.headers['enishi-deposit']]).toEqual([201, first.headers['enishi-deposit']])
    expect(await everything()).toBe(before)
    expect(await lastAudit()).toMatchObject({ action: 'record.deposit-again', outcome: 'success', key: person.key })
  })

  test('also replaces what was corrected one by one since', async () => {
    await hospital.submit(send.fiveItems(about, [send.hypertension]))
    const [item] = await itemsOfPerson()
    expect((await hospital.put(`/fhir/R4/Condition/${item!.id}`, { ...item, recordedDate: '2026-11-20' })).status).toBe(200)
    await hospital.submit(send.fiveItems(about, [send.pneumonia]))
    expect((await itemsOfPerson()).map((r) => r.onsetDateTime)).toEqual([send.pneumonia.onset])
  })

  test('a failing replacement leaves the old as it was', async () => {
    await hospital.submit(send.fiveItems(about, [send.hypertension]))
    const before = await everything()
    const bad = send.fiveItems(about, [send.pneumonia]) as unknown as { entry: { resource: { onsetDateTime?: string } }[] }
    delete bad.entry[1]!.resource.onsetDateTime
    expect((await hospital.submit(bad)).status).toBe(422)
    expect(await everything()).toBe(before)
  })

  test('20 identical submissions at once make one set', async () => {
    const bundle = send.fiveItems(about, [send.hypertension, send.pneumonia])
    const answers = await Promise.all(Array.from({ length: 20 }, () => hospital.submit(bundle)))
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([201]))
    expect(await stored()).toBe(2)
    expect(await platform.count(sql`select 1 from record.deposit where key = ${person.key}`)).toBe(1)
  })

  test('12 different contents at once leave exactly one of them, whole', async () => {
    const codes = ['20061593', '20058580']
    const contents = Array.from({ length: 12 }, (_, n) =>
      send.fiveItems(
        about,
        Array.from({ length: 2 + (n % 3) }, (_v, i) => ({
          ...send.hypertension,
          id: `v${n}-${i}`,
          onset: `2025-01-${String(n + 1).padStart(2, '0')}`,
          principal: false,
          code: { ...send.hypertension.code, keyNumber: codes[i % 2]! },
        })),
      ),
    )
    const answers = await Promise.all(contents.map((b) => hospital.submit(b)))
    expect(answers.map((a) => a.status)).toEqual(Array(12).fill(201))
    const left = await itemsOfPerson()
    const winner = new Set(left.map((r) => String(r.onsetDateTime)))
    expect(winner.size).toBe(1)
    expect(left).toHaveLength(2 + ((Number([...winner][0]!.slice(8, 10)) - 1) % 3))
    expect(
      await platform.count(
        sql`select 1 from record.string_value s where key = ${person.key} and not exists (select 1 from record.resource r where r.key = s.key and r.type = s.type and r.id = s.id and not r.deleted)`,
      ),
    ).toBe(0)
  })

  test('another institution never replaces it, whatever identifier it chooses', async () => {
    const bundle = send.checkup(about) as unknown as { identifier: { value: string } }
    expect((await hospital.submit(bundle)).status).toBe(201)
    const theirs = send.checkup({ ...about, institution: CLINIC }) as unknown as { identifier: { value: string } }
    theirs.identifier.value = bundle.identifier.value
    const answer = await (await platform.system(CLINIC)).submit(theirs)
    expect(answer.status).toBe(422)
    expect(await stored()).toBe(3)
  })
})

describe('whose record it is', () => {
  const unknown = () => ({ memberId: `06990001:55:${Math.floor(Math.random() * 1e9)}:01` })
  const keysOf = async (memberId: string) =>
    (
      await sql<{ key: string }>`select key from person.member_id where as_sent = ${memberId} order by since, key`.execute(platform.db)
    ).rows.map((r) => r.key)

  test('an unknown member id makes one person with a Patient, even under 20 first submissions at once', async () => {
    const nobody = unknown()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => hospital.submit(send.fiveItems({ ...nobody, localId: `first-${n}` }, [send.hypertension]))),
    )
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([201]))
    const keys = await keysOf(nobody.memberId)
    expect(keys).toHaveLength(1)
    expect(await stored(keys[0])).toBe(20)
    expect((await hospital.get(`/fhir/R4/Patient/${keys[0]}`)).body).toMatchObject({ resourceType: 'Patient', birthDate: '1958-04-12' })
  })

  test('somebody whom only the register knew gets their Patient with the first submissions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => hospital.submit(send.fiveItems({ ...about, localId: `n${n}` }, [send.hypertension]))),
    )
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([201]))
    expect((await hospital.get(`/fhir/R4/Patient/${person.key}`)).body).toMatchObject({ id: person.key, meta: { versionId: '1' } })
  })

  test('full and half width, zeros and spaces of one member id are one person', async () => {
    const answer = await hospital.submit(send.fiveItems({ memberId: person.memberId!.replace(/:77:/, ':７７:') }, [send.hypertension]))
    expect(answer.status, answer.text).toBe(201)
    expect(await stored()).toBe(1)
  })

  test('another birth date: set aside under a key of its own, the same one the second time', async () => {
    const other = { ...about, patient: { birthDate: '1990-01-01', given: '次郎', givenKana: 'ジロウ' } }
    await hospital.submit(send.fiveItems(other, [send.hypertension]))
    await hospital.submit(send.fiveItems({ ...other, localId: 'two' }, [send.potassium]))
    expect(await stored()).toBe(0)
    const keys = await keysOf(person.memberId!)
    expect(keys).toHaveLength(2)
    const aside = keys.find((k) => k !== person.key)!
    expect(await stored(aside)).toBe(2)
    expect(await platform.count(sql`select 1 from person.doubt where key = ${aside} and settled_at is null`)).toBe(1)
    expect(matches(await (await platform.citizen(person)).get('/fhir/R4/Condition'))).toEqual([])
  })
})
