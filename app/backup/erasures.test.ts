import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { migrations } from '../migrations.ts'
import { applyLedger, ledgerFile, readLedger, writeLedger } from './erasures.ts'

let platform: Platform
let home: string
let key: string
beforeAll(async () => {
  platform = await openPlatform({ migrations: [...migrations], template: 'whole' })
})
afterAll(() => platform?.close())
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'enishi-ledger-'))
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
  return () => rm(home, { recursive: true })
})

const records = () => platform.count(sql`select 1 from record.resource where key = ${key}`)
const write = async () => {
  const hospital = await platform.system(HOSPITAL)
  const subject = { reference: `Patient/${key}` }
  const made = await hospital.post('/fhir/R4/Observation', {
    resourceType: 'Observation',
    status: 'final',
    code: { text: '体温' },
    subject,
  })
  expect(made.status, made.text).toBe(201)
}
const erase = async () => {
  const operator = await platform.staff('operator', HOSPITAL)
  const parameter = [
    { name: 'basis', valueCode: 'wrong-person' },
    { name: 'reason', valueString: '別人の登録だったため' },
  ]
  expect((await operator.post(`/fhir/R4/Patient/${key}/$purge`, { resourceType: 'Parameters', parameter })).status).toBe(200)
}

test('an order reaches the ledger once, and holds nothing of the record', async () => {
  await write()
  await erase()
  expect([await writeLedger(platform.db, home, platform.clock.at), await writeLedger(platform.db, home, platform.clock.at)]).toEqual([1, 0])
  expect(await readLedger(home)).toMatchObject([{ key, basis: 'wrong-person' }])
  expect(await readFile(ledgerFile(home), 'utf8')).not.toContain('体温')
})

test('what a restore brings back is erased again, and only once', async () => {
  await write()
  await erase()
  await writeLedger(platform.db, home, platform.clock.at)
  // As a backup from before the erasure would have it.
  await sql`delete from record.erasure where key = ${key}`.execute(platform.db)
  await write()
  expect(await records()).toBe(1)
  expect(await applyLedger(platform.db, home)).toBe(1)
  expect([await records(), await applyLedger(platform.db, home)]).toEqual([0, 0])
})

test('no ledger is no order; a line that cannot be read stops the restore and is named', async () => {
  expect(await readLedger(home)).toEqual([])
  await writeFile(ledgerFile(home), '{"key":"a","id":"1","at":"2026-11-22T00:00:00Z"}\n{"key":\n')
  await expect(applyLedger(platform.db, home)).rejects.toThrow(/Line 2 of the ledger/)
  await writeFile(ledgerFile(home), '{"name":"x"}\n')
  await expect(readLedger(home)).rejects.toThrow(/Line 1/)
})

test('a line torn by a power cut is written whole below it, and read once', async () => {
  await write()
  await erase()
  // No order of the tests above.
  await sql`update record.erasure set written_at = now() where key <> ${key}`.execute(platform.db)
  await writeLedger(platform.db, home, platform.clock.at)
  const whole = await readFile(ledgerFile(home), 'utf8')
  for (const torn of [1, 20, whole.length - 1]) {
    await writeFile(ledgerFile(home), whole.slice(0, torn))
    if (torn < whole.length - 1) await expect(readLedger(home), 'the control: nothing stands below').rejects.toThrow(/Line 1/)
    await sql`update record.erasure set written_at = null where key = ${key}`.execute(platform.db)
    await writeLedger(platform.db, home, platform.clock.at)
    expect(await readLedger(home)).toMatchObject([{ key, basis: 'wrong-person' }])
  }
})
