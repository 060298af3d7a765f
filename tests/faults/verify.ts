import type { Client } from 'pg'
import { indexRows } from '../../care/record/index-rows.ts'
import type { Resource } from '#packages/fhir'
import type { Submission } from './ledger.ts'

/** What the database holds against what the writers were told. All but `acked` must be 0, `wrong` empty. */
export type Verdict = {
  acked: number
  /** Acknowledged, and not there. */
  lost: number
  /** The same content of the same identifier stored more than once. */
  dup: number
  /** Stored in part: items missing or left over, index rows that disagree. */
  partialBundles: number
  /** Stored or acknowledged without its audit entry. */
  auditMissing: number
  /** Sent, never acknowledged, and there. */
  ambiguousStored: number
  ambiguous: number
  wrong: string[]
}

type Stored = {
  key: string
  id: string
  value: string
  sha256: string
  claimed: boolean
  rows: number
  live: number
  audited: boolean
  told: boolean
}

const DEPOSITS = `
  select d.key, d.id, d.value, encode(d.sha256, 'hex') as sha256, coalesce(c.deposit_id = d.id, false) as claimed,
    (select count(*)::int from record.resource r where r.key = d.key and r.deposit_id = d.id) as rows,
    (select count(*)::int from record.resource r where r.key = d.key and r.deposit_id = d.id and not r.deleted) as live,
    exists (select 1 from kernel.audit a where a.key = d.key and a.action = 'record.deposit' and a.outcome = 'success' and a.resource = 'Bundle/' || d.id) as audited,
    exists (select 1 from kernel.outbox o where o.key = d.key and o.topic = 'record.deposited' and o.payload->>'depositId' = d.id) as told
  from record.deposit d left join record.bundle_claim c on c.key = d.key and c.system = d.system and c.value = d.value`

/** Beginning of the member ids of people whom the register does not know before the run. */
export const NEWCOMER = '06990001:F1'

/** Statements that count what must not be: each is 0 in a whole database. */
const INVARIANTS: readonly [what: string, sql: string][] = [
  [
    'claims of an identifier without their submission',
    `select count(*)::int as n from record.bundle_claim c where not exists
    (select 1 from record.deposit d where d.key = c.key and d.id = c.deposit_id)`,
  ],
  [
    'items without their submission',
    `select count(*)::int as n from record.resource r where r.deposit_id is not null and not exists
    (select 1 from record.deposit d where d.key = r.key and d.id = r.deposit_id)`,
  ],
  [
    'version chains with a gap',
    `select count(*)::int as n from (
    select key, type, id from (select key, type, id, version from record.version union all select key, type, id, version from record.resource) v
    group by key, type, id having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)) gaps`,
  ],
  [
    'index rows of nothing that lives',
    `select count(*)::int as n from (
    select key, type, id from record.string_value union all select key, type, id from record.date_value) i
    where not exists (select 1 from record.resource r where r.key = i.key and r.type = i.type and r.id = i.id and not r.deleted)`,
  ],
  [
    'deleted items that a search still finds',
    `select count(*)::int as n from record.resource where deleted and (tokens <> '{}' or refs <> '{}')`,
  ],
  [
    'newcomers entered twice',
    `select count(*)::int as n from (select folded from person.member_id where as_sent like '${NEWCOMER}%'
    group by folded having count(distinct person_id) > 1) twice`,
  ],
  [
    'grants that the consent they come from does not give, or no longer',
    `select count(*)::int as n from consent.grant_fact g where g.spread_by is null and not exists (select 1 from consent.consent c
      where c.key = g.key and c.id = g.consent_id and g.kind = any(c.allowed) and c.withdrawn_at is not distinct from g.withdrawn_at)`,
  ],
  [
    'public figures that are not those of the log',
    `select abs(coalesce((select sum(lines) from statistics.day), 0) -
      (select count(*) from kernel.audit where leaf_index < (select next_leaf from statistics.progress where name = 'log')))::int as n`,
  ],
  [
    // Somebody may be in the register before anything is recorded of them.
    'patient keys under which something stands, without a Patient',
    `select count(*)::int as n from person.patient_key k where exists (select 1 from record.resource r where r.key = k.key)
      and not exists (select 1 from record.resource r where r.key = k.key and r.type = 'Patient' and not r.deleted)`,
  ],
]

/** Holds what is stored against the ack list and the invariants. */
export async function verify(client: Client, sent: ReadonlyMap<string, Submission>, acked: ReadonlySet<string>): Promise<Verdict> {
  const wrong: string[] = []
  for (const [what, sql] of INVARIANTS) {
    const { n } = (await client.query<{ n: number }>(sql)).rows[0]!
    if (n > 0) wrong.push(`${n} ${what}`)
  }
  const unlike = await disagreeingIndexes(client)
  if (unlike > 0) wrong.push(`${unlike} items whose index rows disagree with what they say`)
  const { rows } = await client.query<Stored>(DEPOSITS)
  const untold = rows.filter((d) => d.value.includes('^F1-') && !d.told).length
  if (untold > 0) wrong.push(`${untold} submissions without their message to others`)
  return { ...judge(rows, sent, acked), wrong }
}

type Judged = Omit<Verdict, 'wrong'>

/** Pure: what is stored against what was said. A deposit that nobody of this run sent (the demo's) is held to the audit rule only. */
export function judge(stored: readonly Stored[], sent: ReadonlyMap<string, Submission>, acked: ReadonlySet<string>): Judged {
  const byContent = Map.groupBy(stored, (d) => `${d.value.split('^').at(-1)} ${d.sha256}`)
  const result = {
    acked: acked.size,
    lost: 0,
    dup: 0,
    partialBundles: 0,
    auditMissing: stored.filter((d) => !d.audited).length,
    ambiguousStored: 0,
    ambiguous: 0,
  }
  const newestAcked = new Map<string, number>()
  for (const s of sent.values()) {
    if (acked.has(s.name)) newestAcked.set(s.identifier, Math.max(newestAcked.get(s.identifier) ?? 0, s.revision))
  }
  for (const s of sent.values()) {
    const copies = byContent.get(`${s.identifier} ${s.sha256}`) ?? []
    const first = copies[0]
    result.dup += Math.max(0, copies.length - 1)
    result.partialBundles += copies.filter((d) => d.rows !== s.entries || d.live !== (d.claimed ? s.entries : 0)).length
    if (!acked.has(s.name)) {
      result.ambiguous++
      if (first) result.ambiguousStored++
      continue
    }
    // What was acknowledged is there; the newest of an identifier is also what holds, unless a later unclear one replaced it.
    const replaced = s.revision < newestAcked.get(s.identifier)! || laterStored(s, sent, byContent)
    if (!first || (!replaced && !first.claimed)) {
      result.lost++
      if (!first) result.auditMissing++
    }
  }
  return result
}

function laterStored(s: Submission, sent: ReadonlyMap<string, Submission>, byContent: ReadonlyMap<string, readonly Stored[]>): boolean {
  const next = sent.get(`${s.identifier}#${s.revision + 1}`)
  return next !== undefined && byContent.has(`${next.identifier} ${next.sha256}`)
}

type Indexed = { key: string; type: string; id: string; kind: string; body: string; tokens: string[]; refs: string[] }

/** Number of living resources whose index rows are not those that their text gives. */
async function disagreeingIndexes(client: Client): Promise<number> {
  const { rows } = await client.query<Indexed>('select key, type, id, kind, body, tokens, refs from record.resource where not deleted')
  const of = (r: { key: string; type: string; id: string }) => `${r.key}/${r.type}/${r.id}`
  const strings = await client.query<{ key: string; type: string; id: string; param: string; value: string }>(
    'select * from record.string_value',
  )
  const dates = await client.query<{ key: string; type: string; id: string; param: string; lo: Date | null; hi: Date | null }>(
    'select * from record.date_value',
  )
  const stringsOf = Map.groupBy(strings.rows, of)
  const datesOf = Map.groupBy(dates.rows, of)
  const instant = (at: Date | string | null) => (at === null ? '' : new Date(at).toISOString())
  return rows.filter((row) => {
    const own = row.kind === 'patient' || row.kind === 'shared'
    const index = indexRows(JSON.parse(row.body) as Resource, own ? null : row.key)
    const pairs: [string[], string[]][] = [
      [row.tokens, index.tokens],
      [row.refs, index.refs],
      [(stringsOf.get(of(row)) ?? []).map((s) => `${s.param}=${s.value}`), index.strings.map((s) => `${s.param}=${s.value}`)],
      [
        (datesOf.get(of(row)) ?? []).map((d) => `${d.param}=${instant(d.lo)}/${instant(d.hi)}`),
        index.dates.map((d) => `${d.param}=${instant(d.lo)}/${instant(d.hi)}`),
      ],
    ]
    return pairs.some(([is, should]) => [...is].sort().join('\n') !== [...should].sort().join('\n'))
  }).length
}
