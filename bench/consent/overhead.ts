/** What the predicate of authorisation adds to a search: the same searches over the same rows, in turn with and without it. */
import { sql } from 'kysely'
import { consentService, type ConsentService } from '#care/consent'
import { personService } from '#care/person'
import { recordService } from '#care/record'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { latencies, figure, round, say } from '../measure.ts'
import { migrations } from '../../app/migrations.ts'
import { keptConsent } from './database.ts'

const BAR = 1.15
const CLINIC = '1319999999'
/** Observations of each person, by eight institutions. */
const EACH = 60

const key = sql`substr(md5('person ' || i::text), 1, 20)`

async function fill(db: Db, people: number): Promise<void> {
  const all = sql`generate_series(0, ${people - 1}::int) i`
  await sql`insert into record.resource (key, type, id, version, last_updated, kind, source, uninformed, undelivered, long_term, addressee, registered_at, clinical_at, tokens, refs, body)
    select ${key}, 'Observation', ${key} || '-' || n, 1, now() - make_interval(mins => n * 1000 + i % 1000), 'test-result', '13100000' || (10 + n % 8), n % 29 = 0, n % 31 = 0, false, null,
      now() - make_interval(days => (n * 20) % 2000), now() - make_interval(days => n), '{}', '{}',
      '{"resourceType":"Observation","id":"' || ${key} || '-' || n || '","status":"final","text":"' || repeat('x', 700) || '"}'
    from ${all}, generate_series(1, ${EACH}::int) n`.execute(db)
  // Everybody agreed lately at the clinic, and often before, there and elsewhere.
  await sql`insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until)
    select ${key}, 'c' || n, kind, case when n % 3 = 0 then ${CLINIC} else '13100000' || (10 + n % 8) end, 'TREAT', now() - make_interval(days => n * 10),
      case when n = 0 then now() + interval '10 years' else now() - make_interval(days => n * 10 - 1) end
    from ${all}, generate_series(0, 5) n, unnest(array['test-result', 'diagnosis', 'prescription', 'infection', 'drug-allergy']) kind`.execute(
    db,
  )
  await sql`insert into consent.relation (key, institution_number, since) select ${key}, ${CLINIC}, now() from ${all}`.execute(db)
}

function asking(db: Db): Context {
  const actor = {
    kind: 'staff',
    id: 's',
    role: 'physician',
    institutionNumber: CLINIC,
    institutionName: '計測診療所',
    name: '計測',
  } as const
  const about = { actor, purpose: 'TREAT', now: new Date(), lang: 'ja', db, requestId: ulid(), sessionId: null } as const
  return { ...about, audit: () => undefined, tell: () => undefined }
}

/** The service as it is, but for the predicate: everything is shown, by no rule. */
const open = (consent: ConsentService): ConsentService => ({
  ...consent,
  visibleTo: () => sql<boolean>`true`,
  ruleOf: () => sql<string>`''`,
})

export async function overhead({ people, seconds }: { people: number; seconds: number }): Promise<void> {
  const stamp = `1 ${people} ${migrations.length}`
  const db = await keptConsent({ name: 'overhead', stamp, fill: (one) => fill(one, people) })
  try {
    const consent = consentService()
    const person = personService({ totpOnce: true })
    const services = { with: recordService({ consent, person }), without: recordService({ consent: open(consent), person }) }
    const { rows } = await sql<{ key: string }>`select key from consent.relation order by md5(key) limit 2000`.execute(db)
    const taken = { with: [] as number[], without: [] as number[] }
    let found = { with: 0, without: 0 }
    const search = async (which: 'with' | 'without', n: number, counted: boolean) => {
      const query = new URLSearchParams({ patient: `Patient/${rows[n % rows.length]!.key}`, _count: '50' })
      const from = performance.now()
      const { page } = await services[which].searchType(asking(db), 'Observation', { query, strict: false })
      if (!counted) return
      taken[which].push(performance.now() - from)
      found = { ...found, [which]: found[which] + page.rows.length }
    }
    for (let n = 0; n < 200; n++) for (const which of ['with', 'without'] as const) await search(which, n, false)
    const until = performance.now() + seconds * 1000
    // In turn, and each first every other time, so that a slow moment of the machine falls on both.
    for (let n = 0; performance.now() < until; n++)
      for (const which of n % 2 ? (['with', 'without'] as const) : (['without', 'with'] as const)) await search(which, n, true)
    const [shown, floor] = [latencies(Float64Array.from(taken.with)), latencies(Float64Array.from(taken.without))]
    // Of the middle ones: a stop of the whole machine, which falls on one of them, says nothing about the predicate.
    const ratio = round(shown.p50ms / floor.p50ms, 3)
    say(
      `query-overhead: ${ratio} times a search without the predicate (bar: ${BAR}); half within ${shown.p50ms} ms, without it ${floor.p50ms} ms`,
    )
    say(
      `  ${taken.with.length} searches each for 50 Observations of one person, ${people} people with ${EACH} each; one connection, in turn`,
    )
    say(
      `  shown ${round(found.with / taken.with.length, 1)} a page, without the predicate ${round(found.without / taken.without.length, 1)}`,
    )
    figure({
      bench: 'consent',
      name: 'query-overhead',
      ratio,
      p50ms: shown.p50ms,
      p99ms: shown.p99ms,
      floorP50ms: floor.p50ms,
      floorP99ms: floor.p99ms,
      n: taken.with.length,
    })
  } finally {
    await db.destroy()
  }
}
