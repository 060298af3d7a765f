/** The register of system clients and their keys. `person.client` holds the keys that count now; `person.client_key` every one, with dates. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { gather } from '#kernel/gather'
import { type JudgedKey, jwkThumbprint } from '../key-rules.ts'
import type { BindingPolicy, SystemClient } from '../model.ts'
import type { ClientEntry, ClientKey, Reach } from '../register-model.ts'
import { within } from './facility.ts'

export async function insertClient(db: Db, c: SystemClient): Promise<void> {
  await sql`insert into person.client (client_id, institution_number, name, jwks, scopes, binding, certificates, certificate_subject, made_at)
    values (${c.clientId}, ${c.institutionNumber}, ${c.name}, ${JSON.stringify(c.jwks)}::jsonb, ${c.scopes}, ${c.binding ?? 'any'},
      ${c.certificates ?? []}, ${c.certificateSubject ?? null}, now())`.execute(db)
  await insertKeys(db, c.clientId, { keys: [...c.jwks.keys.map(unjudged), ...(c.certificates ?? []).map(thumbprintAlone)], at: null })
}

/** Changes what a client's tokens are tied to, from its next request on. */
export async function updateClientBinding(
  db: Db,
  clientId: string,
  to: { binding: BindingPolicy; certificates: readonly string[]; certificateSubject: string | null },
): Promise<void> {
  await sql`update person.client set binding = ${to.binding}, certificates = ${[...to.certificates]}::text[], certificate_subject = ${to.certificateSubject}
    where client_id = ${clientId}`.execute(db)
  await sql`update person.client_key set retired_at = now() where client_id = ${clientId} and form = 'certificate' and retired_at is null
    and thumbprint <> all(${[...to.certificates]}::text[])`.execute(db)
  await insertKeys(db, clientId, { keys: to.certificates.map(thumbprintAlone), at: null })
}

const unjudged = (jwk: object): JudgedKey => {
  const thumbprint = jwkThumbprint(jwk)
  const kid = 'kid' in jwk && typeof jwk.kid === 'string' ? jwk.kid : thumbprint
  const about = 'alg' in jwk && typeof jwk.alg === 'string' ? jwk.alg : ''
  return { thumbprint, form: 'jwk', kid, about, jwk, validUntil: null }
}
const thumbprintAlone = (thumbprint: string): JudgedKey => ({
  thumbprint,
  form: 'certificate',
  kid: '',
  about: '',
  jwk: null,
  validUntil: null,
})

/** Adds keys; one that was retired counts again. `at` null: by the database's clock. */
export async function insertKeys(db: Db, clientId: string, about: { keys: readonly JudgedKey[]; at: Date | null }): Promise<void> {
  for (const k of about.keys)
    await sql`insert into person.client_key (client_id, thumbprint, form, kid, about, jwk, valid_until, added_at)
      values (${clientId}, ${k.thumbprint}, ${k.form}, ${k.kid}, ${k.about}, ${k.jwk === null ? null : JSON.stringify(k.jwk)}::jsonb, ${k.validUntil},
        coalesce(${about.at}::timestamptz, now()))
      on conflict (client_id, thumbprint) do update set retired_at = null, kid = excluded.kid, jwk = excluded.jwk,
        about = coalesce(nullif(excluded.about, ''), client_key.about),
        valid_until = case when excluded.form = 'jwk' then excluded.valid_until else coalesce(excluded.valid_until, client_key.valid_until) end`.execute(
      db,
    )
}

/** Makes the keys that count those which are not retired. A key whose end is planned says when (`exp`, seconds), so that it holds to the second. */
export async function settleKeys(db: Db, clientId: string): Promise<void> {
  await sql`update person.client c set
      jwks = jsonb_build_object('keys', coalesce((select jsonb_agg(case when k.valid_until is null then k.jwk
          else k.jwk || jsonb_build_object('exp', floor(extract(epoch from k.valid_until))::bigint) end order by k.added_at, k.thumbprint) from person.client_key k
        where k.client_id = c.client_id and k.form = 'jwk' and k.retired_at is null), '[]'::jsonb)),
      certificates = coalesce((select array_agg(k.thumbprint order by k.added_at, k.thumbprint) from person.client_key k
        where k.client_id = c.client_id and k.form = 'certificate' and k.retired_at is null), '{}')
    where c.client_id = ${clientId}`.execute(db)
}

/** Takes a key out of use from the next request on. @returns whether there was such a key in use */
export async function retireKey(db: Db, about: { clientId: string; thumbprint: string; now: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.client_key set retired_at = ${about.now}
    where client_id = ${about.clientId} and thumbprint = ${about.thumbprint} and retired_at is null`.execute(db)
  if (numAffectedRows === 1n) await settleKeys(db, about.clientId)
  return numAffectedRows === 1n
}

/** Sets the last day of a key, or none; a certificate keeps the end it was made with. */
export async function setKeyEnd(db: Db, about: { clientId: string; thumbprint: string; until: Date | null }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.client_key set valid_until = ${about.until}
    where client_id = ${about.clientId} and thumbprint = ${about.thumbprint} and form = 'jwk' and retired_at is null`.execute(db)
  return numAffectedRows === 1n
}

/** Public keys of a client that ended, at their end: to tell whoever still signs with one what is wrong. */
export async function endedKeys(db: Db, clientId: string): Promise<{ kid: string; jwk: object; endedAt: Date }[]> {
  const { rows } = await sql<{ kid: string; jwk: object; endedAt: Date }>`select kid, jwk, retired_at as "endedAt" from person.client_key
    where client_id = ${clientId} and form = 'jwk' and jwk is not null and retired_at is not null order by retired_at desc limit 10`.execute(
    db,
  )
  return rows
}

/** When a certificate of a client was retired; undefined where it is in use, or was never registered. */
export async function certificateRetiredAt(db: Db, clientId: string, thumbprint: string): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`select retired_at as at from person.client_key
    where client_id = ${clientId} and thumbprint = ${thumbprint} and form = 'certificate' and retired_at is not null`.execute(db)
  return rows[0]?.at
}

/** Retires the keys whose end has come. */
export async function retireEndedKeys(db: Db, now: Date): Promise<void> {
  const { rows } = await sql<{ clientId: string }>`update person.client_key set retired_at = valid_until
    where valid_until <= ${now} and retired_at is null returning client_id as "clientId"`.execute(db)
  for (const clientId of new Set(rows.map((r) => r.clientId))) await settleKeys(db, clientId)
}

export const USE_EVERY_MS = 3_600_000

/** Notes that a key proved its client, at most once an hour: a write a token would cost more than it tells. */
export async function noteKeyUse(db: Db, use: { clientId: string; thumbprint: string; now: Date }): Promise<void> {
  await sql`update person.client_key set used_at = ${use.now} where client_id = ${use.clientId} and thumbprint = ${use.thumbprint} and retired_at is null
    and (used_at is null or used_at < ${new Date(use.now.getTime() - USE_EVERY_MS)})`.execute(db)
}

type ClientRow = {
  client_id: string
  institution_number: string
  name: string
  jwks: { keys: object[] }
  scopes: string[]
  binding: BindingPolicy
  certificates: string[]
  certificate_subject: string | null
  facility: string
}
export type FoundClient = Required<SystemClient> & { institutionName: string }

/** A live client of a facility that is one today; requests of many clients at once share a statement. */
export const findClient = gather<string, FoundClient | undefined>(async (db, clientIds) => {
  const { rows } =
    await sql<ClientRow>`select c.*, f.name as facility from person.client c join person.facility f using (institution_number)
    where c.client_id = any(${[...new Set(clientIds)]}::text[]) and c.ended_at is null
      and f.valid_from <= to_char(now() at time zone 'Asia/Tokyo', 'YYYY-MM-DD')
      and (f.valid_until is null or f.valid_until >= to_char(now() at time zone 'Asia/Tokyo', 'YYYY-MM-DD'))`.execute(db)
  const found = new Map(
    rows.map((r): [string, FoundClient] => {
      const about = { clientId: r.client_id, institutionNumber: r.institution_number, name: r.name, jwks: r.jwks, scopes: r.scopes }
      const bound = { binding: r.binding, certificates: r.certificates, certificateSubject: r.certificate_subject }
      return [r.client_id, { ...about, ...bound, institutionName: r.facility }]
    }),
  )
  return clientIds.map((id) => found.get(id))
})

type EntryRow = Omit<ClientEntry, 'keys'> & { keys: Record<string, string | object | null>[] }

const instant = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null)
const toKey = (k: EntryRow['keys'][number]): ClientKey => ({
  ...(k as unknown as ClientKey),
  validUntil: instant(k.validUntil),
  addedAt: instant(k.addedAt)!,
  usedAt: instant(k.usedAt),
  retiredAt: instant(k.retiredAt),
})
const toEntry = (r: EntryRow): ClientEntry => ({ ...r, keys: r.keys.map(toKey) })

/** Keys that a system or an app has and had. */
export async function keysOf(db: Db, clientId: string): Promise<ClientKey[]> {
  const { rows } = await sql<Pick<EntryRow, 'keys'>>`select ${KEYS} as keys from person.client c where c.client_id = ${clientId}`.execute(
    db,
  )
  return rows[0]?.keys.map(toKey) ?? []
}

/** Keys of the client `c`, those in use first. */
const KEYS = sql`coalesce((select jsonb_agg(jsonb_build_object('thumbprint', k.thumbprint, 'form', k.form, 'kid', k.kid, 'about', k.about, 'jwk', k.jwk,
      'validUntil', k.valid_until, 'addedAt', k.added_at, 'usedAt', k.used_at, 'retiredAt', k.retired_at)
      order by k.retired_at desc nulls first, k.added_at desc, k.thumbprint)
    from person.client_key k where k.client_id = c.client_id), '[]')`

const ENTRY = sql`c.client_id as "clientId", c.institution_number as "institutionNumber", f.name as "institutionName",
  f.name_en as "institutionNameEn", c.name, c.scopes, c.binding, c.certificate_subject as "certificateSubject", c.made_at as "madeAt",
  c.ended_at as "endedAt", ${KEYS} as keys`

/** Clients that are no apps: apps have pages of their own. */
const IS_SYSTEM = sql`not exists (select 1 from person.app a where a.client_id = c.client_id)`

export type ClientsAsked = { text: string; institutionNumber: string | null; limit: number; offset: number }

/** Clients within reach by id, name or facility, live ones first; `total` of all that match. */
export async function listClients(db: Db, reach: Reach, asked: ClientsAsked): Promise<(ClientEntry & { total: number })[]> {
  const text = asked.text.trim()
  const { rows } = await sql<EntryRow & { total: number }>`select ${ENTRY}, count(*) over ()::int as total
    from person.client c join person.facility f using (institution_number)
    where ${within(reach, sql`c.institution_number`)} and ${IS_SYSTEM}
      and (${asked.institutionNumber}::text is null or c.institution_number = ${asked.institutionNumber})
      and (${text} = '' or position(lower(${text}) in lower(c.client_id)) > 0 or position(${text} in c.name) > 0 or position(${text} in f.name) > 0)
    order by (c.ended_at is null) desc, c.institution_number, c.client_id limit ${asked.limit} offset ${asked.offset}`.execute(db)
  return rows.map((r) => ({ ...toEntry(r), total: r.total }))
}

export async function findClientEntry(db: Db, reach: Reach, clientId: string): Promise<ClientEntry | undefined> {
  const { rows } = await sql<EntryRow>`select ${ENTRY} from person.client c join person.facility f using (institution_number)
    where c.client_id = ${clientId} and ${within(reach, sql`c.institution_number`)} and ${IS_SYSTEM}`.execute(db)
  return rows[0] && toEntry(rows[0])
}

/** Whether a name of a client was ever given, to a system or an app. */
export async function clientIdTaken(db: Db, clientId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from person.client where client_id = ${clientId}`.execute(db)
  return rows.length > 0
}

export type ClientChange = Pick<ClientEntry, 'clientId' | 'name' | 'scopes' | 'binding' | 'certificateSubject'>

export async function updateClient(db: Db, c: ClientChange): Promise<void> {
  await sql`update person.client set name = ${c.name}, scopes = ${c.scopes}, binding = ${c.binding}, certificate_subject = ${c.certificateSubject}
    where client_id = ${c.clientId}`.execute(db)
}

/** Ends a client at once. @returns whether it was live */
export async function endClient(db: Db, about: { clientId: string; now: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.client set ended_at = ${about.now}
    where client_id = ${about.clientId} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

export type EndingKey = { clientId: string; name: string; isApp: boolean; form: 'jwk' | 'certificate'; kid: string; validUntil: Date }

/** Keys and certificates in use that end before an instant, the soonest first; of what lies within reach. */
export async function endingKeys(db: Db, reach: Reach, about: { before: Date; limit: number }): Promise<EndingKey[]> {
  const { rows } = await sql<EndingKey>`
    select k.client_id as "clientId", c.name, exists (select 1 from person.app a where a.client_id = c.client_id) as "isApp", k.form, k.kid, k.valid_until as "validUntil"
    from person.client_key k join person.client c using (client_id)
    where k.retired_at is null and k.valid_until < ${about.before} and c.ended_at is null and ${within(reach, sql`c.institution_number`)}
    order by k.valid_until, k.client_id limit ${about.limit}`.execute(db)
  return rows
}
