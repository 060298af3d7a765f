import { sql } from 'kysely'
import * as OTPAuth from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Refusal } from '#kernel/refusal'
import { HOSPITAL, openPlatform, type Platform, systemActor } from '../../tests/harness/platform.ts'
import { accounts, accountsOf, type BindingPolicy, updateClientBinding } from './index.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

describe('whose record a statement belongs to', () => {
  const base = {
    name: '山川 花子',
    nameKana: 'ヤマカワ ハナコ',
    birthDate: '1958-04-12',
    sex: 'female',
    address: '',
    postalCode: '',
    phone: '',
  }
  let n = 0
  const stated = (more: object = {}) => ({ ...base, memberId: `06990001:5:${++n}:01`, ...more })
  const resolve = (who: ReturnType<typeof stated>) =>
    platform.as(systemActor(HOSPITAL), (ctx) => platform.services.person.resolve(ctx, who, HOSPITAL))

  test.each<[string, object, object, boolean]>([
    ['the same', {}, {}, true],
    ['another spelling of the name', {}, { nameKana: 'ﾔﾏｶﾜ ﾊﾅｺ', name: '山川花子' }, true],
    ['a new name after marriage', {}, { name: '新川 花子', nameKana: 'シンカワ ハナコ' }, true],
    ['sex left open', {}, { sex: 'unknown' }, true],
    ['another birth date', {}, { birthDate: '1958-04-21' }, false],
    ['another sex', {}, { sex: 'male' }, false],
    ['no birth date', {}, { birthDate: '' }, false],
  ])('%s', async (_name, first, then, same) => {
    const known = stated(first)
    const one = await resolve(known)
    const two = await resolve({ ...known, ...then })
    expect([one.created, one.doubtful]).toEqual([true, false])
    expect([two.key === one.key, two.created, two.doubtful]).toEqual(same ? [true, false, false] : [false, true, true])
    expect(await resolve({ ...known, ...then })).toEqual({ ...two, created: false })
  })

  test('twins under one number without branch are told apart by their names', async () => {
    const first = stated({ name: '新田 一', nameKana: 'ニッタ ハジメ' })
    const one = await resolve(first)
    await platform.services.person.enter(
      { db: platform.db, now: platform.clock.at },
      { ...base, sex: 'female', name: '新田 二葉', nameKana: 'ニッタ フタバ', memberId: first.memberId },
    )
    expect((await resolve(first)).key).toBe(one.key)
    const other = await resolve({ ...first, name: '新田 二葉', nameKana: 'ニッタ フタバ' })
    expect([other.key === one.key, other.created]).toEqual([false, false])
    expect((await resolve({ ...first, name: '新田 三', nameKana: 'ニッタ ミツ' })).doubtful).toBe(true)
  })

  test('a new insurer leads to the same person, and so does the old one', async () => {
    const known = stated()
    const one = await resolve(known)
    const later = `06990001:6:${++n}:01`
    await platform.services.person.addMemberId(
      { db: platform.db, now: platform.clock.at },
      { personId: one.personId, key: one.key, memberId: later },
    )
    expect([(await resolve({ ...known, memberId: later })).key, (await resolve(known)).key]).toEqual([one.key, one.key])
  })

  test('15 first statements at once, of two people under one number: one person and one set aside', async () => {
    const known = stated()
    const all = await Promise.all(
      Array.from({ length: 15 }, (_, i) => resolve(i % 3 === 0 ? { ...known, birthDate: '1990-01-01' } : known)),
    )
    expect(new Set(all.map((r) => r.key)).size).toBe(2)
    expect(all.filter((r) => r.created)).toHaveLength(2)
    expect(await platform.count(sql`select 1 from person.doubt where folded = ${known.memberId}`)).toBe(1)
  })

  test('the register is never written over', async () => {
    const known = stated()
    const { key } = await resolve(known)
    await resolve({ ...known, name: '改名 花子', address: 'よそ' })
    expect(await platform.services.person.findByKey(platform, key)).toMatchObject({ name: '山川 花子', address: '' })
  })
})

describe('staff prove themselves', () => {
  const PASSWORD = 'いろはにほへと-1'
  let staff: { id: string; loginName: string; totpSecret: string }
  beforeEach(async () => {
    platform.clock.forward(3600_000)
    staff = await platform.staffWithPassword(HOSPITAL, PASSWORD)
  })
  const code = (secret = staff.totpSecret, minutes = 0) =>
    new OTPAuth.TOTP({ secret: OTPAuth.Secret.fromBase32(secret) }).generate({ timestamp: platform.clock.at.getTime() + minutes * 60_000 })
  /** What came of a try; what was counted stays, as in a row that keeps it. */
  const prove = (given: { password?: string; totp?: string; loginName?: string } = {}) =>
    platform.as({ kind: 'public' }, (ctx) =>
      platform.services.person.proveStaff(ctx, { loginName: staff.loginName, password: PASSWORD, totp: code(), ...given }).then(
        (s) => s.id,
        (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
      ),
    )

  test('by password and code', async () => expect(await prove()).toBe(staff.id))
  test('width of the password does not matter', async () =>
    expect(await prove({ password: PASSWORD.replace('-1', '－１') })).toBe(staff.id))
  test.each([
    ['another password', { password: 'x' }],
    ['another code', { totp: '000000' }],
    ['no code', { totp: '' }],
    ['a code in words', { totp: 'abcdef' }],
    ['a stranger', { loginName: 'nobody' }],
  ])('not by %s', async (_name, given) => expect(await prove(given)).toBe('sign-in-failed'))

  test('a code works once; the next one works', async () => {
    expect([await prove(), await prove()]).toEqual([staff.id, 'sign-in-failed'])
    platform.clock.forward(30_000)
    expect(await prove()).toBe(staff.id)
  })

  test('ten at once with one code: one gets in', async () => {
    const said = await Promise.all(Array.from({ length: 4 }, () => prove()))
    expect(said.filter((s) => s === staff.id)).toHaveLength(1)
  })

  test('a mistyped password does not use the code up', async () => {
    expect(await prove({ password: 'x' })).toBe('sign-in-failed')
    expect(await prove()).toBe(staff.id)
  })

  test('a code of five minutes ago is too old', async () =>
    expect(await prove({ totp: code(staff.totpSecret, -5) })).toBe('sign-in-failed'))

  test('five failures lock, also for the right password; ten minutes later it is open', async () => {
    for (let i = 0; i < 5; i++) await prove({ password: 'x' })
    expect(await prove()).toBe('sign-in-locked')
    platform.clock.forward(10 * 60_000)
    expect(await prove()).toBe(staff.id)
  })

  test('nobody whose time has ended', async () => {
    expect(await accounts.staff(platform.db, staff.id)).toMatchObject({ id: staff.id, role: 'physician', institutionNumber: HOSPITAL })
    await sql`update person.staff set ended_at = now() where id = ${staff.id}`.execute(platform.db)
    expect(await accounts.staff(platform.db, staff.id)).toBeUndefined()
    expect(await prove()).toBe('sign-in-failed')
  })
})

describe('accounts', () => {
  test('a citizen owns the keys that the register says now', async () => {
    const person = await platform.enter()
    expect(await accounts.citizen(platform.db, person.personId, { now: platform.clock.at, actsFor: null })).toMatchObject({
      keys: [person.key],
    })
    await sql`insert into person.patient_key (key, person_id, since) values (${`${person.key}x`}, ${person.personId}, now() + interval '1 day')`.execute(
      platform.db,
    )
    expect(await accounts.citizen(platform.db, person.personId, { now: platform.clock.at, actsFor: null })).toMatchObject({
      keys: [person.key, `${person.key}x`],
    })
    expect(await accounts.citizen(platform.db, 'nobody', { now: platform.clock.at, actsFor: null })).toBeUndefined()
  })

  test('a client that has ended is nobody', async () => {
    await platform.token(HOSPITAL, ['system/Condition.r'])
    const id = `${HOSPITAL} system/Condition.r`
    const asked = { scopes: ['system/Condition.r'], tokenBinding: 'none' } as const
    expect(await accounts.system(platform.db, id, asked)).toMatchObject({ scopes: ['system/Condition.r'] })
    await sql`update person.client set ended_at = now() where client_id = ${id}`.execute(platform.db)
    expect(await accounts.system(platform.db, id, asked)).toBeUndefined()
  })

  test('a client is held to what its tokens must be tied to, from the next request on', async () => {
    await platform.token(HOSPITAL, ['system/Observation.r'])
    const id = `${HOSPITAL} system/Observation.r`
    const seen = async (tokenBinding: 'mtls' | 'dpop' | 'none' | 'no-token', who = accounts) =>
      who.system(platform.db, id, { scopes: [], tokenBinding }).then((actor) => actor?.kind, String)
    const allowed: Record<string, string[]> = {
      none: ['mtls', 'dpop', 'none', 'no-token'],
      any: ['mtls', 'dpop', 'no-token'],
      mtls: ['mtls', 'no-token'],
      dpop: ['dpop', 'no-token'],
    }
    for (const [binding, good] of Object.entries(allowed)) {
      await updateClientBinding(platform.db, id, { binding: binding as BindingPolicy, certificates: [], certificateSubject: null })
      for (const way of ['mtls', 'dpop', 'none', 'no-token'] as const)
        expect(await seen(way), `${binding} ${way}`).toBe(good.includes(way) ? 'system' : 'Refusal: binding-required')
    }
    await updateClientBinding(platform.db, id, { binding: 'none', certificates: [], certificateSubject: null })
    expect(await seen('none', accountsOf({ anyClientUnbound: false })), 'where real data is kept').toBe('Refusal: binding-required')
  })
})
