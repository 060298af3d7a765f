import { type Arguments, EXIT, type Exit, type Io } from './command.ts'
import { configOf } from './platform.ts'
import { type Status, statusOf } from './status-of.ts'
import { padded } from './table.ts'

/** What state the platform is in. @returns 1 where the audit log or the schema is not as it must be */
export async function status({ switches }: Arguments, io: Io): Promise<Exit> {
  const found = await statusOf(configOf(io))
  if (switches.has('json')) io.out(JSON.stringify(found, null, 1))
  else for (const [ja, en, value] of lines(found)) io.out(`${padded(io.lang === 'ja' ? ja : en, 26)}${value}`)
  return found.wrong.length > 0 ? EXIT.refused : EXIT.fine
}

const mega = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MB`

/** Japanese, English, value. */
type Line = [ja: string, en: string, value: string]

function lines(s: Status): Line[] {
  const { audit, migrations, leader, disk, rows } = s
  const all: Line[] = [
    ['縁', 'Enishi', `${s.version} (Node ${s.node})`],
    ['データベース', 'database', `PostgreSQL ${s.database.version}, ${mega(s.database.bytes)}`],
    [
      'スキーマの段階',
      'schema steps',
      `${migrations.applied.length}, open ${migrations.open.join(' ') || '0'}${migrations.unknown.length > 0 ? `, unknown ${migrations.unknown.join(' ')}` : ''}`,
    ],
    ['データの場所', 'data folder', `${disk.home} (${mega(disk.freeBytes)} free)`],
  ]
  if (audit) {
    all.push(['監査ログの遅れ', 'audit lag', `${audit.lagRows} (${audit.lagMs} ms)`])
    all.push(['監査ログの葉', 'audit leaves', String(audit.size)])
    all.push([
      '監査ログの根',
      'audit root',
      `${audit.root} (${audit.rootMatches ? 'recomputed, the same' : 'RECOMPUTED, DIFFERENT'}; signature ${audit.signature})`,
    ])
    all.push(['最新の確認点', 'newest checkpoint', audit.checkpointAt ?? '-'])
  }
  all.push([
    'リーダー',
    'leader',
    leader ? `${leader.holder}, epoch ${leader.epoch}, ${leader.leads ? 'leads' : 'gone'} (${leader.beatAgeSeconds} s)` : '-',
  ])
  if (rows) all.push(...counts(rows))
  for (const what of s.wrong) all.push(['異常', 'WRONG', what])
  return all
}

/** Tables without rows are counted, not listed: `--json` names them. */
function counts({ resources, tables }: NonNullable<Status['rows']>): Line[] {
  const filled = Object.entries(tables).filter(([, n]) => n !== '0')
  const empty = Object.keys(tables).length - filled.length
  return [
    ...Object.entries(resources).map(([kind, n]): Line => [`記録 ${kind}`, `records ${kind}`, String(n)]),
    ...filled.map(([table, n]): Line => [`行 ${table}`, `rows ${table}`, n]),
    ['空の表', 'empty tables', String(empty)],
  ]
}
