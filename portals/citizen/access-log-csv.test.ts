import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conditionOf, openPortal, type Portal, submission } from './portal.fixture.ts'
import { accessLogPieces, csvField } from './access-log-csv.ts'

const MEMBER = '06990001:12:3456:01'
let portal: Portal
let hanako: { key: string; personId: string; cookie: string }

beforeAll(async () => {
  portal = await openPortal()
  hanako = await portal.citizen('山川 花子', MEMBER)
  for (let i = 0; i < 5; i++) await portal.submit(submission(MEMBER, [conditionOf(`C-${i}`, '高血圧症')]))
})
afterAll(() => portal.close())

/** Acts of one instant are not part of what was asked at that instant. */
const later = () => {
  portal.clock.at = new Date(portal.clock.at.getTime() + 1000)
}
const download = (cookie = hanako.cookie) => portal.app.inject({ url: '/me/access-log/download', headers: { cookie } })
const lines = (body: string) => body.split('\r\n').filter(Boolean)

describe('everything that was looked at, as one file', () => {
  test('comes whole, with a head in the reader’s language, and counts itself as a look next time', async () => {
    later()
    const first = await download()
    expect([first.statusCode, first.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
    expect(first.headers['content-disposition']).toMatch(/^attachment; filename="enishi-access-log-\d{4}-\d{2}-\d{2}\.csv"$/)
    expect(first.body.startsWith('\ufeff"日時","医療機関"')).toBe(true)
    later()
    const second = await download()
    expect(lines(second.body).length).toBe(lines(first.body).length + 1)
  })

  test('many pieces say the same as one, none twice and none left out', async () => {
    const ctx = { db: portal.db, lang: 'ja' as const, now: new Date(portal.clock.at.getTime() + 60_000) }
    const collect = async (piece: number) => {
      const found: string[] = []
      for await (const part of accessLogPieces(ctx, { keys: [hanako.key] }, piece)) found.push(part)
      return found
    }
    const [many, one] = [await collect(2), await collect(1000)]
    expect(many.length).toBeGreaterThan(3)
    expect(many.join('')).toBe(one.join(''))
  })

  test('nobody else gets it', async () => {
    expect((await portal.app.inject({ url: '/me/access-log/download' })).statusCode).toBe(401)
    expect((await portal.app.inject({ url: '/me/access-log/download', headers: { cookie: await portal.staffCookie() } })).statusCode).toBe(
      403,
    )
    const other = await portal.citizen('山川 太郎', '06990001:12:3456:02')
    later()
    expect(lines((await download(other.cookie)).body).length).toBeLessThan(lines((await download()).body).length)
  })
})

test.each([
  ['山田医師', '"山田医師"'],
  ['says "hello"', '"says ""hello"""'],
  ['=cmd|calc', '"\'=cmd|calc"'],
  ['+81', '"\'+81"'],
  ['@sum', '"\'@sum"'],
  ['-1', '"\'-1"'],
  ['', '""'],
])('%s becomes %s: nothing runs when a spreadsheet opens it', (value, field) => {
  expect(csvField(value)).toBe(field)
})
