import { resolve } from 'node:path'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import {
  DayTaken,
  dayOf,
  dropMaster,
  findLayout,
  findReleases,
  type Layout,
  layouts,
  loadMaster,
  MisfitFile,
  type Release,
} from '#care/terminology'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { configOf, databaseNow, upToDate, withDatabase } from './platform.ts'
import { progressOn } from './progress.ts'
import { tableTo } from './table.ts'

const LAW = '標準コードのマスターの登録（配布元の利用条件による。要確認: 弁護士）'

/** `terminology load | list | drop | layouts`: the masters of the operator. */
export async function terminology(given: Arguments, io: Io): Promise<Exit> {
  const [act = '', ...rest] = given.operands
  if (act === 'layouts' && rest.length === 0) return showLayouts(io)
  if (act === 'list' && rest.length === 0) return onDatabase(io, (db) => list(db, io))
  if (act === 'load' && rest.length === 1) return load(rest[0]!, given, io)
  if (act === 'drop' && rest.length === 1) return onDatabase(io, (db) => drop(db, rest[0]!, given, io))
  throw new Stop(EXIT.couldNotRun, {
    ja: '使い方：terminology load FILE --as 形式 --date 日付、terminology list、terminology drop システムのURL [--date 日付]、terminology layouts',
    en: 'Usage: terminology load FILE --as LAYOUT --date DAY, terminology list, terminology drop SYSTEM-URL [--date DAY], terminology layouts',
  })
}

const onDatabase = (io: Io, work: (db: Db) => Promise<Exit>): Promise<Exit> => {
  const config = configOf(io)
  return withDatabase(config, async (db) => {
    await upToDate(db, config)
    return work(db)
  })
}

function showLayouts(io: Io): Exit {
  const table = tableTo(io.out, io.lang === 'ja' ? ['--as', '配布物', '仕様'] : ['--as', 'file', 'specification'])
  for (const { id, title, source } of layouts) table.row([id, title[io.lang], source])
  table.row([
    'general',
    ...(io.lang === 'ja' ? ['見出しつきの表（--system が要る）', ''] : ['any table with headings (needs --system)', '']),
  ])
  table.end()
  return EXIT.fine
}

function layoutOf({ values }: Arguments): Layout {
  const layout = findLayout(values.as ?? '', {
    ...(values.system === undefined ? {} : { system: values.system }),
    ...(values.title === undefined ? {} : { title: values.title }),
  })
  if (layout) return layout
  if (values.as === 'general')
    throw new Stop(EXIT.couldNotRun, { ja: '--as general には --system URL が要ります。', en: '--as general needs --system URL.' })
  const known = [...layouts.map((l) => l.id), 'general'].join(', ')
  throw new Stop(EXIT.couldNotRun, { ja: `--as で形式を選んでください：${known}`, en: `Choose the layout with --as: ${known}` })
}

function dayIn(text: string | undefined): string {
  const day = dayOf(text ?? '')
  if (day) return day
  throw new Stop(EXIT.couldNotRun, {
    ja: '--date に、この版が有効になる日を書いてください（例 2026-11-01）。',
    en: '--date is the day from which this edition holds, e.g. 2026-11-01.',
  })
}

async function load(file: string, given: Arguments, io: Io): Promise<Exit> {
  const layout = layoutOf(given)
  const validFrom = dayIn(given.values.date)
  const path = resolve(io.cwd, file)
  return onDatabase(io, async (db) => {
    const bar = progressOn(io, { ja: '読み込み', en: 'load' })
    const now = await databaseNow(db)
    try {
      const { values, switches } = given
      const { releases, repeated } = await loadMaster(db, {
        ...{ path, layout, validFrom, now, progress: bar.at, replace: switches.has('replace') },
        ...(values.note === undefined ? {} : { note: values.note }),
        ...(values.sheet === undefined ? {} : { sheet: values.sheet }),
      })
      bar.end()
      if (!repeated) await noted(db, { now, action: 'terminology.load', releases })
      return saidLoaded(io, releases, repeated)
    } catch (error) {
      bar.end()
      return saidWrong(io, file, error)
    }
  })
}

function saidLoaded(io: Io, releases: readonly Release[], repeated: boolean): Exit {
  for (const r of releases)
    io.out(
      io.lang === 'ja'
        ? `${r.title.ja}　${r.terms} 件（${r.validFrom} から有効）${repeated ? '　同じファイルを読み込み済みです。変更はありません。' : ''}`
        : `${r.title.en}: ${r.terms} codes, valid from ${r.validFrom}${repeated ? ' (this very file was loaded before; nothing changed)' : ''}`,
    )
  return EXIT.fine
}

function saidWrong(io: Io, file: string, error: unknown): Exit {
  if (error instanceof DayTaken) {
    const { system, validFrom, file: other } = error.release
    throw new Stop(EXIT.refused, {
      ja: `${system} の ${validFrom} の版は、別のファイル（${other}）から読み込み済みです。置き換えるなら --replace を、別の版なら別の --date を指定してください。`,
      en: `The edition ${validFrom} of ${system} was loaded from another file (${other}). Use --replace to replace it, or another --date.`,
    })
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    throw new Stop(EXIT.couldNotRun, {
      ja: `${file} が見つかりません。場所を確かめてください。`,
      en: `${file} does not exist. Check the path.`,
    })
  if (!(error instanceof MisfitFile)) throw error
  const table = tableTo(io.out, io.lang === 'ja' ? ['ファイル:行', '列', '内容'] : ['file:line', 'column', 'what'])
  for (const { file: name, line, column, name: heading, ...sentence } of error.misfits)
    table.row([line > 0 ? `${name}:${line}` : name, column > 0 ? `${column} ${heading}`.trim() : '-', sentence[io.lang]])
  table.end()
  io.err(io.lang === 'ja' ? '何も読み込んでいません。' : 'Nothing was loaded.')
  return EXIT.refused
}

async function list(db: Db, io: Io): Promise<Exit> {
  const releases = await findReleases(db)
  if (releases.length === 0) {
    io.out(
      io.lang === 'ja'
        ? 'マスターはまだありません。terminology load で読み込みます（形式の一覧は terminology layouts）。'
        : 'There are no masters yet. Load one with terminology load (terminology layouts lists the forms).',
    )
    return EXIT.fine
  }
  const table = tableTo(
    io.out,
    io.lang === 'ja' ? ['システム', '有効', '件数', '名称', 'ファイル', '備考'] : ['system', 'from', 'codes', 'name', 'file', 'note'],
  )
  for (const r of releases) table.row([r.system, r.validFrom, String(r.terms), r.title[io.lang], r.file, r.note])
  table.end()
  return EXIT.fine
}

async function drop(db: Db, system: string, { values }: Arguments, io: Io): Promise<Exit> {
  const gone = await dropMaster(db, { system, ...(values.date === undefined ? {} : { validFrom: dayIn(values.date) }) })
  if (gone.length === 0)
    throw new Stop(EXIT.refused, {
      ja: `${system}${values.date ? `（${values.date}）` : ''} はありません。terminology list で確かめてください。`,
      en: `There is no ${system}${values.date ? ` of ${values.date}` : ''}. See terminology list.`,
    })
  await noted(db, { now: await databaseNow(db), action: 'terminology.drop', releases: gone })
  for (const r of gone)
    io.out(
      io.lang === 'ja'
        ? `除きました：${r.title.ja}（${r.validFrom}、${r.terms} 件）`
        : `Removed: ${r.title.en} (${r.validFrom}, ${r.terms} codes)`,
    )
  return EXIT.fine
}

/** Which codes everybody works with is no small thing: who changed them stands in the log. */
async function noted(db: Db, { now, action, releases }: { now: Date; action: string; releases: readonly Release[] }): Promise<void> {
  const actor = { kind: 'system', id: 'command-line', institutionNumber: '', institutionName: '', name: 'enishi', scopes: [] } as const
  const about = { actor, purpose: 'HOPERAT', now, requestId: ulid(now.getTime()), action, law: LAW } as const
  await insertAudit(
    db,
    releases.map((r) => auditEntry({ resource: `CodeSystem/${r.system}|${r.validFrom}`, count: r.terms }, about)),
  )
}
