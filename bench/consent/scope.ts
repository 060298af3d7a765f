/** The scope of a breach out of a log of ten million entries: from the question to the finished report. */
import { sql } from 'kysely'
import { askScope, finishScope, type Selector } from '#care/oversight'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { figure, round, say } from '../measure.ts'
import { migrations } from '../../app/migrations.ts'
import { keptConsent } from './database.ts'

const BAR_SECONDS = 60
/** Days the log covers, and people it is about. */
const DAYS = 365
const PEOPLE = 500_000
/** Written at a time, in the order of time as a log grows. */
const AT_ONCE = 500_000

/** Entries as charts, searches and desks leave them: 5,000 staff of 500 institutions, 50 systems, sessions of a day, tokens of five minutes. */
async function fill(db: Db, events: number): Promise<void> {
  for (let from = 0; from < events; from += AT_ONCE) {
    const to = Math.min(events, from + AT_ONCE) - 1
    await sql`insert into kernel.audit (key, id, at, actor_kind, actor_id, actor_name, actor_role, institution_number, institution_name, purpose, action, outcome, resource, kinds,
        count, consent_id, rule, law, request_id, salt, commitment, leaf_index, via)
      select case when i % 20 = 0 then '' else substr(md5('person ' || (i::bigint * 7919 % ${PEOPLE})::text), 1, 20) end, lpad(i::text, 26, '0'),
        timestamptz '2025-11-22' + make_interval(secs => i::float8 * ${DAYS * 86_400} / ${events}),
        case when i % 10 = 0 then 'system' else 'staff' end, case when i % 10 = 0 then 'system-' || i % 500 else 'staff-' || i % 5000 end, '計測 太郎', 'physician',
        '13' || lpad((i % 500)::text, 8, '0'), '計測診療所 ' || i % 500, 'TREAT', case i % 4 when 0 then 'chart.read' when 1 then 'record.search' when 2 then 'record.read' else 'eligibility.check' end,
        case when i % 50 = 0 then 'consent-missing' else 'success' end, 'Observation?', case i % 3 when 0 then array['test-result'] when 1 then array['diagnosis', 'prescription'] else array['patient'] end,
        12, lpad(i::text, 26, 'c'), case when i % 9 = 0 then 'own-institution' else 'visit-consent' end, '医療法等の一部を改正する法律（令和7年法律第87号）', lpad(i::text, 26, 'r'),
        decode(md5(i::text), 'hex'), decode(md5(i::text) || md5((i + 1)::text), 'hex'), i,
        case when i % 10 = 0 then 'token:' || i / 2000 || '-' || i % 500 else 'session:' || i / ${Math.ceil(events / DAYS)} || '-' || i % 5000 end
      from generate_series(${from}::int, ${to}::int) i`.execute(db)
    if ((from / AT_ONCE) % 4 === 3) say(`  ${to + 1} of ${events} entries written`)
  }
  // As the leader's housekeeping and the server's own would have left it.
  await sql`select brin_summarize_new_values('kernel.audit_by_origin')`.execute(db)
}

type Question = { name: string; selector: (events: number) => Selector }

const at = (day: number): string => new Date(Date.parse('2025-11-22T00:00:00Z') + day * 86_400_000).toISOString()
/** The session of an entry in the middle of the log. */
const session = (events: number): string => {
  const half = Math.floor(events / 2)
  const entry = half - (half % 5_000) + 123
  return `session:${Math.floor(entry / Math.ceil(events / DAYS))}-123`
}

const questions: readonly Question[] = [
  { name: 'one session', selector: (events) => ({ vias: [session(events)] }) },
  { name: 'one member of staff', selector: () => ({ actorIds: ['staff-123'] }) },
  { name: 'one institution, a month', selector: () => ({ institutionNumber: '1300000123', from: at(100), to: at(130) }) },
  { name: 'one institution, all time', selector: () => ({ institutionNumber: '1300000123' }) },
  { name: 'one rule, all time', selector: () => ({ rule: 'own-institution' }) },
]

const auditor = (db: Db): Context => {
  const actor = { kind: 'staff', id: 'auditor', role: 'auditor', institutionNumber: '', institutionName: '', name: '監査' } as const
  const about = {
    actor,
    purpose: 'HOPERAT',
    now: new Date('2026-11-22T00:00:00Z'),
    lang: 'ja',
    db,
    requestId: ulid(),
    sessionId: null,
  } as const
  return { ...about, audit: () => undefined, tell: () => undefined }
}

export async function breachScope({ events }: { events: number }): Promise<void> {
  const db = await keptConsent({ name: 'scope', stamp: `2 ${events} ${migrations.length}`, fill: (one) => fill(one, events) })
  try {
    const took: { name: string; seconds: number; persons: number }[] = []
    for (const { name, selector } of questions) {
      const from = performance.now()
      const id = await askScope(auditor(db), selector(events))
      const scope = await finishScope(db, id, new Date('2026-11-22T00:00:00Z'))
      const seconds = round((performance.now() - from) / 1000)
      if (scope.state !== 'done' || !scope.persons) throw new Error(`${name}: ${scope.state}, ${scope.persons} persons`)
      took.push({ name, seconds, persons: scope.persons })
      say(`  ${name}: ${seconds} s, ${scope.persons} persons, ${scope.entries} entries`)
    }
    // Every entry read once, nothing grouped: what the database alone takes.
    const from = performance.now()
    await sql`select count(*), max(at), min(action), max(kinds) from kernel.audit where rule = 'own-institution'`.execute(db)
    const floorSeconds = round((performance.now() - from) / 1000)
    const slowest = took.reduce((worst, one) => (one.seconds > worst.seconds ? one : worst))
    say(
      `breach-scope: the slowest question (${slowest.name}) took ${slowest.seconds} s over ${events} entries (bar: ${BAR_SECONDS} s over 10,000,000)`,
    )
    say(`  floor (the log read once by the database): ${floorSeconds} s`)
    figure({
      bench: 'consent',
      name: 'breach-scope',
      seconds: slowest.seconds,
      question: slowest.name,
      persons: slowest.persons,
      floorSeconds,
      events,
    })
    await sql`truncate oversight.scope, oversight.scope_touched, oversight.scope_count`.execute(db)
  } finally {
    await db.destroy()
  }
}
