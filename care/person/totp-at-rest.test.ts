/** A copy of the database alone makes no one-time codes. */
import { randomBytes } from 'node:crypto'
import { sealer } from '#kernel/sealed'
import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FrontDoor, HOSPITAL, openFrontDoor } from '../../portals/sign-in/front-door.fixture.ts'
import { dropPending, pendingSecret, waitingSecret } from '../../portals/sign-in/invitation/store.ts'
import { hashPassword } from './credentials.ts'
import { insertStaff } from './store/staff.ts'
import { setStaffSecrets } from './store/staff-secrets.ts'
import { sealStoredTotp } from './totp-at-rest.ts'
import { sealTotpWith } from './totp-seal.ts'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const OTHER = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'
const old = { id: 'k1', key: randomBytes(32) }
const next = { id: 'k2', key: randomBytes(32) }

let front: FrontDoor
beforeAll(async () => {
  front = await openFrontDoor({ totpOnce: false })
  const passwordHash = await hashPassword('a long password')
  for (const id of ['ann', 'ben'])
    await insertStaff(front.db, {
      id,
      loginName: id,
      name: id,
      role: 'nurse',
      institutionNumber: HOSPITAL,
      passwordHash,
      totpSecret: SECRET,
    })
})
afterAll(() => front?.close())
afterEach(() => sealTotpWith(null))

const stored = async (id: string) =>
  (await sql<{ s: string }>`select totp_secret as s from person.staff where id = ${id}`.execute(front.db)).rows[0]!.s

async function signsIn(loginName: string, secret = SECRET): Promise<boolean> {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: front.clock.at.getTime() })
  const payload = { loginName, password: 'a long password', totp }
  return (await front.app.inject({ method: 'POST', url: '/sign-in/staff', payload })).statusCode < 400
}

describe('secrets of one-time codes in the database', () => {
  test('what stood open is sealed at start, once, and codes go on', async () => {
    sealTotpWith(sealer([old]))
    expect(await stored('ann'), 'the control').toBe(SECRET)
    const first = await sealStoredTotp(front.db)
    expect(first.sealed).toBeGreaterThanOrEqual(2)
    expect(await stored('ann')).toMatch(/^s1\.k1\./)
    expect(await stored('ann')).not.toContain(SECRET)
    expect(await stored('ann'), 'the same secret, told apart').not.toBe(await stored('ben'))
    expect(await sealStoredTotp(front.db)).toEqual({ sealed: 0, unreadable: 0 })
    expect(await signsIn('ann')).toBe(true)
    expect(await signsIn('ann', OTHER)).toBe(false)
  })

  test('a new secret is sealed as it is set, and taking it away leaves nothing', async () => {
    sealTotpWith(sealer([old]))
    await setStaffSecrets(front.db, 'ann', { totpSecret: OTHER })
    expect(await stored('ann')).toMatch(/^s1\.k1\./)
    expect(await signsIn('ann', OTHER)).toBe(true)
    await setStaffSecrets(front.db, 'ann', { totpSecret: '' })
    expect(await stored('ann')).toBe('')
    await setStaffSecrets(front.db, 'ann', { totpSecret: SECRET })
  })

  test('one person’s sealed secret put into another’s row opens nothing', async () => {
    sealTotpWith(sealer([old]))
    const ben = await stored('ben')
    await sql`update person.staff set totp_secret = ${await stored('ann')} where id = 'ben'`.execute(front.db)
    expect(await signsIn('ben')).toBe(false)
    await sql`update person.staff set totp_secret = ${ben} where id = 'ben'`.execute(front.db)
    expect(await signsIn('ben'), 'the control').toBe(true)
  })

  test('a new key takes over at the next start; the old one is needed no more', async () => {
    sealTotpWith(sealer([next, old]))
    expect(await signsIn('ben')).toBe(true)
    expect((await sealStoredTotp(front.db)).sealed).toBeGreaterThanOrEqual(2)
    sealTotpWith(sealer([next]))
    expect(await stored('ben')).toMatch(/^s1\.k2\./)
    expect(await signsIn('ben')).toBe(true)
  })

  test('without its key nobody’s code is right, the start says how many, and nothing is written over', async () => {
    sealTotpWith(sealer([{ id: 'k3', key: randomBytes(32) }]))
    const before = await stored('ben')
    const { unreadable } = await sealStoredTotp(front.db)
    expect(unreadable).toBeGreaterThanOrEqual(2)
    expect(await stored('ben')).toBe(before)
    expect(await signsIn('ben')).toBe(false)
  })
})

describe('a secret that waits for its first code', () => {
  const owner = 'staff:ann'
  const now = new Date('2026-11-22T03:00:00Z')
  const waits = async () =>
    (await sql<{ s: string }>`select secret as s from sign_in.pending_secret where owner = ${owner}`.execute(front.db)).rows[0]!.s
  afterEach(() => dropPending(front.db, owner))

  test('is sealed in the database, the same while it waits, and of its owner alone', async () => {
    sealTotpWith(sealer([old]))
    expect(await pendingSecret(front.db, now, { owner, fresh: SECRET })).toBe(SECRET)
    expect(await waits()).toMatch(/^s1\.k1\./)
    expect(await waits()).not.toContain(SECRET)
    expect(await pendingSecret(front.db, now, { owner, fresh: OTHER }), 'looked at again').toBe(SECRET)
    expect(await waitingSecret(front.db, now, owner)).toBe(SECRET)
    await sql`insert into sign_in.pending_secret (owner, secret, until) select 'staff:ben', secret, until from sign_in.pending_secret`.execute(
      front.db,
    )
    expect(await waitingSecret(front.db, now, 'staff:ben'), 'put into another row').toBeUndefined()
    await dropPending(front.db, 'staff:ben')
    await sql`update person.staff set totp_secret = ${await waits()} where id = 'ann'`.execute(front.db)
    expect(await signsIn('ann'), 'it makes no codes of anybody').toBe(false)
  })

  test('one under a key that is gone gives way to a new one; one from before stands open and is used up', async () => {
    sealTotpWith(sealer([old]))
    await pendingSecret(front.db, now, { owner, fresh: SECRET })
    sealTotpWith(sealer([next]))
    expect(await waitingSecret(front.db, now, owner)).toBeUndefined()
    expect(await pendingSecret(front.db, now, { owner, fresh: OTHER })).toBe(OTHER)
    expect(await waitingSecret(front.db, now, owner)).toBe(OTHER)
    await sql`update sign_in.pending_secret set secret = ${SECRET} where owner = ${owner}`.execute(front.db)
    expect(await waitingSecret(front.db, now, owner), 'of an earlier version').toBe(SECRET)
  })
})
