/** What the kernel keeps in the database: steps of the schema, keys, tries, values of one use. */
import { sql } from 'kysely'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { testDatabase } from '../tests/harness/database.ts'
import { databaseClock } from './clock.ts'
import { type Db, openDatabase } from './database.ts'
import { claimOnce, clearSignInFailures, noteSignInFailure, signInLock } from './identity.ts'
import { migrate, NewerSchema } from './migrate.ts'
import { kernelMigrations } from './schema.ts'
import { tokenMint } from './token.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db & { pool: { end(): Promise<void> } }
beforeEach(async () => {
  database = await testDatabase(async () => {}, 'empty')
  db = openDatabase({ url: database.url, poolSize: 6, applicationName: 'test' })
  return async () => {
    await db.destroy()
    await database.drop()
  }
})

describe('migrate', () => {
  const steps = [
    { id: 'a/001', sql: 'create table a (x int)' },
    { id: 'a/002', sql: 'create table b (x int); insert into b values (1)' },
  ]

  test('runs what is open, once, and says which', async () => {
    expect(await migrate(db, steps.slice(0, 1))).toEqual(['a/001'])
    expect(await migrate(db, steps)).toEqual(['a/002'])
    expect(await migrate(db, steps)).toEqual([])
  })

  test('several processes at once: each step once', async () => {
    const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(db, steps)))
    expect(ran.flat().sort()).toEqual(['a/001', 'a/002'])
    expect((await sql`select * from b`.execute(db)).rows).toHaveLength(1)
  })

  test('a database of a newer version is refused and left alone', async () => {
    await migrate(db, steps)
    const older = [steps[0]!, { id: 'a/000', sql: 'create table c (x int)' }]
    await expect(migrate(db, older)).rejects.toThrow(NewerSchema)
    await expect(migrate(db, older)).rejects.toThrow(/a\/002/)
    expect((await sql<{ c: string | null }>`select to_regclass('c')::text as c`.execute(db)).rows).toEqual([{ c: null }])
  })

  test('a failing step leaves nothing of itself, and the next run takes it up again', async () => {
    const broken = [steps[0]!, { id: 'a/002', sql: 'create table b (x int); select nonsense()' }]
    await expect(migrate(db, broken)).rejects.toThrow(/nonsense/)
    expect(await migrate(db, steps)).toEqual(['a/002'])
  })

  test('may take longer than a request, and gives the connection back as it was', async () => {
    const timeouts = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test' })
    const own = async () => (await sql<{ t: string }>`select current_setting('statement_timeout') as t`.execute(timeouts)).rows[0]!.t
    const before = await own()
    await migrate(timeouts, [{ id: 'a/001', sql: `create table seen as select current_setting('statement_timeout') as t` }])
    expect((await sql`select t from seen`.execute(timeouts)).rows).toEqual([{ t: '0' }])
    expect(await own()).toBe(before)
    await timeouts.destroy()
  })
})

describe('tokens', () => {
  beforeEach(async () => void (await migrate(db, kernelMigrations)))
  const now = new Date('2026-11-22T03:00:00Z')

  test('processes that start at the same moment read each other’s tokens', async () => {
    const mints = await Promise.all(Array.from({ length: 5 }, () => tokenMint(db)))
    const tokens = await Promise.all(mints.map((m) => m.issue(now, { clientId: 'c', scopes: ['a', 'b'] })))
    for (const mint of mints)
      for (const token of tokens) expect(await mint.read(now, token)).toMatchObject({ clientId: 'c', scopes: ['a', 'b'] })
  })

  test('another audience, another type, another key, a changed word: none is read', async () => {
    const mint = await tokenMint(db)
    const { rows } = await sql<{ kid: string; jwk: object }>`select kid, jwk from kernel.key_ring`.execute(db)
    const { importJWK, SignJWT, generateKeyPair } = await import('jose')
    const key = await importJWK(rows[0]!.jwk as never, 'ES256')
    const other = (await generateKeyPair('ES256')).privateKey
    const make = (header: object, audience: string, by: CryptoKey | Uint8Array = key, claims: object = {}) =>
      new SignJWT({ scope: 'a', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: rows[0]!.kid, typ: 'at+jwt', ...header })
        .setSubject('c')
        .setAudience(audience)
        .setExpirationTime(new Date(now.getTime() + 60_000))
        .sign(by)
    expect(await mint.read(now, await make({}, 'enishi'))).toMatchObject({ clientId: 'c' })
    const bad = [
      await make({}, 'other'),
      await make({ typ: 'JWT' }, 'enishi'),
      await make({ kid: 'x' }, 'enishi'),
      await make({}, 'enishi', other),
      `${(await make({}, 'enishi')).slice(0, -4)}AAAA`,
    ]
    for (const token of bad) expect(await mint.read(now, token)).toBeUndefined()
    // Tied to something unknown, to two things, to nothing in particular: none may pass for a token that is tied to nothing.
    for (const cnf of [{ 'x5t#S512': 'x' }, { jkt: 'a', 'x5t#S256': 'b' }, {}, 'jkt', null])
      expect(await mint.read(now, await make({}, 'enishi', key, { cnf })), JSON.stringify(cnf)).toBeUndefined()
    expect(await mint.read(now, await make({}, 'enishi', key, { cnf: { jkt: 'a' } })), 'the control').toMatchObject({
      binding: { by: 'dpop' },
    })
  })

  test('a token keeps what it is tied to, also once it is remembered', async () => {
    const mint = await tokenMint(db)
    for (const binding of [{ by: 'mtls', thumbprint: 'a' }, { by: 'dpop', thumbprint: 'b' }, null] as const) {
      const token = await mint.issue(now, { clientId: 'c', scopes: [], binding })
      for (const _ of [1, 2]) expect((await mint.read(now, token))?.binding).toEqual(binding)
    }
  })

  test('a remembered token ends like any other, and the memory stays small', async () => {
    const mint = await tokenMint(db, 2)
    const tokens = await Promise.all([1, 2, 3].map((n) => mint.issue(now, { clientId: `c${n}`, scopes: [] })))
    for (const token of [...tokens, ...tokens]) expect(await mint.read(now, token)).toBeDefined()
    for (const token of tokens) expect(await mint.read(new Date(now.getTime() + 300_000), token)).toBeUndefined()
  })
})

describe('failed tries', () => {
  beforeEach(async () => void (await migrate(db, kernelMigrations)))
  const at = (minutes: number) => new Date(Date.parse('2026-11-22T03:00:00Z') + minutes * 60_000)
  const fail = async (times: number, minute = 0) => {
    for (let i = 0; i < times; i++) await noteSignInFailure(db, at(minute), 's')
  }

  test('five in a row lock for ten minutes; after that five more are free', async () => {
    await fail(4)
    expect(await signInLock(db, at(0), 's')).toBeNull()
    await fail(1)
    expect(await signInLock(db, at(0), 's')).toBe(10)
    expect(await signInLock(db, at(9.5), 's')).toBe(1)
    expect(await signInLock(db, at(10), 's')).toBeNull()
    await fail(4, 11)
    expect(await signInLock(db, at(11), 's')).toBeNull()
    await fail(1, 11)
    expect(await signInLock(db, at(11), 's')).toBe(10)
  })

  test('a success starts the count anew; another subject has a count of its own', async () => {
    await fail(4)
    await clearSignInFailures(db, 's')
    await fail(4)
    expect(await signInLock(db, at(0), 's')).toBeNull()
    await fail(1)
    expect(await signInLock(db, at(0), 'other')).toBeNull()
  })

  test('tries at the same moment are all counted', async () => {
    await Promise.all(Array.from({ length: 5 }, () => noteSignInFailure(db, at(0), 's')))
    expect(await signInLock(db, at(0), 's')).toBe(10)
  })

  test('a value of one use is used once, by one of many; after its end it is free', async () => {
    const claim = (minute: number) => claimOnce(db, at(minute), { scope: 'x', value: 'v', until: at(minute + 5) })
    expect((await Promise.all(Array.from({ length: 10 }, () => claim(0)))).filter(Boolean)).toHaveLength(1)
    expect(await claim(4)).toBe(false)
    expect(await claim(6)).toBe(true)
  })
})

test('time is the database’s: a host clock that jumps changes nothing', async () => {
  const clock = await databaseClock(db, 20)
  const there = async () => Date.parse((await sql<{ t: Date }>`select clock_timestamp() as t`.execute(db)).rows[0]!.t.toISOString())
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 24 * 3600_000 })
  try {
    expect(Math.abs(clock.now().getTime() - (await there()))).toBeLessThan(60_000)
    // Control: what reads the host's clock is wrong by more than a year.
    expect(Math.abs(Date.now() - (await there()))).toBeGreaterThan(365 * 24 * 3600_000)
  } finally {
    vi.useRealTimers()
    clock.stop()
  }
})
