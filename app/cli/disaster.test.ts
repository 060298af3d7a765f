/** From an open area to a laptop in a shelter and back into the log, as an operator and a doctor type and click it. */
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consentService, disasters } from '#care/consent'
import { insertFacilities, personService } from '#care/person'
import { recordService } from '#care/record'
import type { AuditEntry } from '#kernel/audit-event'
import { type Db, openDatabase } from '#kernel/database'
import { folder } from '../../care/terminology/masters.fixture.ts'
import { checkup, drugAllergy, fiveItems, hypertension, referralTo } from '../../tests/harness/bundles.ts'
import { openBrowser } from '../../tests/harness/browser.ts'
import { DESK, PHONE } from '../../tests/journeys/screen.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { migrated } from '../backup/drill.fixture.ts'
import { contextOf } from '../demo/context.ts'
import { systemActor } from '../../tests/harness/platform.ts'
import { openOffline } from './disaster.ts'
import { typed } from './io.fixture.ts'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

const SHOTS = process.env.ENISHI_SHOTS
const HOSPITAL = '1310000019'
const CLINIC = '1310000027'
const cwd = folder()
let database: TestDatabase
let db: Db
let passphrase: string
let key: string
let closedKey: string
/** Who is looked for. */
let about: { birthDate: string }

const consent = consentService()
const person = personService({ totpOnce: true })
const record = recordService({ consent, person })
const say = (...words: string[]) =>
  typed(words, { cwd, lang: 'en', env: { DATABASE_URL: database.url, ENISHI_HOME: cwd, ENISHI_DEMO: '0' } })
const at = (file: string) => join(cwd, file)
const one = async (text: ReturnType<typeof sql<{ n: number }>>) => (await text.execute(db)).rows[0]!.n
const looks = () => one(sql<{ n: number }>`select count(*)::int as n from disaster.look`)
const audited = (action: string) => one(sql<{ n: number }>`select count(*)::int as n from kernel.audit where action = ${action}`)
const notices = () =>
  one(sql<{ n: number }>`select count(*)::int as n from kernel.outbox where topic = 'notice' and payload ->> 'kind' = 'disaster-access'`)

async function submit(bundle: object): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const entries: AuditEntry[] = []
    const receipt = await record.deposit(contextOf(trx, systemActor(HOSPITAL), new Date(), entries), JSON.stringify(bundle))
    return receipt.key
  })
}

beforeAll(async () => {
  database = await migrated()
  db = openDatabase({ url: database.url, poolSize: 3, applicationName: 'test' })
  const facility = (institutionNumber: string, name: string) => ({
    institutionNumber,
    name,
    nameEn: name,
    kind: 'clinic' as const,
    prefecture: '13',
    address: '東京都千代田区1',
  })
  await insertFacilities(db, [facility(HOSPITAL, '縁病院'), facility(CLINIC, 'さくら診療所')])
  for (const bundle of [
    fiveItems({}, [hypertension]),
    fiveItems({}, [drugAllergy]),
    checkup({ localId: 'checkup-1' }),
    referralTo({ addressee: CLINIC, localId: 'letter-1' }),
  ])
    key = await submit(bundle)
  about = (
    await sql<{ birthDate: string }>`select birth_date as "birthDate" from person.person p join person.patient_key k on k.person_id = p.id
    where k.key = ${key}`.execute(db)
  ).rows[0]!
  closedKey = await submit(fiveItems({ memberId: '06990001:12:9999:01', patient: { birthDate: '1970-01-01' } }, [hypertension]))
  await sql`insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    values (${closedKey}, 'c', '', '', '', '', true, now())`.execute(db)
  const until = new Date(Date.now() + 7 * 86_400_000)
  const opening = { id: 'd1', name: '縁ヶ浜地震', law: '災害救助法', areas: ['prefecture:13'], openedBy: 'op', until }
  await disasters.open({ db, now: new Date(Date.now() - 1000) }, opening, [HOSPITAL, CLINIC])
}, 60_000)
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

/** A doctor's browser at a laptop. */
async function doctorAt(file: string, log: string, dist?: string) {
  writeFileSync(at('passphrase'), passphrase)
  const opened = await openOffline(at(file), {
    given: { operands: [], switches: new Set(), values: { 'passphrase-file': 'passphrase', port: '0', log } },
    io: { out: () => {}, err: () => {}, env: {}, cwd, lang: 'ja' },
    ...(dist === undefined ? {} : { dist }),
  })
  const base = `http://localhost:${opened.port}`
  let cookie = ''
  const send = async (path: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
    const about = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
    const answer = await fetch(base + path, { ...about, redirect: 'manual', headers: { cookie, ...headers } })
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return { status: answer.status, to: answer.headers.get('location'), text: await answer.text(), headers: answer.headers }
  }
  const begin = () =>
    send('/who', { name: '青山 春樹', licence: 'physician', licenceNumber: '123456', loginName: 'aoyama', institution: CLINIC })
  return { ...opened, send, begin, wish: { name: 'やまかわ はなこ', birth: '1966-04-12' } }
}

test('an extract is made for those who are named, and the passphrase shown once', async () => {
  expect((await say('disaster', 'extract', '--out', 'x')).exit).toBe(2)
  expect((await say('disaster', 'extract', '--out', 'x', '--for', 'A', '--area', 'ワジマ')).exit).toBe(2)
  const made = await say('disaster', 'extract', '--area', '東京都', '--out', 'relief.enishi', '--for', 'DMAT 1')
  expect(made).toMatchObject({ exit: 0, err: expect.any(String) })
  expect(made.out).toMatch(/^1 people written/m)
  passphrase = /Passphrase for DMAT 1.*: (\S+)$/m.exec(made.out)![1]!
  // Each person sees in their log that they were taken along; who closed everything was not.
  expect(
    await one(sql<{ n: number }>`select count(*)::int as n from kernel.audit where action = 'disaster.extract' and key = ${key}`),
  ).toBeGreaterThan(0)
  expect(
    await one(sql<{ n: number }>`select count(*)::int as n from kernel.audit where action = 'disaster.extract' and key = ${closedKey}`),
  ).toBe(0)
})

test('a laptop shows nothing before it knows who looks, and notes each look on the disk before it is shown', async () => {
  const laptop = await doctorAt('relief.enishi', 'laptop-1.log')
  const lines = () => readFileSync(at('laptop-1.log'), 'utf8').split('\n').length - 1
  const wish = { ...laptop.wish, birth: about.birthDate }
  expect((await laptop.send('/search', wish)).text).not.toContain('ハナコ')
  expect((await laptop.send(`/people/${key}`)).text).not.toContain('ハナコ')
  expect((await laptop.send('/who', { name: '' })).status).toBe(400)
  expect((await laptop.begin()).to).toBe('/')
  expect((await laptop.send(`/people/${key}`)).status).toBe(403)
  expect((await laptop.send('/search', { name: 'さとう' })).status).toBe(422)
  const found = await laptop.send('/search', wish)
  expect(found.text).toContain(`/people/${key}`)
  expect(found.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await laptop.send(`/people/${key}`)).text).toContain('この人ですか')
  const before = lines()
  expect((await laptop.send(`/people/${key}`, { agreed: 'oral' })).status).toBe(303)
  expect(lines()).toBe(before + 1)
  const chart = await laptop.send(`/people/${key}`)
  for (const shown of ['薬剤アレルギー', '傷病名', '高血圧', '健診']) expect(chart.text).toContain(shown)
  expect(lines()).toBe(before + 2)
  await laptop.close()
})

test('pages of other sites reach nothing through the laptop’s browser', async () => {
  const laptop = await doctorAt('relief.enishi', 'laptop-1.log')
  await laptop.begin()
  expect((await laptop.send('/search', laptop.wish, { origin: 'http://evil.example' })).status).toBe(403)
  const { request } = await import('node:http')
  const status = await new Promise((done) =>
    request({ port: laptop.port, host: '127.0.0.1', headers: { host: 'evil.example' } }, (r) => done(r.statusCode)).end(),
  )
  expect(status).toBe(403)
  await laptop.close()
})

test('in a real browser, on a phone and on a desk: who looks, the search, who it is, the chart', async () => {
  const laptop = await doctorAt('relief.enishi', 'laptop-9.log', await buildStaticFiles())
  const browser = await openBrowser()
  for (const [name, viewport] of [
    ['desk', DESK],
    ['phone', PHONE],
  ] as const) {
    const page = await (await browser.newContext({ viewport, locale: 'ja-JP' })).newPage()
    page.setDefaultTimeout(10_000)
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    const seen = async (what: string) => {
      expect(await page.locator('h1').count(), what).toBe(1)
      expect(await widerThanScreen(page), what).toBeLessThanOrEqual(0)
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `laptop-${what}-${name}.png`), fullPage: true })
    }
    await page.goto(`http://localhost:${laptop.port}/`)
    await seen('who')
    for (const [field, value] of Object.entries({ name: '青山 春樹', licenceNumber: '123456', loginName: 'aoyama' }))
      await page.fill(`#field-${field}`, value)
    await page.click('main form button')
    await page.fill('#field-name', 'やまかわ')
    await page.fill('#field-birth', about.birthDate.slice(0, 4))
    await page.click('main form button')
    await seen('found')
    await page.click('#found a.button')
    await seen('confirm')
    await page.click('#field-agreed-oral')
    await page.click('main form button')
    await page.waitForSelector('#diagnosis')
    await seen('chart')
    expect(complaints).toEqual([])
  }
  await browser.close()
  await laptop.close()
}, 60_000)

test('the log is merged once, however often it is handed in; people are told, and the counter rises', async () => {
  const merged = await say('disaster', 'merge', 'laptop-1.log')
  expect(merged).toMatchObject({ exit: 0 })
  expect(merged.out).toMatch(/1 records opened/)
  expect([await looks(), await notices(), await audited('disaster.offline-look'), await audited('disaster.offline-chart')]).toEqual([
    1, 1, 1, 1,
  ])
  expect(
    await one(
      sql<{
        n: number
      }>`select count(*)::int as n from kernel.audit where action = 'disaster.offline-look' and key = ${key} and rule = 'disaster' and purpose = 'ETREAT'`,
    ),
  ).toBe(1)
  const again = await say('disaster', 'merge', 'laptop-1.log')
  expect(again.out).toMatch(/^0 lines merged/m)
  expect([await looks(), await notices(), await audited('disaster.offline-look')]).toEqual([1, 1, 1])
})

test('work goes on after a merge, and two laptops of one extract do not mix', async () => {
  for (const log of ['laptop-1.log', 'laptop-2.log']) {
    const laptop = await doctorAt('relief.enishi', log)
    await laptop.begin()
    await laptop.send('/search', { ...laptop.wish, birth: about.birthDate })
    await laptop.send(`/people/${key}`, { agreed: 'unable' })
    await laptop.close()
  }
  for (const log of ['laptop-1.log', 'laptop-2.log', 'laptop-1.log']) expect((await say('disaster', 'merge', log)).exit).toBe(0)
  expect(await looks()).toBe(3)
  expect(await one(sql<{ n: number }>`select count(distinct laptop)::int as n from disaster.look`)).toBe(2)
})

test('a torn last line is told and loses nothing that was shown', async () => {
  copyFileSync(at('laptop-2.log'), at('torn.log'))
  appendFileSync(at('torn.log'), '{"entry":"{\\"n\\":99')
  const merged = await say('disaster', 'merge', 'torn.log')
  expect([merged.exit, merged.out]).toEqual([0, expect.stringContaining('broke off')])
})

test.each<[string, (lines: string[]) => string[], RegExp]>([
  ['a line taken out', (lines) => lines.toSpliced(2, 1), /missing/],
  ['a line changed', (lines) => lines.with(3, lines[3]!.replace('aoyama', 'ooyama')), /changed/],
  ['the end taken away', (lines) => lines.slice(0, -2), /end were taken away/],
])('%s: told, and what is signed is merged all the same', async (_, change, words) => {
  const lines = readFileSync(at('laptop-2.log'), 'utf8').split('\n').slice(0, -1)
  writeFileSync(
    at('bent.log'),
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
  copyFileSync(at('laptop-2.log.head'), at('bent.log.head'))
  const before = await looks()
  const merged = await say('disaster', 'merge', 'bent.log')
  expect([merged.exit, merged.out]).toEqual([1, expect.stringMatching(words)])
  expect(await looks()).toBe(before)
})

test('a log of nobody, and of an extract made elsewhere, is refused', async () => {
  writeFileSync(at('nothing.log'), 'hello\n')
  expect((await say('disaster', 'merge', 'nothing.log')).exit).toBe(1)
  await sql`update disaster.extract set id = 'elsewhere'`.execute(db)
  expect((await say('disaster', 'merge', 'laptop-1.log')).exit).toBe(1)
  await sql`update disaster.extract set id = (select extract_id from disaster.entry limit 1)`.execute(db)
})

test('with a wrong passphrase it does not open; nothing is made where no disaster is open', async () => {
  writeFileSync(at('wrong'), 'aaaa-bbbb-cccc-dddd')
  expect((await say('disaster', 'offline', 'relief.enishi', '--passphrase-file', 'wrong')).err).toMatch(/passphrase or key is wrong/)
  await disasters.close({ db, now: new Date() }, 'd1')
  expect((await say('disaster', 'extract', '--out', 'y', '--for', 'A')).exit).toBe(2)
})
