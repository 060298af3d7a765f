/** Who acts for whom, and who is protected from whom. Ended rows stay: they say what held when. */
import { type RawBuilder, sql } from 'kysely'
import type { ProxyBasis } from '#kernel/context'
import type { Db } from '#kernel/database'
import type { Mark, ProxyEntry } from '../rules/proxy.ts'

type ProxyRow = {
  represented_id: string
  id: string
  proxy_id: string
  basis: ProxyBasis
  evidence: string
  valid_from: string
  until: string | null
  accepted_at: Date | null
  ended_at: Date | null
}

const toProxy = (r: ProxyRow): ProxyEntry => ({
  id: r.id,
  representedId: r.represented_id,
  proxyId: r.proxy_id,
  basis: r.basis,
  evidence: r.evidence,
  validFrom: r.valid_from,
  until: r.until,
  acceptedAt: r.accepted_at,
  endedAt: r.ended_at,
})

export async function insertProxy(db: Db, p: ProxyEntry & { madeAt: Date; madeBy: string }): Promise<void> {
  await sql`insert into person.proxy (represented_id, id, proxy_id, basis, evidence, valid_from, until, made_at, made_by, accepted_at)
    values (${p.representedId}, ${p.id}, ${p.proxyId}, ${p.basis}, ${p.evidence}, ${p.validFrom}, ${p.until}, ${p.madeAt}, ${p.madeBy}, ${p.acceptedAt})`.execute(
    db,
  )
}

type Asked = { proxyIds?: readonly string[]; representedIds?: readonly string[] }

/** Proxies of either side that were not ended, the oldest first. */
export async function liveProxies(db: Db, { proxyIds, representedIds }: Asked): Promise<ProxyEntry[]> {
  const { rows } = await sql<ProxyRow>`select * from person.proxy where ended_at is null
    and (${proxyIds ? [...proxyIds] : null}::text[] is null or proxy_id = any(${[...(proxyIds ?? [])]}::text[]))
    and (${representedIds ? [...representedIds] : null}::text[] is null or represented_id = any(${[...(representedIds ?? [])]}::text[]))
    order by made_at, id`.execute(db)
  return rows.map(toProxy)
}

/** One proxy that was not ended, held until this write ends. */
export async function lockProxy(db: Db, id: string): Promise<ProxyEntry | undefined> {
  const { rows } = await sql<ProxyRow>`select * from person.proxy where id = ${id} and ended_at is null for update`.execute(db)
  return rows[0] && toProxy(rows[0])
}

export async function acceptProxy(db: Db, p: ProxyEntry, at: Date): Promise<void> {
  await sql`update person.proxy set accepted_at = ${at} where represented_id = ${p.representedId} and id = ${p.id}`.execute(db)
}

export async function endProxy(db: Db, p: ProxyEntry, about: { at: Date; by: string }): Promise<void> {
  await sql`update person.proxy set ended_at = ${about.at}, ended_by = ${about.by} where represented_id = ${p.representedId} and id = ${p.id}`.execute(
    db,
  )
}

type MarkRow = {
  person_id: string
  id: string
  basis: string
  note: string
  valid_from: string
  until: string | null
  blocked_ids: string[]
  blocks_all: boolean
  made_at: Date
  made_by: string
  ended_at: Date | null
}

/** A mark with what only the operator sees: on what it rests. */
export type NotedMark = Mark & { personId: string; basis: string; note: string; madeAt: Date }

const toMark = (r: MarkRow): NotedMark => ({
  id: r.id,
  personId: r.person_id,
  basis: r.basis,
  note: r.note,
  validFrom: r.valid_from,
  until: r.until,
  blockedIds: r.blocked_ids,
  blocksAll: r.blocks_all,
  madeAt: r.made_at,
  endedAt: r.ended_at,
})

export async function insertMark(db: Db, m: NotedMark & { madeBy: string }): Promise<void> {
  await sql`insert into person.mark (person_id, id, basis, note, valid_from, until, blocked_ids, blocks_all, made_at, made_by)
    values (${m.personId}, ${m.id}, ${m.basis}, ${m.note}, ${m.validFrom}, ${m.until}, ${[...m.blockedIds]}, ${m.blocksAll}, ${m.madeAt}, ${m.madeBy})`.execute(
    db,
  )
}

/** Marks that were not ended of any of these ids of one person. */
export async function marksOf(db: Db, personIds: readonly string[]): Promise<NotedMark[]> {
  const { rows } = await sql<MarkRow>`select * from person.mark where person_id = any(${[...personIds]}::text[]) and ended_at is null
    order by made_at, id`.execute(db)
  return rows.map(toMark)
}

/** @returns whether it was ended now */
export async function endMark(db: Db, m: { personIds: readonly string[]; id: string; at: Date; by: string }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.mark set ended_at = ${m.at}, ended_by = ${m.by}
    where person_id = any(${[...m.personIds]}::text[]) and id = ${m.id} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

/**
 * Keys of people who are protected on a day ('YYYY-MM-DD'), as a table of one column `key`; links of people are followed. Begun at the
 * marks, which are few.
 */
export const protectedKeys = (day: RawBuilder<string>): RawBuilder<unknown> => sql`(
  with recursive walk (id) as (
    select m.person_id from person.mark m where m.ended_at is null and m.valid_from <= ${day} and (m.until is null or m.until >= ${day})
    union select p.merged_into from walk w join person.person p on p.id = w.id where p.merged_into is not null)
  select k.key from walk w join person.patient_key k on k.person_id = w.id)`

export async function findProtectedKeys(db: Db, day: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select key from ${protectedKeys(sql`${day}::text`)} p order by key`.execute(db)
  return rows.map((r) => r.key)
}

/** Marks that were not ended of whoever owns any of these keys now, by key; links of people are followed. */
export async function marksOfKeys(db: Db, keys: readonly string[]): Promise<(Mark & { key: string })[]> {
  if (keys.length === 0) return []
  // Begun at the marks, which are few.
  const { rows } = await sql<MarkRow & { key: string }>`with recursive walk (mark_id, id) as (
      select m.id, m.person_id from person.mark m where m.ended_at is null
      union select w.mark_id, p.merged_into from walk w join person.person p on p.id = w.id where p.merged_into is not null)
    select k.key, m.* from walk w join person.patient_key k on k.person_id = w.id join person.mark m on m.id = w.mark_id
    where k.key = any(${[...keys]}::text[])`.execute(db)
  return rows.map((r) => ({ ...toMark(r), key: r.key }))
}
