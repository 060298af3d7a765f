/** A card was accepted at a desk: everything that is written and read for it, in one statement for as many desks as ask at once. */
import { relationsFrom } from '#care/consent'
import { protectedKeys } from '#care/person'
import { sql } from 'kysely'
import { gather } from '#kernel/gather'
import type { Changed, Facts, ProvenBy } from '../model.ts'
import { gatherFacts } from '../store.ts'
import { beforeVisits, judgedVisits, type Noted, writtenVisits } from './visit.ts'

/** `date`: YYYY-MM-DD in Japan; `addressMark`: digest of the address, null where it is not known. */
export type Arrived = {
  sessionId: string
  keys: readonly string[]
  cardSerial: string
  institutionNumber: string
  date: string
  addressMark: string | null
  now: Date
  consentUntil: Date
  provenBy: ProvenBy
}
/** `facts`: null where the challenge was spent already; `hidden`: no desk is shown where the person lives. */
export type Receipt = { facts: Facts | null; noted: Noted; hidden: boolean }

type Row = {
  claimed: string | null
  key: string | null
  facts: Facts | null
  place: string | null
  changed: Changed[] | null
  chart: string | null
}

const placeOf = ({ keys, institutionNumber }: Arrived) => `${keys[0]} ${institutionNumber}`

/** In one order for everybody, so that two statements that meet wait for each other instead of each for the other. */
function asked(arrived: readonly Arrived[], first: ReadonlyMap<string, number>): object[] {
  const rows = arrived.map((a, n) => ({
    id: first.get(a.sessionId) === n ? a.sessionId : null,
    ...{
      place: placeOf(a),
      key: a.keys[0],
      keys: a.keys,
      serial: a.cardSerial,
      institution: a.institutionNumber,
      date: a.date,
      card: true,
    },
    ...{ address: a.addressMark, at: a.now, until: a.consentUntil, proven: a.provenBy },
  }))
  return rows.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
}

/**
 * Spends the challenge for the holder, reads the holder's cover, counts the visit and makes them a patient here: of any number of
 * requests with the same challenge exactly one finds `used_at` empty, and whoever loses that race came with this card all the same.
 *
 * The commit does not wait for the disk. A crash within the same second could forget the claim, never the audit entry, whose
 * synchronous commit follows in the log; the challenge would then answer once more within its two minutes, to the same institution, for
 * the same card, and the visit is said again.
 */
export const receiveCard = gather<Arrived, Receipt>(async (db, arrived) => {
  // Of two claims of one session in one statement the first is taken; an update could not tell them apart.
  const first = new Map<string, number>()
  arrived.forEach((a, n) => {
    if (!first.has(a.sessionId)) first.set(a.sessionId, n)
  })
  const keys = [...new Set(arrived.flatMap((a) => a.keys))]
  const { rows } = await sql<Row>`
    with quick as (select set_config('synchronous_commit', 'off', true)),
    came as materialized (select a.* from jsonb_to_recordset(${JSON.stringify(asked(arrived, first))}::jsonb)
      as a(id text, place text, key text, keys text[], serial text, institution text, date date, card boolean, address text, at timestamptz,
        until timestamptz, proven text), quick),
    claimed as (
      update eligibility.reader_session s set used_at = a.at, person_key = a.key, card_serial = a.serial, consent_until = a.until, proven_by = a.proven
      from came a where s.id = a.id and s.id = any(array(select id from came)) and s.used_at is null and s.expires_at > a.at returning s.id),
    related as (${relationsFrom(sql`(select k.key, a.institution as institution_number, a.at as since from came a, unnest(a.keys) as k(key)) visit`)}),
    asked as (select distinct on (place) place, key, keys, institution, date, to_char(date, 'YYYY-MM') as month, card, address, at from came order by place),
    ${beforeVisits},
    judged as (${judgedVisits}),
    written as (${writtenVisits}),
    hidden as (select p.key from ${protectedKeys(sql`${arrived[0]!.date}::text`)} p where p.key = any(${keys}::text[]))
    select id as claimed, null as key, null::json as facts, null as place, null::text[] as changed, null as chart from claimed
    union all select null, key, facts, null, null, null from eligibility.facts where key = any(${keys}::text[])
    union all select null, key, null, 'hidden', null, null from hidden
    union all select null, null, null, place, changed, chart from judged`.execute(db)
  const claimed = new Set(rows.flatMap((r) => r.claimed ?? []))
  const facts = new Map(rows.flatMap((r) => (r.key === null || r.place === 'hidden' ? [] : [[r.key, r] as const])))
  const hidden = new Set(rows.flatMap((r) => (r.place === 'hidden' ? (r.key ?? []) : [])))
  const noted = new Map(
    rows.flatMap((r) => (r.place === null ? [] : [[r.place, { changed: r.changed ?? [], chartNumber: r.chart }] as const])),
  )
  return arrived.map((a, n) => ({
    facts: first.get(a.sessionId) === n && claimed.has(a.sessionId) ? gatherFacts(a.keys.flatMap((key) => facts.get(key) ?? [])) : null,
    noted: noted.get(placeOf(a)) ?? { changed: [], chartNumber: null },
    hidden: a.keys.some((key) => hidden.has(key)),
  }))
})
