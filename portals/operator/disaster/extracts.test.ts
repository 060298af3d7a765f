/** Extracts asked for at the desk: made in steps that a stop leaves standing, handed out, merged. */
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Disaster, disasters } from '#care/consent'
import { disasterMigrations, type ExtractService, extractService, openExtract, openLaptopLog } from '#care/emergency'
import { lead } from '#kernel/leader'
import { sealer } from '#kernel/sealed'
import type { Caller, Heard } from '../../../tests/harness/caller.ts'
import { rulesOf } from '../../../tests/harness/caller.ts'
import { fiveItems, hypertension } from '../../../tests/harness/bundles.ts'
import { careMigrations, CLINIC, DAY_MS, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { disasterRows } from './rows.tsx'

const home = mkdtempSync(join(tmpdir(), 'enishi-home-'))
const signer = generateKeyPairSync('ed25519').privateKey
const seal = sealer([{ id: 'k', key: randomBytes(32) }])
let platform: Platform
let operator: Caller & { id: string }
let auditor: Caller & { id: string }
let epoch: number
let key: string

const serviceOf = ({ person, record }: Pick<Platform['services'], 'person' | 'record'>): ExtractService =>
  extractService({ person, record, home, signer: async () => signer, seal: async () => seal, cost: 16 })
let extracts: ExtractService

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' }
const get = (who: Caller, url: string) => who.get(url, { accept: 'application/json' })
const post = (who: Caller, url: string, body: object = {}, headers: Record<string, string> = {}) =>
  who.post(url, body, { ...JSON_HEADERS, ...headers })
const said = (heard: Heard) => (heard.status < 400 ? heard.status : rulesOf(heard)[0])
const asked = (more: object = {}) => ({ disaster: 'd1', areas: '', names: 'DMAT 1、DMAT 2', ends: '2026-11-25', ...more })
const ask = async (more: object = {}) => {
  const made = await post(operator, '/operator/disaster/extracts', asked(more))
  return { id: String(made.body.id), passphrases: made.body.passphrases as { name: string; passphrase: string }[] }
}
const view = async (id: string) => (await get(operator, `/operator/disaster/extracts/${id}`)).body
const step = (service: ExtractService = extracts) => service.work({ db: platform.db, now: platform.clock.at, epoch })
/** Steps until nothing waits. */
async function work(service: ExtractService = extracts): Promise<void> {
  do await step(service)
  while ((await platform.count(sql`select 1 from disaster.extract where state in ('waiting', 'making')`)) > 0)
}
/** The bytes of a file, which the caller's text would bend. */
const fileOf = (id: string) => join(home, 'disaster-extracts', `${id}.enishi`)
const opened = async (id: string, passphrase: string) => {
  const file = await openExtract(fileOf(id), { secret: { passphrase }, now: platform.clock.at })
  const keys: string[] = []
  await file.people((line) => void keys.push(line.person.keys[0]!))
  return { file, keys }
}
const upload = (who: Caller, files: Record<string, string>, accept = 'application/json') => {
  const parts = Object.entries(files).map(
    ([name, text]) => `--b1\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${text}\r\n`,
  )
  return who.post('/operator/disaster/merge', `${parts.join('')}--b1--\r\n`, { accept, 'content-type': 'multipart/form-data; boundary=b1' })
}

beforeAll(async () => {
  platform = await openPlatform({
    rows: ({ services }) => {
      extracts = serviceOf(services)
      return disasterRows({ demo: false, person: services.person, extracts })
    },
    migrations: [...careMigrations, ...disasterMigrations],
    template: 'disaster',
  })
  operator = await platform.staff('operator', HOSPITAL)
  auditor = await platform.staff('auditor', HOSPITAL)
  epoch = (await lead(platform.db, 'test'))!.epoch
  const hospital = await platform.system(HOSPITAL)
  await hospital.submit(fiveItems({}, [hypertension]))
  key = (await sql<{ key: string }>`select key from person.patient_key`.execute(platform.db)).rows[0]!.key
  await sql`update person.person set address = '東京都千代田区1'`.execute(platform.db)
  for (let n = 0; n < 250; n++) await platform.enter({ address: '東京都千代田区2', birthDate: '1950-01-01' })
  const until = new Date(platform.clock.at.getTime() + 5 * DAY_MS)
  const about: Omit<Disaster, 'endedAt' | 'institutions' | 'since'> = {
    ...{ id: 'd1', name: '縁ヶ浜地震', law: '災害救助法', areas: ['prefecture:13'], openedBy: 'op', until },
  }
  await disasters.open({ db: platform.db, now: new Date(platform.clock.at.getTime() - 1000) }, about, [HOSPITAL, CLINIC])
}, 120_000)
afterAll(async () => {
  await platform?.close()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(() => sql`update disaster.extract set state = 'gone' where state in ('waiting', 'making')`.execute(platform.db))

describe('asking', () => {
  test.each<[string, object, string]>([
    ['no name', { names: ' ' }, 'input-invalid'],
    ['too many names', { names: 'a,b,c,d,e,f' }, 'input-invalid'],
    ['a day gone by', { ends: '2026-11-20' }, 'input-invalid'],
    ['no day', { ends: '2026-13-40' }, 'input-invalid'],
    ['a short passphrase', { passphrase: 'short', again: 'short' }, 'input-invalid'],
    ['two passphrases', { passphrase: 'a'.repeat(16), again: 'b'.repeat(16) }, 'input-invalid'],
    ['an area that cannot be read', { areas: 'ワジマ' }, 'input-invalid'],
    ['an area that is not open', { areas: '石川県' }, 'disaster-extract-area'],
    ['no disaster', { disaster: 'x' }, 'not-found'],
  ])('%s is refused', async (_, more, code) => {
    expect(said(await post(operator, '/operator/disaster/extracts', asked(more)))).toBe(code)
  })

  test('is the operator’s alone, and its answer is never kept', async () => {
    for (const role of ['auditor', 'administrator', 'physician'] as const)
      expect(said(await post(await platform.staff(role, HOSPITAL), '/operator/disaster/extracts', asked()))).toBe('not-permitted')
    expect(said(await post(operator, '/operator/disaster/extracts', asked(), { 'idempotency-key': 'x' }))).toBe('input-invalid')
  })

  test('keeps no passphrase and no key that the database alone could tell', async () => {
    const { id, passphrases } = await ask()
    const { rows } = await sql<{ row: string }>`select e::text as row from disaster.extract e where id = ${id}`.execute(platform.db)
    for (const { passphrase } of passphrases) expect(rows[0]!.row).not.toContain(passphrase)
    expect(rows[0]!.row).toContain('s1.k.')
    expect(rows[0]!.row).not.toContain('PRIVATE KEY')
    const told = JSON.stringify(await view(id))
    expect(told).not.toContain(passphrases[0]!.passphrase)
    expect(told).not.toContain('s1.k.')
  })

  test('a form comes back with what was typed, without the passphrase', async () => {
    const sent = new URLSearchParams({ ...asked({ names: '' }), passphrase: 'x'.repeat(20), again: '' }).toString()
    const page = await operator.post('/operator/disaster/extracts', sent, {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
    })
    expect([page.status, page.text.includes('2026-11-25'), page.text.includes('x'.repeat(20))]).toEqual([400, true, false])
  })
})

test('made, handed out, opened by each passphrase; ends no later than the area, and its digest is the file’s', async () => {
  const { id, passphrases } = await ask({ ends: '2027-12-31' })
  expect(passphrases.map((one) => one.name)).toEqual(['DMAT 1', 'DMAT 2'])
  expect(said(await operator.get(`/operator/disaster/extracts/${id}/download`))).toBe('disaster-extract-not-there')
  await work()
  const made = await view(id)
  expect(made).toMatchObject({ state: 'ready', people: 251 })
  expect(new Date(String(made.expiresAt)).getTime()).toBe(platform.clock.at.getTime() + 5 * DAY_MS)
  for (const { passphrase } of passphrases) {
    const { file, keys } = await opened(id, passphrase)
    expect([keys.length, keys.includes(key)]).toEqual([251, true])
    await file.close()
  }
  const bytes = readFileSync(fileOf(id))
  expect(made.fileSha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  const got = await operator.get(`/operator/disaster/extracts/${id}/download`)
  expect([got.status, got.headers['content-length'], got.headers['cache-control']]).toEqual([200, String(bytes.length), 'no-store'])
  expect(await view(id)).toMatchObject({ fetched: 1 })
  expect(said(await auditor.get(`/operator/disaster/extracts/${id}/download`))).toBe('not-permitted')
  const { rows } = await sql<{ secret: string }>`select secret from disaster.extract where id = ${id}`.execute(platform.db)
  expect(rows[0]!.secret).toBe('')
})

test('a stop in the middle goes on from there, in another process, to a file that is whole', async () => {
  const { id, passphrases } = await ask({ names: 'A' })
  const early = serviceOf(platform.services)
  // As if a step ended after its first batch: what it had written is noted, and the process is gone.
  const slow = performance.now
  let calls = 0
  performance.now = () => slow.call(performance) + 5_000 * calls++
  await step(early)
  performance.now = slow
  const half = await view(id)
  expect(half).toMatchObject({ state: 'making' })
  expect(half.walked as number).toBeGreaterThan(0)
  expect(half.walked as number).toBeLessThan(half.total as number)
  expect(said(await post(operator, `/operator/disaster/extracts/${id}/stop`))).toBe(200)
  await work()
  expect(await view(id)).toMatchObject({ state: 'stopped', walked: half.walked })
  expect(said(await post(operator, `/operator/disaster/extracts/${id}/go-on`))).toBe(200)
  await work(serviceOf(platform.services))
  expect(await view(id)).toMatchObject({ state: 'ready', people: 251 })
  const { file, keys } = await opened(id, passphrases[0]!.passphrase)
  expect(new Set(keys).size).toBe(251)
  await file.close()
})

test('where the half-written file is gone it begins again; a fault three times stops it', async () => {
  const { id, passphrases } = await ask({ names: 'A' })
  await sql`update disaster.extract set state = 'making', walked = 100,
    reached = ${JSON.stringify({ path: join(home, 'nowhere'), bytes: 10, chunks: 1, people: 3, after: 'zzz' })}::jsonb where id = ${id}`.execute(
    platform.db,
  )
  await work()
  expect(await view(id)).toMatchObject({ state: 'ready', people: 251 })
  await (await opened(id, passphrases[0]!.passphrase)).file.close()
  const broken = await ask({ names: 'A' })
  await sql`update disaster.extract set secret = 's1.k.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' where id = ${broken.id}`.execute(
    platform.db,
  )
  await work()
  expect(await view(broken.id)).toMatchObject({ state: 'stopped', stoppedFor: 'keys' })
})

test('who closed their record meanwhile is not taken; a closed area stops the making and the handing out', async () => {
  const { id } = await ask({ names: 'A' })
  await sql`insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    values (${key}, 'c', '', '', '', '', true, ${platform.clock.at})`.execute(platform.db)
  await work()
  expect(await view(id)).toMatchObject({ state: 'ready', people: 250 })
  await sql`delete from consent.closure`.execute(platform.db)
  const later = await ask({ names: 'A' })
  await sql`update consent.disaster set ended_at = ${platform.clock.at}`.execute(platform.db)
  await work()
  expect(await view(later.id)).toMatchObject({ state: 'stopped', stoppedFor: 'disaster-not-open' })
  expect(said(await post(operator, `/operator/disaster/extracts/${later.id}/go-on`))).toBe('disaster-not-open')
  expect(said(await operator.get(`/operator/disaster/extracts/${id}/download`))).toBe('disaster-not-open')
  await sql`update consent.disaster set ended_at = null`.execute(platform.db)
})

test('its end, and a word of the operator, delete the file', async () => {
  const [one, two] = [await ask({ names: 'A' }), await ask({ names: 'B' })]
  await work()
  expect(said(await post(operator, `/operator/disaster/extracts/${one.id}/remove`))).toBe(200)
  expect(existsSync(fileOf(one.id))).toBe(false)
  expect(existsSync(fileOf(two.id))).toBe(true)
  await sql`update disaster.extract set expires_at = ${platform.clock.at} where id = ${two.id}`.execute(platform.db)
  await step(serviceOf(platform.services))
  expect([existsSync(fileOf(two.id)), (await view(two.id)).state]).toEqual([false, 'gone'])
  expect(readdirSync(join(home, 'disaster-extracts')).filter((name) => name.startsWith(two.id))).toEqual([])
})

describe('merging at the desk', () => {
  let id: string
  let log: { text: string; head: string }
  beforeAll(async () => {
    const made = await ask({ names: 'A' })
    id = made.id
    await work()
    const { file } = await opened(id, made.passphrases[0]!.passphrase)
    const path = join(home, 'laptop.log')
    const expiresAt = new Date(file.manifest.expiresAt)
    const about = { path, extractId: id, key: createPrivateKey(file.about.logKeyPem), expiresAt, now: platform.clock.at }
    const laptop = openLaptopLog(about)
    await file.close()
    const who = { licence: 'physician' as const, licenceNumber: '1', institutionNumber: CLINIC, institutionName: 'さくら内科クリニック' }
    const look = (name: string, loginName: string) =>
      laptop.note({
        act: 'look',
        who: { ...who, name, loginName },
        at: platform.clock.at,
        keys: [key],
        agreed: 'oral',
        kinds: ['diagnosis'],
      })
    const doctor = await platform.staff('physician', CLINIC)
    look('青山 春樹', doctor.id)
    look('だれか ほか', doctor.id)
    look('青山 春樹', 'nobody')
    const self = await platform.staff('physician', CLINIC)
    await sql`insert into person.staff_person select ${self.id}, person_id, ${platform.clock.at}, 'x' from person.patient_key where key = ${key}`.execute(
      platform.db,
    )
    look('青山 春樹', self.id)
    const elsewhere = await platform.staff('physician', HOSPITAL)
    look('青山 春樹', elsewhere.id)
    laptop.close()
    log = { text: readFileSync(path, 'utf8'), head: readFileSync(`${path}.head`, 'utf8') }
  })

  test('once; again adds nothing; reviewers see themselves, other names, unknown logins and other workplaces', async () => {
    const done = await upload(operator, { log: log.text, head: log.head })
    expect(done.body).toMatchObject({ extractId: id, added: 6, known: 0, looks: 5, flagged: 4, problems: [] })
    expect((await upload(operator, { log: log.text, head: log.head })).body).toMatchObject({ added: 0, known: 6, looks: 0, flagged: 0 })
    const looks = (await get(auditor, '/operator/disaster/looks')).body.looks as { flags: string[]; telling: boolean }[]
    const telling = looks.filter((one) => one.telling).flatMap((one) => one.flags)
    for (const flag of ['other-name', 'login-unknown', 'self', 'not-there']) expect(telling).toContain(flag)
    expect(telling.filter((flag) => flag === 'self')).toHaveLength(1)
  })

  test.each<[string, () => Record<string, string>, RegExp]>([
    ['nothing chosen', () => ({}), /選んでください/],
    ['another file', () => ({ log: 'hello\n' }), /持ち出し端末の記録ではありません/],
    ['an extract made elsewhere', () => ({ log: log.text.replaceAll(id, '0'.repeat(26)) }), /ここで作られたものではありません/],
    ['no line signed rightly', () => ({ log: log.text.replaceAll('"signature":"', '"signature":"A') }), /署名の正しい行/],
  ])('%s is told beside the field, and nothing is merged', async (_, files, words) => {
    const before = await platform.count(sql`select 1 from disaster.entry`)
    const page = await upload(operator, files(), 'text/html')
    expect([page.status, page.text]).toEqual([422, expect.stringMatching(words)])
    expect(await platform.count(sql`select 1 from disaster.entry`)).toBe(before)
  })

  test('a line taken out is told; a log too large, and one cut off on the way, are refused', async () => {
    const lines = log.text.split('\n')
    const bent = await upload(operator, { log: lines.toSpliced(2, 1).join('\n') })
    expect((bent.body.problems as { kind: string }[]).map((p) => p.kind)).toContain('missing')
    const large = await upload(operator, { log: 'x'.repeat(11 * 1024 * 1024) })
    expect([large.status, said(large)]).toEqual([413, 'body-too-large'])
    const cut = await operator.post('/operator/disaster/merge', '--b1\r\nConte', {
      ...{ accept: 'text/html', 'content-type': 'multipart/form-data; boundary=b1' },
    })
    expect(cut.status).toBe(422)
    for (const role of ['auditor', 'administrator', 'physician'] as const)
      expect(said(await upload(await platform.staff(role, HOSPITAL), { log: log.text }))).toBe('not-permitted')
  })
})
