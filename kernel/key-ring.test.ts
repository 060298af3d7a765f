import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { type KeyPurpose, keyRing, RingSealed, rotateKey, sealRingWith, sealStoredRing, signingKey } from './key-ring.ts'
import { sealer } from './sealed.ts'
import { tokenMint } from './token.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
afterEach(() => sealRingWith(null))

const kidOf = (token: string) => (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid
const hours = (n: number) => new Date(Date.now() + n * 3600_000)

test('a new key signs once every process knows it; what the old one signed holds; a day later the old one is gone', async () => {
  const { db } = platform
  const first = signingKey(await keyRing(db, 'access-token'), new Date())
  const before = await (await tokenMint(db)).issue(new Date(), { clientId: 'a', scopes: [] })
  expect(kidOf(before)).toBe(first.kid)
  const second = await rotateKey(db, new Date(), 'access-token')
  const mint = await tokenMint(db)
  expect(kidOf(await mint.issue(new Date(), { clientId: 'a', scopes: [] })), 'published, not yet signing').toBe(first.kid)
  const later = new Date(Date.now() + 180_000)
  expect(kidOf(await mint.issue(later, { clientId: 'a', scopes: [] }))).toBe(second)
  expect(await mint.read(new Date(), before)).toMatchObject({ clientId: 'a' })
  const third = await rotateKey(db, hours(25), 'access-token')
  expect((await keyRing(db, 'access-token')).map(({ kid }) => kid)).toEqual([third, second])
  expect(await (await tokenMint(db)).read(new Date(), before), 'signed by a key that is gone').toBeUndefined()
})

test('processes that start together make one first key, and keys of another purpose are others', async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => keyRing(platform.db, 'oauth-cookie')))
  expect(new Set(made.map((ring) => ring.map(({ kid }) => kid).join())).size).toBe(1)
  expect(made[0]).toHaveLength(1)
  expect(made[0]![0]!.jwk).toMatchObject({ kty: 'oct' })
})

describe('a ring that is sealed', () => {
  const seal = (id: string) => ({ id, key: Buffer.alloc(32, id) })
  /** As somebody reads it who has the database and nothing else. */
  const dump = async () => JSON.stringify((await sql`select * from kernel.key_ring`.execute(platform.db)).rows)
  const secretsOf = async (purpose: KeyPurpose) => (await keyRing(platform.db, purpose)).map(({ jwk }) => (jwk.d ?? jwk.k)!)

  test('holds no key in the open: what stood open is sealed at the next start, and what is made later as it is made', async () => {
    const { db } = platform
    const before = [...(await secretsOf('access-token')), ...(await secretsOf('oauth-cookie'))]
    const open = await dump()
    for (const secret of before) expect(open, 'the control: it stood open').toContain(secret)
    const token = await (await tokenMint(db)).issue(new Date(), { clientId: 'a', scopes: [] })
    sealRingWith(sealer([seal('a')]))
    // Two processes start at the same moment.
    await Promise.all([sealStoredRing(db), sealStoredRing(db)])
    await rotateKey(db, new Date(), 'access-token')
    await keyRing(db, 'web-push')
    const all = [...(await secretsOf('access-token')), ...(await secretsOf('oauth-cookie')), ...(await secretsOf('web-push'))]
    expect(all.length).toBe(before.length + 2)
    for (const secret of [...before, ...all]) expect(await dump()).not.toContain(secret)
    expect(await (await tokenMint(db)).read(new Date(), token)).toMatchObject({ clientId: 'a' })
    expect(await sealStoredRing(db), 'nothing is left to seal').toBe(0)
  })

  test('follows the key that seals now, and opens under nothing else', async () => {
    const { db } = platform
    sealRingWith(sealer([seal('a')]))
    await sealStoredRing(db)
    const before = await secretsOf('access-token')
    sealRingWith(sealer([seal('b'), seal('a')]))
    expect(await sealStoredRing(db)).toBeGreaterThan(0)
    sealRingWith(sealer([seal('b')]))
    expect(await secretsOf('access-token')).toEqual(before)
    for (const without of [sealer([seal('a')]), null]) {
      sealRingWith(without)
      await expect(keyRing(db, 'access-token')).rejects.toThrow(RingSealed)
    }
    sealRingWith(sealer([seal('c')]))
    await expect(sealStoredRing(db)).rejects.toThrow('secret-keys.json')
    expect(await dump(), 'nothing was changed').not.toContain('s1.c.')
  })

  test('a process that runs reads its keys again where the ring was sealed under one that was put first since', async () => {
    const { db } = platform
    sealRingWith(sealer([seal('b')]))
    await sealStoredRing(db)
    const before = await secretsOf('access-token')
    sealRingWith(sealer([seal('d'), seal('b')]))
    const kid = await rotateKey(db, new Date(), 'access-token')
    sealRingWith(sealer([seal('b')]))
    expect(await secretsOf('access-token'), 'the control: who does not read again knows nothing of it').toEqual(before)
    sealRingWith(sealer([seal('b')]), async () => Promise.reject(new Error('no file now')))
    expect(await secretsOf('access-token')).toEqual(before)
    sealRingWith(sealer([seal('b')]), async () => sealer([seal('d'), seal('b')]))
    expect((await keyRing(db, 'access-token')).map((key) => key.kid)).toContain(kid)
    sealRingWith(sealer([seal('d'), seal('b')]))
    await sealStoredRing(db)
    sealRingWith(sealer([seal('b'), seal('d')]))
    await sealStoredRing(db)
  })

  test('one key put in the place of another opens nothing', async () => {
    const { db } = platform
    sealRingWith(sealer([seal('b')]))
    const ring = await keyRing(db, 'access-token')
    await sql`update kernel.key_ring set jwk = (select jwk from kernel.key_ring where purpose = 'oauth-cookie' limit 1)
      where purpose = 'access-token' and kid = ${ring[0]!.kid}`.execute(db)
    expect((await keyRing(db, 'access-token')).map(({ kid }) => kid)).toEqual(ring.slice(1).map(({ kid }) => kid))
  })
})
