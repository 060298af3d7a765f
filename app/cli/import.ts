import { insertAudit } from '#kernel/audit'
import type { Db } from '#kernel/database'
import type { Lang } from '#kernel/language'
import { judge } from '#care/record'
import { hasError } from '#packages/fhir'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { type Depositor, depositor, type Taken } from './deposit.ts'
import { configOf, databaseNow, upToDate, withDatabase } from './platform.ts'
import { progressOn } from './progress.ts'
import { type Document, documentsOf, findSources, placeOf, type Source } from './sources.ts'
import { findingTable } from './validate.ts'

type Count = { bundles: number; again: number; refused: number; warnings: number; kinds: Record<string, number> }
type Run = {
  io: Io
  lang: Lang
  db: Db
  sources: readonly Source[]
  deposit: Depositor
  table: ReturnType<typeof findingTable>
  count: Count
}

/** Thrown out of the transaction, so that nothing of it stays. */
const takenBack = Symbol('something was refused')

/**
 * Takes Bundles in through the same door as hospitals' submissions, directly on the database. All of them in one transaction, or none;
 * with `--each`, every Bundle by itself, so that the same command may be run again after a stop.
 */
export async function importBundles({ operands, values, switches }: Arguments, io: Io): Promise<Exit> {
  const as = values.as
  if (as !== undefined && !/^[0-9]{10}$/.test(as)) {
    const en = '--as is an institution number of ten digits.'
    throw new Stop(EXIT.couldNotRun, { ja: '--as は10桁の医療機関番号です。', en })
  }
  const lang = values.lang === 'en' || values.lang === 'ja' ? values.lang : io.lang
  const sources = await findSources(operands, io.cwd)
  const config = configOf(io)
  return withDatabase(config, async (db) => {
    await upToDate(db, config)
    const deposit = depositor({ as, lang, now: await databaseNow(db), note: (ja, en) => io.err(lang === 'ja' ? ja : en) })
    const count: Count = { bundles: 0, again: 0, refused: 0, warnings: 0, kinds: {} }
    const run: Run = { io, lang, db, sources, deposit, table: findingTable(io, lang), count }
    await (switches.has('each') ? oneByOne(run) : allOrNothing(run))
    run.table.end()
    summary(run, switches.has('each'))
    return count.refused > 0 ? EXIT.refused : EXIT.fine
  })
}

async function* documents({ io, sources }: Run): AsyncGenerator<Document> {
  const bar = progressOn(io, { ja: '取り込み', en: 'import' })
  const total = sources.reduce((sum, s) => sum + s.bytes, 0) || 1
  let done = 0
  for (const source of sources) {
    for await (const document of documentsOf(source)) {
      yield document
      bar.at((done + document.end) / total, placeOf(document))
    }
    done += source.bytes
  }
  bar.at(1)
  bar.end()
}

function note(run: Run, document: Document, taken: Taken): void {
  const { count } = run
  if ('refused' in taken) {
    count.refused++
    run.table.add(document, taken.refused)
    return
  }
  count.bundles++
  count.warnings += taken.receipt.warnings.length
  if (taken.receipt.repeated) count.again++
  for (const [kind, n] of Object.entries(taken.receipt.kinds)) count.kinds[kind] = (count.kinds[kind] ?? 0) + n
}

/** After the first refusal the rest is only judged, so that the table is whole. */
async function allOrNothing(run: Run): Promise<void> {
  try {
    await run.db.transaction().execute(async (trx) => {
      for await (const document of documents(run)) {
        if (run.count.refused === 0) note(run, document, await run.deposit.take(trx, document))
        else {
          const findings = 'unread' in document ? [document.unread] : judge(document.text).findings
          if (hasError(findings)) note(run, document, { refused: findings, entry: null })
        }
      }
      if (run.count.refused > 0) throw takenBack
    })
  } catch (error) {
    if (error !== takenBack) throw error
    await insertAudit(run.db, [run.deposit.refusedWhole(run.count.refused)])
  }
}

async function oneByOne(run: Run): Promise<void> {
  for await (const document of documents(run)) {
    const taken = await run.db
      .transaction()
      .execute(async (trx) => {
        const result = await run.deposit.take(trx, document)
        if ('refused' in result) throw new TakenBack(result)
        return result
      })
      .catch((error: unknown) => {
        if (error instanceof TakenBack) return error.result
        throw error
      })
    // A refused try is in the log too, in a commit of its own.
    if ('refused' in taken && taken.entry) await insertAudit(run.db, [taken.entry])
    note(run, document, taken)
  }
}

class TakenBack extends Error {
  readonly result: Taken
  constructor(result: Taken) {
    super('refused')
    this.result = result
  }
}

function summary({ io, lang, count }: Run, isEach: boolean): void {
  const { bundles, again, refused, warnings, kinds } = count
  const items = Object.entries(kinds)
    .sort()
    .map(([kind, n]) => `${kind} ${n}`)
    .join(', ')
  if (refused > 0 && !isEach) {
    io.out(
      lang === 'ja'
        ? `規則に合わないものが ${refused} 件あるため、何も取り込んでいません。直してから、もう一度実行してください。`
        : `${refused} broke the rules, so nothing was taken in. Correct them and run this again.`,
    )
    return
  }
  io.out(
    lang === 'ja'
      ? `Bundle ${bundles} 件を取り込みました（うち同じ内容の再送 ${again}、断ったもの ${refused}、注意 ${warnings}）。${items}`
      : `${bundles} Bundles taken in (${again} of them identical again, ${refused} refused, ${warnings} warnings). ${items}`,
  )
}
