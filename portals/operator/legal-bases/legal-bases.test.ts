import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertFacilities, insertStaff } from '#care/person'
import { startSession } from '#kernel/identity'
import { openFrontDoor } from '../../sign-in/front-door.fixture.ts'
import { legalBasisRows } from './rows.ts'

const PAYER = '1310000035'
let front: Awaited<ReturnType<typeof openFrontDoor>>
beforeAll(async () => {
  front = await openFrontDoor({ rows: ({ consent, person }) => legalBasisRows({ consent, person, demo: false }) })
  await insertFacilities(front.db, [{ institutionNumber: PAYER, name: '審査支払機関', nameEn: 'Payer', kind: 'clinic', prefecture: '13' }])
  for (const role of ['operator', 'auditor', 'physician'] as const)
    await insertStaff(front.db, {
      id: role,
      loginName: role,
      name: `職員 ${role}`,
      role,
      institutionNumber: PAYER,
      passwordHash: '',
      totpSecret: '',
    })
})
afterAll(() => front.close())

const cookieOf = async (id: string) =>
  `enishi_session=${await startSession(front.db, front.clock.at, { kind: 'staff', id, provenBy: 'password-totp' })}`
const get = async (who: string, url: string, accept = 'text/html') =>
  front.app.inject({ url, headers: { cookie: await cookieOf(who), accept } })
const post = async (who: string, url: string, fields: Record<string, string>) =>
  front.app.inject({
    method: 'POST',
    url,
    headers: { cookie: await cookieOf(who), accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
const day = (days: number) => new Date(front.clock.at.getTime() + days * 86_400_000).toISOString().slice(0, 10)
const filled = () => ({
  institutionNumber: PAYER,
  statute: 'order-of-law',
  purpose: 'HPAYMT',
  kinds: 'diagnosis',
  because: '診療報酬の審査のため。根拠の法令は要確認。',
  decidedBy: '運営会議',
  until: day(300),
  reviewOn: day(100),
})

test('the operator enters a basis, everybody reads of it, the operator ends it', async () => {
  expect((await get('operator', '/operator/legal-bases')).body).toContain('登録はありません')
  expect((await get('operator', '/operator/legal-bases/new')).body).toContain('登録すると、本人の同意なしに見えるようになります')
  const done = await post('operator', '/operator/legal-bases', filled())
  expect(done.statusCode).toBe(303)
  const place = String(done.headers.location)
  expect((await get('auditor', place)).body).toContain('運営会議')
  expect((await get('auditor', place)).body).not.toContain('いますぐ終わらせる')
  expect((await get('operator', place)).body).toContain('いますぐ終わらせる')
  const open = await front.app.inject({ url: '/public/legal-bases', headers: { accept: 'text/html' } })
  expect(open.body).toContain('審査支払機関')
  expect(open.body).toContain('10未満')
  // Who decided, and the facts, are for those who keep and review.
  expect(open.body).not.toContain('運営会議')
  expect((await post('operator', `${place}/end`, {})).statusCode).toBe(303)
  expect((await get('operator', place)).body).toContain('終了')
})

test('what is missing is said beside its field, and what was typed stays', async () => {
  const answer = await post('operator', '/operator/legal-bases', { ...filled(), because: '必要', reviewOn: day(900) })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).toContain('#field-because')
  expect(answer.body).toContain('#field-reviewOn')
  expect(answer.body).toContain('value="運営会議"')
})

test('nobody else enters or reads the register’s desk', async () => {
  for (const who of ['auditor', 'physician']) expect((await post(who, '/operator/legal-bases', filled())).statusCode).toBe(403)
  expect((await get('physician', '/operator/legal-bases', 'application/json')).statusCode).toBe(403)
  expect((await front.app.inject({ url: '/operator/legal-bases', headers: { accept: 'application/json' } })).statusCode).toBe(401)
})

test('an old proof does not open the form', async () => {
  const cookie = await cookieOf('operator')
  front.clock.at = new Date(front.clock.at.getTime() + 50 * 60_000)
  const answer = await front.app.inject({ url: '/operator/legal-bases/new', headers: { cookie, accept: 'application/json' } })
  expect(answer.statusCode).toBeGreaterThanOrEqual(400)
})
