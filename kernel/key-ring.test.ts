import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { keyRing, rotateKey, signingKey } from './key-ring.ts'
import { tokenMint } from './token.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

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
