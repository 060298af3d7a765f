/**
 * The ledger of erasures: which records were ordered to be erased, in a file beside the data. A backup made before an erasure still
 * holds the record; whoever restores it erases again what the ledger names.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { clear, type TableRule } from '#care/erasure'
import { eraseAgain, type ErasureOrder } from '#care/record'
import { eraseOrphans } from '#care/signature'
import { type Db, transact } from '#kernel/database'
import type { JobRow } from '#kernel/route'
import { erasurePlan } from '../erasure-plan.ts'
import { problem, reasonOf } from './problem.ts'

export const ledgerFile = (home: string): string => join(home, 'erasures.ndjson')

const AT_ONCE = 1_000

/** Writes orders that are not in the file yet to it, so that they outlive the database. Orders hold a key and a reason, nothing of the record. */
export async function writeLedger(db: Db, home: string, now: Date): Promise<number> {
  const { rows } =
    await sql<ErasureOrder>`select key, id, at, by, basis, reason, sources, person_id as "personId" from record.erasure where written_at is null
    order by id limit ${AT_ONCE}`.execute(db)
  if (rows.length === 0) return 0
  const file = await open(ledgerFile(home), 'a+', 0o600)
  try {
    // A line that a power cut tore is left alone on its line: what it began is written whole below.
    await file.writeFile([...((await endsWhole(file)) ? [] : ['']), ...rows.map((r) => JSON.stringify(r)), ''].join('\n'))
    await file.sync()
  } finally {
    await file.close()
  }
  // Where the process ends here, the same orders are written twice: erasing twice is erasing once.
  const ids = rows.map((r) => r.id)
  await sql`update record.erasure set written_at = ${now} where id = any(${ids}::text[])`.execute(db)
  return rows.length
}

async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a
}

type Line = ErasureOrder & { at: string }

/**
 * The orders of the ledger, each once; none where there is no file. A torn line is passed over where all of it stands further down.
 * @refuses ledger-unreadable naming the line: an order must not be passed over
 */
export async function readLedger(home: string): Promise<ErasureOrder[]> {
  const file = ledgerFile(home)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    return problem('ledger-unreadable', { file, line: '-', reason: reasonOf(error) })
  })
  const lines = text.split('\n')
  const orders = lines.flatMap((line, at): Line[] => {
    if (line === '') return []
    const order = orderIn(line)
    if (order) return [order]
    if (lines.slice(at + 1).some((later) => later.startsWith(line) && orderIn(later))) return []
    return problem('ledger-unreadable', { file, line: String(at + 1), reason: 'not an order / 消去の指示ではありません' })
  })
  return [...new Map(orders.map((o) => [o.id, { ...o, at: new Date(o.at) }])).values()]
}

function orderIn(line: string): Line | undefined {
  try {
    const order = JSON.parse(line) as Line
    return [order.key, order.id, order.at].every((text) => typeof text === 'string') ? order : undefined
  } catch {
    return undefined
  }
}

const goingWith = (goes: TableRule['goes']) => erasurePlan.filter((one) => one.goes === goes)

/** Erases again what was erased after the backup was made. @returns how many orders were carried out anew */
export async function applyLedger(db: Db, home: string): Promise<number> {
  let done = 0
  for (const order of await readLedger(home)) {
    const again = await transact(db, async (trx) => {
      if (!(await eraseAgain(trx, order))) return false
      const who = { personIds: order.personId ? [order.personId] : [], keys: [order.key] }
      if (!order.sources) await clear(trx, goingWith('record'), who)
      await eraseOrphans(trx, order.key)
      if (order.personId) await clear(trx, goingWith('registration'), who)
      return true
    })
    if (again) done++
  }
  return done
}

/** Keeps the ledger up with the orders. */
export const ledgerJob = (home: string): JobRow => ({
  kind: 'job',
  name: 'backup.erasure-ledger',
  everyMs: 60_000,
  law: '個人情報の保護に関する法律（消去の実効性。条文は要確認: 弁護士）',
  summary: { ja: '消去の指示を控えの外の帳簿に写す', en: 'Copy orders to erase into the ledger outside the backups' },
  run: async ({ db, now }) => void (await writeLedger(db, home, now)),
})
