/** @spec EMR information sharing; HPKI: who may sign a letter, what is judged when, and what a reader is told. A16 */
import { sql } from 'kysely'
import { makeReferral, type Resource, validateResource } from '#packages/fhir'
import { startSession } from '#kernel/identity'
import { signatureTaker } from '#care/signature'
import type { StaffRole } from '#kernel/context'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLINIC, type Clinic, hanako, HOSPITAL, openClinic, OTHER, senderOf } from '../clinic.fixture.ts'
import { type KeyName, NOW, PIN, publish, registered, signing } from './signing-lab.fixture.ts'

let clinic: Clinic
let serial = 0

beforeAll(async () => {
  clinic = await openClinic({ signing })
})
afterAll(() => clinic?.close())
beforeEach(async () => {
  clinic.clock.at = NOW
  publish(['revoked'])
  await sql`delete from signature.certificate`.execute(clinic.db)
})

const condition = { type: 'Condition' as const, id: 'C-1', code: { keyNumber: '20061593', display: '高血圧症' }, onset: '2024-05-10' }

/** A letter of the hospital to the clinic about somebody new: its key and id. */
async function letter(): Promise<{ key: string; id: string }> {
  const n = ++serial
  const key = await clinic.send(
    makeReferral({
      sender: senderOf(HOSPITAL),
      patient: { ...hanako, memberId: `06990001:12:${7000 + n}:01` },
      localId: `sign-${n}`,
      year: 2026,
      at: '2026-11-19T10:00:00.000+09:00',
      addressee: { institutionNumber: CLINIC, name: senderOf(CLINIC).name },
      purpose: '血圧管理の継続をお願いします。',
      diagnoses: [condition],
      presentIllness: { condition, text: '昨年から通院している。' },
      course: '経過は良好。',
      medications: [],
    }),
  )
  const { rows } = await sql<{ id: string }>`select id from record.resource where key = ${key} and kind = 'letter'`.execute(clinic.db)
  return { key, id: rows[0]!.id }
}

const hrefOf = ({ key, id }: { key: string; id: string }, rest = '') => `/clinic/patients/${key}/documents/${id}${rest}`

type Asked = { role?: StaffRole; institution?: string; provenMinutesAgo?: number; accept?: string; by?: 'passkey' | 'password-totp' }

async function asked(method: 'GET' | 'POST', url: string, about: Asked & { payload?: Record<string, string> } = {}) {
  const { role = 'physician', institution = HOSPITAL, provenMinutesAgo = 0, accept = 'application/json', by = 'passkey', payload } = about
  const at = new Date(clinic.clock.at.getTime() - provenMinutesAgo * 60_000)
  const cookie = `enishi_session=${await startSession(clinic.db, at, { kind: 'staff', id: `${role}-${institution}`, provenBy: by })}`
  const form = payload && new URLSearchParams(payload).toString()
  const answer = await clinic.app.inject({
    method,
    url,
    headers: { cookie, accept, ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) },
    ...(form ? { payload: form } : {}),
  })
  const read = /json/.test(String(answer.headers['content-type'])) ? (answer.json() as Record<string, unknown>) : {}
  const issue = (read.issue as { details: { coding: { code: string }[] } }[] | undefined)?.[0]
  return { status: answer.statusCode, read, text: answer.body, code: issue?.details.coding[0]?.code, location: answer.headers.location }
}

const digestIn = async (of: { key: string; id: string }): Promise<string> => {
  const { rows } = await sql<{ d: string }>`select encode(sha256(convert_to(body, 'UTF8')), 'hex') as d from record.resource
    where key = ${of.key} and id = ${of.id}`.execute(clinic.db)
  return rows[0]!.d
}

const PHYSICIAN = `physician-${HOSPITAL}`

/** Signs by a key that is registered for the hospital's physician. */
async function signs(
  of: { key: string; id: string },
  about: Asked & { key?: KeyName; keyRef?: string; pin?: string; digest?: string } = {},
) {
  const { key = 'good', keyRef, pin = PIN, digest, ...more } = about
  const certificate = await registered(clinic.db, PHYSICIAN, key, keyRef === undefined ? {} : { keyRef })
  return asked('POST', hrefOf(of, '/sign'), { ...more, payload: { digest: digest ?? (await digestIn(of)), certificate, pin } })
}

const signaturesIn = async (of: { key: string; id: string }, about: Asked = {}) =>
  (await asked('GET', hrefOf(of), about)).read.signatures as { verdict: string; staffName: string; role: string }[]

describe('a physician signs a letter of their hospital', () => {
  test('sees all of it, signs, and the reader elsewhere is told who signed, as what, and that it stands', async () => {
    const of = await letter()
    const page = await asked('GET', hrefOf(of, '/sign'), { accept: 'text/html' })
    expect(page.text).toContain('血圧管理の継続をお願いします。')
    expect(page.text).toContain('署名用の証明書が、あなたの名前で登録されていません')
    const done = await signs(of, { accept: 'text/html' })
    expect([done.status, done.location]).toEqual([303, hrefOf(of)])
    expect(await signaturesIn(of, { institution: CLINIC })).toMatchObject([{ verdict: 'stands', staffName: '山田 健', role: 'physician' }])
    const read = await asked('GET', hrefOf(of), { institution: CLINIC, accept: 'text/html' })
    expect(read.text).toContain('署名は正しい')
    expect(read.text).toContain('署名の時点で確かめています')
    expect(read.text, 'only their own institution signs').not.toContain('この文書に署名する')
  })

  test('the log says what was signed, for the person', async () => {
    const of = await letter()
    await signs(of)
    expect(await clinic.auditOf(of.key)).toContainEqual(
      expect.objectContaining({
        action: 'signature.sign',
        resource: `Bundle/${of.id}`,
        rule: 'signed-as-physician',
        outcome: 'success',
      }) as object,
    )
  })

  test('whoever reads it as FHIR gets a Provenance with the signature; whoever may not read the letter gets nothing', async () => {
    const of = await letter()
    await signs(of)
    const url = `/fhir/R4/Bundle/${of.id}/$signatures`
    const { read, status } = await asked('GET', url, { institution: CLINIC })
    expect(status).toBe(200)
    expect(validateResource(read as Resource).filter((f) => f.severity === 'error')).toEqual([])
    const entry = read.entry as { resource: { target: object[]; signature: { data: string; sigFormat: string }[] } }[]
    expect(entry[0]!.resource).toMatchObject({ resourceType: 'Provenance', target: [{ reference: `Bundle/${of.id}/_history/1` }] })
    expect(Buffer.from(entry[0]!.resource.signature[0]!.data, 'base64').toString()).toMatch(/^[\w-]+\.\.[\w-]+$/)
    expect((await asked('GET', url, { institution: OTHER })).code).toBe('not-found')
  })

  test('is asked for a second certificate only where there are two', async () => {
    const of = await letter()
    await registered(clinic.db, PHYSICIAN, 'good')
    expect((await asked('GET', hrefOf(of, '/sign'), { accept: 'text/html' })).text).not.toContain('type="radio"')
    await registered(clinic.db, PHYSICIAN, 'second')
    expect((await asked('GET', hrefOf(of, '/sign'), { accept: 'text/html' })).text).toContain('type="radio"')
  })
})

describe('a signature that is not accepted leaves nothing, and says why', () => {
  const at = (days: number) => {
    clinic.clock.at = new Date(NOW.getTime() + days * 86_400_000)
    publish(['revoked'], clinic.clock.at)
  }
  const table: [string, (of: { key: string; id: string }) => Promise<{ code: string | undefined }>, string | undefined][] = [
    ['the control', (of) => signs(of), undefined],
    ['a revoked certificate', (of) => signs(of, { key: 'revoked' }), 'signing-certificate-revoked'],
    [
      'an expired one',
      (of) => {
        at(3)
        return signs(of, { key: 'short' })
      },
      'signing-certificate-expired',
    ],
    ['one of an authority that nobody trusts', (of) => signs(of, { key: 'strange' }), 'signing-certificate-unknown-ca'],
    ['one for signing in', (of) => signs(of, { key: 'signIn' }), 'signing-certificate-wrong-key-usage'],
    ['a pharmacist’s', (of) => signs(of, { key: 'pharmacist' }), 'signing-role-mismatch'],
    ['one without a licence', (of) => signs(of, { key: 'unlicensed' }), 'signing-role-missing'],
    ['a colleague’s card on the desk', (of) => signs(of, { keyRef: 'colleague' }), 'signing-role-ended'],
    ['a card that is not there', (of) => signs(of, { keyRef: 'nowhere' }), 'signing-key-missing'],
    [
      'a list of revocations that nobody renewed',
      (of) => {
        clinic.clock.at = new Date(NOW.getTime() + 30 * 86_400_000)
        return signs(of)
      },
      'signing-revocation-unknown',
    ],
    [
      'a certificate that the register ended',
      async (of) => {
        const certificate = await registered(clinic.db, PHYSICIAN, 'good')
        await sql`update signature.certificate set ended_at = ${NOW}, ended_because = 'left' where id = ${certificate}`.execute(clinic.db)
        return asked('POST', hrefOf(of, '/sign'), { payload: { digest: await digestIn(of), certificate, pin: PIN } })
      },
      'signing-certificate-not-registered',
    ],
    [
      'a certificate whose last day the facility set has passed',
      async (of) => {
        const certificate = await registered(clinic.db, PHYSICIAN, 'good')
        await sql`update signature.certificate set until = '2026-11-21' where id = ${certificate}`.execute(clinic.db)
        return asked('POST', hrefOf(of, '/sign'), { payload: { digest: await digestIn(of), certificate, pin: PIN } })
      },
      'signing-role-ended',
    ],
    ['a document other than the one on the screen', (of) => signs(of, { digest: 'ab'.repeat(32) }), 'signing-document-changed'],
    ['a letter that another institution wrote', (of) => signs(of, { institution: CLINIC }), 'signing-not-own-document'],
    ['a nurse', (of) => signs(of, { role: 'nurse' }), 'not-permitted'],
    ['somebody who proved themselves too long ago', (of) => signs(of, { provenMinutesAgo: 16 }), 'step-up-required'],
    ['somebody who proved themselves by a code', (of) => signs(of, { by: 'password-totp' }), 'step-up-required'],
    ['a letter that the physician may not see', (of) => signs(of, { institution: OTHER }), 'consent-missing'],
  ]
  test.each(table)('%s', async (_name, attempt, expected) => {
    const of = await letter()
    expect((await attempt(of)).code).toBe(expected)
    const { rows } = await sql`select 1 from signature.signature where key = ${of.key}`.execute(clinic.db)
    expect(rows.length).toBe(expected === undefined ? 1 : 0)
  })

  test('a form that was refused says so on the page, with what was to be signed', async () => {
    const of = await letter()
    const answer = await signs(of, { key: 'second', pin: '000000', accept: 'text/html' })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('署名用の暗証番号が違います')
    expect(answer.text).toContain('血圧管理の継続をお願いします。')
    expect(answer.text, 'the PIN goes nowhere').not.toContain('000000')
    for (const pin of ['000001', '000002']) {
      await sql`delete from signature.certificate`.execute(clinic.db)
      expect((await signs(of, { key: 'second', pin })).code).toBe(pin === '000002' ? 'signing-pin-locked' : 'signing-pin-wrong')
    }
  })

  test('nobody signs the same version twice', async () => {
    const of = await letter()
    await signs(of)
    await sql`delete from signature.certificate`.execute(clinic.db)
    expect((await signs(of)).code).toBe('signing-already-signed')
    expect((await asked('GET', hrefOf(of), { accept: 'text/html' })).text).not.toContain('この文書に署名する')
  })
})

describe('what a reader is told when the document is not what was signed', () => {
  const change = (of: { key: string }, set: ReturnType<typeof sql>) =>
    sql`update record.resource r set ${set} where key = ${of.key} and kind = 'letter'`.execute(clinic.db)
  const table: [string, (of: { key: string; id: string }) => Promise<unknown>, string, string][] = [
    ['the control: nothing happened', async () => undefined, 'stands', '署名は正しい'],
    [
      'one word was changed in the database',
      (of) => change(of, sql`body = replace(body, '良好', '不良')`),
      'document-changed',
      '署名された文書と違います',
    ],
    [
      'the institution sent a newer version',
      (of) => change(of, sql`version = 2, body = replace(body, '良好', '不良')`),
      'earlier-version',
      '前の版に付けられました',
    ],
    [
      'the signed copy was changed too',
      async (of) => {
        await change(of, sql`body = replace(body, '良好', '不良')`)
        await sql`update signature.signature set document = replace(document, '良好', '不良') where key = ${of.key}`.execute(clinic.db)
      },
      'broken',
      '署名が正しくない',
    ],
    [
      'the time of signing was moved',
      (of) => sql`update signature.signature set signed_at = signed_at - interval '1 hour' where key = ${of.key}`.execute(clinic.db),
      'broken',
      '署名が正しくない',
    ],
    [
      'the signature was put under another role',
      (of) => sql`update signature.signature set role = 'dentist' where key = ${of.key}`.execute(clinic.db),
      'broken',
      '署名が正しくない',
    ],
    [
      'the certificate was revoked later: the signature was given before',
      async () => {
        publish(['revoked', 'good'])
        await sql`update signature.certificate set ended_at = ${new Date(NOW.getTime() + 60_000)}, ended_because = 'revoked'`.execute(
          clinic.db,
        )
      },
      'stands',
      '署名の後に使用を終えました',
    ],
  ]
  test.each(table)('%s', async (_name, act, verdict, says) => {
    const of = await letter()
    await signs(of)
    await act(of)
    expect(await signaturesIn(of, { institution: CLINIC })).toMatchObject([{ verdict }])
    expect((await asked('GET', hrefOf(of), { institution: CLINIC, accept: 'text/html' })).text).toContain(says)
  })
})

test('what an institution gave is erased with its signatures; what stands keeps its own', async () => {
  const [gone, stays] = [await letter(), await letter()]
  await signs(gone)
  await sql`delete from signature.certificate`.execute(clinic.db)
  await signs(stays)
  await sql`delete from record.resource where key = ${gone.key} and kind = 'letter'`.execute(clinic.db)
  const told = [gone.key, stays.key].map((key) => ({ id: key, key, topic: 'record.erased', payload: {}, at: NOW }))
  await signatureTaker.take(clinic.db, told, NOW)
  const { rows } = await sql<{
    key: string
  }>`select key from signature.signature where key = any(${[gone.key, stays.key]}::text[])`.execute(clinic.db)
  expect(rows).toEqual([{ key: stays.key }])
})
