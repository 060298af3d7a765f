import { placements } from '../../app/placements.ts'
import { isProof, type Source } from './sources.ts'

export type Table = { name: string; columns: string[]; primaryKey: string[] | null; uniques: string[][]; body: string }

/** Tables without the patient key in their primary key, each with its reason. Everything else is sharded by patient key. */
export const unsharded: Record<string, string> = Object.fromEntries(
  Object.entries(placements).map(([name, { because }]) => [name, because]),
)

/** Columns that hold a patient key as a table's shard key. */
const KEY = 'key'

const withoutComments = (sql: string): string => sql.replace(/--[^\n]*/g, '').replace(/\/\*[\s\S]*?\*\//g, '')

/** Splits at commas outside parentheses. */
function parts(text: string): string[] {
  const found = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === ',' && depth === 0) found.push('')
    else found[found.length - 1] += char
  }
  return found.map((p) => p.trim().replace(/\s+/g, ' ')).filter(Boolean)
}

const listed = (text: string): string[] => text.split(',').map((c) => c.trim().split(' ')[0]!)

/** The tables that the steps create, with what later steps add to their keys. */
export function tablesOf(sql: string): Table[] {
  const text = withoutComments(sql)
  const tables: Table[] = []
  for (const match of text.matchAll(/create table (?:if not exists )?([a-z_]+\.[a-z_]+)\s*\(/gi)) {
    const body = balanced(text, match.index + match[0].length - 1)
    const items = parts(body)
    const constraint = (kind: string) =>
      items.flatMap((i) => [...i.matchAll(new RegExp(`^(?:constraint \\w+ )?${kind} ?\\(([^)]*)\\)`, 'gi'))].map((m) => listed(m[1]!)))
    const columns = items.filter((i) => !/^(primary key|unique|foreign key|constraint|check|exclude)\b/i.test(i))
    const named = (c: string) => c.split(' ')[0]!
    const single = columns.find((c) => / primary key/i.test(c))
    tables.push({
      name: match[1]!,
      columns: columns.map(named),
      primaryKey: constraint('primary key')[0] ?? (single ? [named(single)] : null),
      uniques: [...constraint('unique'), ...columns.filter((c) => / unique\b/i.test(c)).map((c) => [named(c)])],
      body,
    })
  }
  for (const match of text.matchAll(/create unique index \w+ on ([a-z_]+\.[a-z_]+) (?:using \w+ )?\(([^)]*)\)/gi))
    tables.find((t) => t.name === match[1])?.uniques.push(listed(match[2]!))
  return tables.filter(({ name }) => !isDropped(text, name))
}

/** Whether a table was taken away after it was last made. */
const isDropped = (text: string, name: string): boolean =>
  text.lastIndexOf(`drop table ${name};`) > Math.max(text.lastIndexOf(`create table ${name} (`), text.lastIndexOf(`create table ${name}(`))

/** What stands between the parenthesis at `open` and the one that closes it. */
function balanced(text: string, open: number): string {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++
    if (text[i] === ')' && --depth === 0) return text.slice(open + 1, i)
  }
  throw new Error('a parenthesis is not closed')
}

/** Tables that would not shard by patient key, though they are not listed as exempt. */
export function keyViolations(tables: readonly Table[], exempt: Record<string, string> = unsharded): string[] {
  return tables
    .filter((t) => !(t.name in exempt))
    .flatMap((t) => [
      ...(t.primaryKey?.includes(KEY)
        ? []
        : [`${t.name}: the primary key (${t.primaryKey?.join(', ') ?? 'none'}) lacks the patient key, which is the shard key`]),
      ...t.uniques
        .filter((u) => !u.includes(KEY))
        .map((u) => `${t.name}: unique (${u.join(', ')}) cannot be kept over shards without the patient key`),
    ])
}

/** Exemptions of tables that are gone, or that carry the key after all. */
export const staleExemptions = (tables: readonly Table[], exempt: Record<string, string> = unsharded): string[] =>
  Object.keys(exempt).filter((name) => {
    const table = tables.find((t) => t.name === name)
    return !table || (table.primaryKey?.includes(KEY) && table.uniques.every((u) => u.includes(KEY)))
  })

const forbidden: readonly [pattern: RegExp, because: string][] = [
  [
    /\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\b/i,
    'a trigger does not see other shards, and nobody who reads a service sees it',
  ],
  [/\bskip\s+locked\b/i, 'over shards it skips rows that nobody holds; job queues are local and leased'],
  [/\bcreate\s+(or\s+replace\s+)?(function|procedure)\b/i, 'rules are TypeScript, tested without a database'],
  [/\bcreate\s+(unlogged|temp|temporary)\b/i, 'an acknowledged write must survive the server'],
  [/\bsynchronous_commit\b/i, 'an acknowledged write must survive the server'],
  [/\bon\s+(delete|update)\s+cascade\b/i, 'what a person wrote never goes by itself'],
]

/** Files that may say one of these things, each with its reason. */
export const forbiddenExceptions: Record<string, { pattern: RegExp; because: string }> = {
  'care/consent/store.ts': {
    pattern: /set_config\('synchronous_commit', 'off', true\)/g,
    because:
      'a visit is noted in a transaction of its own, before the audit entry whose synchronous commit follows in the log; and the next card says it again',
  },
  'care/bulk/store.ts': {
    pattern: /set_config\('synchronous_commit', 'off', true\)/g,
    because:
      'a batch of an import that is lost is lost with the place the job had reached, and is read again; the end of the job commits synchronously',
  },
  'kernel/dpop.ts': {
    pattern: /set_config\('synchronous_commit', 'off', true\)/g,
    because: 'the claim of a proof rides on the synchronous commit of its audit entry, which follows it in the log and precedes the answer',
  },
  'care/eligibility/store/visit.ts': {
    pattern: /set_config\('synchronous_commit', 'off', true\)/g,
    because: 'the count of a visit precedes the synchronous commit of its audit entry in the log; and the next card says it again',
  },
  'care/eligibility/store/receive.ts': {
    pattern: /set_config\('synchronous_commit', 'off', true\)/g,
    because:
      'the claim of a reader session rides on the synchronous commit of its audit entry, which follows it in the log and precedes the answer',
  },
}

/** What no SQL of ours says. @param path where it stands, for the exceptions */
export function forbiddenSql(sql: string, path = ''): string[] {
  const text = withoutComments(sql).replace(forbiddenExceptions[path]?.pattern ?? /(?!)/g, '')
  const foreign = [...text.matchAll(/foreign key ?\(([^)]*)\)|(\w+) [^,()]*\breferences\b/gi)]
    .map((m) => listed(m[1] ?? m[2]!))
    .filter((columns) => !columns.includes(KEY))
    .map((columns) => `a foreign key on (${columns.join(', ')}): over shards it needs the patient key`)
  return [...foreign, ...forbidden.filter(([pattern]) => pattern.test(text)).map(([pattern, because]) => `${pattern.source}: ${because}`)]
}

/** Where SQL may be written: the store of a service, its schema and search, and the ground floor. */
const sqlPlaces = /^kernel\/|\/(store|schema)\.ts$|\/(store|migrations|search)\//

/** SQL elsewhere, each file with its reason. */
export const sqlExceptions: Record<string, string> = {
  'care/consent/rules.ts': 'the one predicate of authorisation, generated from the same rule table as the decision',
  'care/consent/rules/text.ts': 'that table as text of a condition, made of the table’s own words',
  'app/leader.ts': 'housekeeping over the tables of several rooms, by the one process that does it',
  'care/record/scan.ts': 'the one reader of everything that a caller may see, for bulk export',
  'care/record/still-visible.ts': 'asks of lines of an export whether the caller may see them as they leave, under the one predicate',
  'care/record/transaction/run.ts': 'savepoints around the entries of a batch; no table is named',
  'app/launcher/database-url.mjs': 'asks the database of DATABASE_URL for its version before anything of ours runs',
  'app/demo/progress.ts': 'the store of the demo region: how far it is made',
}

const exceptionFolders: Record<string, string> = {
  'app/backup/': 'a backup reads and writes every table, whatever room owns it',
  'app/cli/': 'the command line asks the database about itself (its clock, its steps, what is in it); it is wiring, like the rest of app',
}

/**
 * Statements of a text that write what people agreed to or closed, and give it no other version: what processes read beforehand would go on
 * showing what somebody withdrew. Steps of the schema come before any process reads.
 */
export const unraised = (text: string): string[] =>
  [...text.matchAll(/`[^`]*?\b(?:insert into|update|delete from|truncate)\s+consent\.(?:grant_fact|closure)\b[^`]*`/gi)]
    .map(([statement]) => statement)
    .filter((statement) => !/\$\{raising\(|create table/.test(statement))

/** Files that write SQL where a reader would not look for it. */
export function strayedSql(sources: readonly Source[]): string[] {
  return sources
    .filter((s) => !isProof(s.path) && !sqlPlaces.test(s.path) && !(s.path in sqlExceptions))
    .filter((s) => !Object.keys(exceptionFolders).some((folder) => s.path.startsWith(folder)))
    .filter((s) => writesSql(s))
    .map((s) => `${s.path}: SQL stands in store.ts (schema.ts, search/) or in the kernel`)
}

function writesSql(source: Source): boolean {
  if (/import (?!type)[^;]*? from 'pg'|import\('pg'\)/.test(source.text)) return true
  const fromKysely = /import (?!type)([^;]*?) from 'kysely'/.exec(source.text)?.[1] ?? ''
  return fromKysely.split(/[{},\s]+/).includes('sql')
}

/** Exceptions that nobody needs any more. */
export const staleSqlExceptions = (sources: readonly Source[]): string[] =>
  Object.keys(sqlExceptions).filter((path) => !sources.some((s) => s.path === path && writesSql(s)))
