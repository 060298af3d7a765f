/** What the predicate of authorisation adds to a search: the same searches over the same rows, in turn with and without it. */
import { sql } from 'kysely'
import { consentService, type ConsentService } from '#care/consent'
import { personService } from '#care/person'
import { recordService } from '#care/record'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { randomFrom } from '#packages/synthetic'
import { searchset } from '../../care/record/search/searchset.ts'
import { migrations } from '../../app/migrations.ts'
import { observationOf } from '../fhir/data.ts'
import { figure, latencies, round, say } from '../measure.ts'
import { keptConsent } from './database.ts'

const BAR = 1.15
const CLINIC = '1319999999'
/** Observations of each person, by eight institutions. */
const EACH = 60

/** People whose records are being read: by then a process has their facts at hand. */
const OPEN = 200

const key = sql`substr(md5('person ' || i::text), 1, 20)`

async function fill(db: Db, people: number): Promise<void> {
  const all = sql`generate_series(0, ${people - 1}::int) i`
  const about = { patient: 'Patient/KEY', at: '2026-04-01T09:00:00+09:00', encounter: 'Encounter/KEY-0' }
  const bodies = Array.from({ length: 8 }, (_, test) =>
    JSON.stringify({ id: 'KEY-NO', ...observationOf(randomFrom(`overhead ${test}`), { ...about, test }) }),
  )
  await sql`insert into record.resource (key, type, id, version, last_updated, kind, source, uninformed, undelivered, long_term, addressee, registered_at, clinical_at, tokens, refs, body)
    select ${key}, 'Observation', ${key} || '-' || n, 1, now() - make_interval(mins => n * 1000 + i % 1000), 'test-result', '13100000' || (10 + n % 8), n % 29 = 0, n % 31 = 0, false, null,
      now() - make_interval(days => (n * 20) % 2000), now() - make_interval(days => n), '{}', '{}',
      replace(replace((${bodies}::text[])[1 + n % 8], 'KEY', ${key}), 'NO', n::text)
    from ${all}, generate_series(1, ${EACH}::int) n`.execute(db)
  // Everybody agreed lately at the clinic, and often before, there and elsewhere.
  await sql`insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until)
    select ${key}, 'c' || n, kind, case when n % 3 = 0 then ${CLINIC} else '13100000' || (10 + n % 8) end, 'TREAT', now() - make_interval(days => n * 10),
      case when n = 0 then now() + interval '10 years' else now() - make_interval(days => n * 10 - 1) end
    from ${all}, generate_series(0, 5) n, unnest(array['test-result', 'diagnosis', 'prescription', 'infection', 'drug-allergy']) kind`.execute(
    db,
  )
  await sql`insert into consent.fact_version (key, institution_number, version) select ${key}, ${CLINIC}, gen_random_uuid() from ${all}`.execute(
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
const unguarded = (consent: ConsentService): ConsentService => ({
  ...consent,
  visibleTo: () => sql<boolean>`true`,
  ruleOf: () => sql<string>`''`,
  atHand: { ...consent.atHand, of: () => null },
})

export async function overhead({ people, seconds }: { people: number; seconds: number }): Promise<void> {
  const stamp = `4 ${people} ${migrations.length}`
  const db = await keptConsent({ name: 'overhead', stamp, fill: (one) => fill(one, people) })
  try {
    const consent = consentService()
    const person = personService({ totpOnce: true })
    const services = { with: recordService({ consent, person }), without: recordService({ consent: unguarded(consent), person }) }
    const { rows } = await sql<{ key: string }>`select key from consent.relation order by md5(key) limit ${3 * OPEN}`.execute(db)
    type Way = keyof typeof services
    const taken = (): Record<Way, number[]> => ({ with: [], without: [] })
    let found = { with: 0, without: 0 }
    const search = async (which: Way, of: string, into: Record<Way, number[]>) => {
      const query = new URLSearchParams({ patient: `Patient/${of}`, _count: '50' })
      const from = performance.now()
      const { search: asked, page } = await services[which].searchType(asking(db), 'Observation', { query, strict: false })
      Buffer.from(searchset('https://enishi.example/fhir/R4', asked, page))
      into[which].push(performance.now() - from)
      found = { ...found, [which]: found[which] + page.rows.length }
    }
    // In turn, and each first every other time, so that a slow moment of the machine falls on both.
    const both = async (n: number, into: Record<Way, number[]>) => {
      for (const which of n % 2 ? (['with', 'without'] as const) : (['without', 'with'] as const)) await search(which, rows[n]!.key, into)
    }
    for (let round = 0; round < 3; round++) for (let n = 0; n < OPEN; n++) await both(n, taken())
    // Nobody has asked about these before: once in the statement, then reading the facts first.
    const [first, second, open] = [taken(), taken(), taken()]
    for (const times of [first, second]) for (let n = OPEN; n < rows.length; n++) await both(n, times)
    found = { with: 0, without: 0 }
    const until = performance.now() + seconds * 1000
    for (let n = 0; performance.now() < until; n++) await both(n % OPEN, open)
    // Of the middle ones: a stop of the whole machine, which falls on one of them, says nothing about the predicate.
    const middle = (times: number[]) => latencies(Float64Array.from(times))
    const times = (of: Record<Way, number[]>) => round(middle(of.with).p50ms / middle(of.without).p50ms, 3)
    const [shown, floor] = [middle(open.with), middle(open.without)]
    const [ratio, firstRatio, secondRatio] = [times(open), times(first), times(second)]
    const n = open.with.length
    say(
      `query-overhead: ${ratio} times a search without the predicate (bar: ${BAR}); half within ${shown.p50ms} ms, without it ${floor.p50ms} ms`,
    )
    say(`  the first search about a person ${firstRatio}, the second, which reads what later ones have at hand, ${secondRatio}`)
    say(
      `  ${n} searches each for 50 Observations of one of ${OPEN} people, ${people} people with ${EACH} each, written as a Bundle; in turn`,
    )
    say(`  shown ${round(found.with / n, 1)} a page, without the predicate ${round(found.without / n, 1)}`)
    figure({
      bench: 'consent',
      name: 'query-overhead',
      ratio,
      firstRatio,
      secondRatio,
      p50ms: shown.p50ms,
      p99ms: shown.p99ms,
      floorP50ms: floor.p50ms,
      floorP99ms: floor.p99ms,
      n,
    })
  } finally {
    await db.destroy()
  }
}
