/** Two entries that are one person: keys move, rows stay. The ledger knows what moved. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Link } from '../people-model.ts'

type LinkRow = {
  id: string
  from_person: string
  to_person: string
  keys: string[]
  member_ids: Link['memberIds']
  cards: Link['cards']
  made_at: Date
  undone_at: Date | null
}

const toLink = (r: LinkRow): Link => ({
  id: r.id,
  fromPerson: r.from_person,
  toPerson: r.to_person,
  keys: r.keys,
  memberIds: r.member_ids,
  cards: r.cards,
  madeAt: r.made_at,
  undoneAt: r.undone_at,
})

/** Both people, held until this write ends, in one order, so that two who link them wait for each other. */
export async function lockPeople(db: Db, ids: readonly string[]): Promise<{ id: string; mergedInto: string | null }[]> {
  const { rows } = await sql<{ id: string; mergedInto: string | null }>`
    select id, merged_into as "mergedInto" from person.person where id = any(${[...ids]}::text[]) order by id for update`.execute(db)
  return rows
}

/**
 * Moves all keys, member ids and cards of one person to another. A member id remembers as whom it was entered: what was stated then
 * goes on finding the person.
 * @returns what moved
 */
export async function moveAll(db: Db, about: { from: string; to: string }): Promise<Pick<Link, 'keys' | 'memberIds' | 'cards'>> {
  const { from, to } = about
  const keys = await sql<{ key: string }>`update person.patient_key set person_id = ${to} where person_id = ${from} returning key`.execute(
    db,
  )
  const members = await sql<{ folded: string; key: string }>`update person.member_id
    set person_id = ${to}, entered_as = coalesce(entered_as, ${from}) where person_id = ${from} returning folded, key`.execute(db)
  const cards = await sql<{ issuer: string; serial: string }>`update person.card set person_id = ${to}
    where person_id = ${from} returning issuer, serial`.execute(db)
  await sql`update person.person set merged_into = ${to} where id = ${from}`.execute(db)
  await foundAnew(db, [from, to])
  return { keys: keys.rows.map((r) => r.key), memberIds: members.rows, cards: cards.rows }
}

/** Who is linked is found by the names of both; who is parted, by their own. */
async function foundAnew(db: Db, ids: readonly string[]): Promise<void> {
  await sql`update person.person set sought_at = null where id = any(${[...ids]}::text[])`.execute(db)
}

export async function insertLink(db: Db, link: Link & { madeBy: string }): Promise<void> {
  await sql`insert into person.link (id, from_person, to_person, keys, member_ids, cards, made_at, made_by)
    values (${link.id}, ${link.fromPerson}, ${link.toPerson}, ${link.keys}, ${JSON.stringify(link.memberIds)}::jsonb,
      ${JSON.stringify(link.cards)}::jsonb, ${link.madeAt}, ${link.madeBy})`.execute(db)
}

/** A link that still holds, locked. */
export async function lockLink(db: Db, id: string): Promise<Link | undefined> {
  const { rows } = await sql<LinkRow>`select * from person.link where id = ${id} and undone_at is null for update`.execute(db)
  return rows[0] && toLink(rows[0])
}

/** Every key a person owns. */
export async function keysOf(db: Db, personId: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select key from person.patient_key where person_id = ${personId}`.execute(db)
  return rows.map((r) => r.key)
}

/** How many of the link's keys still stand where it put them: a later link may have moved them on. */
export async function keysInPlace(db: Db, link: Link): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from person.patient_key
    where key = any(${link.keys}::text[]) and person_id = ${link.toPerson}`.execute(db)
  return rows[0]!.n
}

/** Moves back exactly what the link moved; what came to the person since stays. */
export async function moveBack(db: Db, link: Link, about: { at: Date; by: string }): Promise<void> {
  const { fromPerson: from, toPerson: to } = link
  await sql`update person.patient_key set person_id = ${from} where person_id = ${to} and key = any(${link.keys}::text[])`.execute(db)
  await sql`update person.member_id m set person_id = ${from}
    from jsonb_to_recordset(${JSON.stringify(link.memberIds)}::jsonb) as moved(folded text, key text)
    where m.folded = moved.folded and m.key = moved.key and m.person_id = ${to}`.execute(db)
  await sql`update person.card c set person_id = ${from}
    from jsonb_to_recordset(${JSON.stringify(link.cards)}::jsonb) as moved(issuer text, serial text)
    where c.issuer = moved.issuer and c.serial = moved.serial and c.person_id = ${to}`.execute(db)
  await sql`update person.person set merged_into = null where id = ${from} and merged_into = ${to}`.execute(db)
  await foundAnew(db, [from, to])
  await sql`update person.link set undone_at = ${about.at}, undone_by = ${about.by} where id = ${link.id}`.execute(db)
}

/** The person that an id leads to after every link, itself where there was none. */
export async function leadsTo(db: Db, personId: string): Promise<string> {
  let id = personId
  for (let steps = 0; steps < 20; steps++) {
    const { rows } = await sql<{ into: string | null }>`select merged_into as into from person.person where id = ${id}`.execute(db)
    const next = rows[0]?.into ?? null
    if (next === null) return id
    id = next
  }
  throw new Error('links of people go round in a circle')
}

/** Every id that leads to the person, their own first. */
export async function idsOf(db: Db, personId: string): Promise<string[]> {
  const ids = [personId]
  for (let fresh = ids; fresh.length > 0; ) {
    const { rows } = await sql<{ id: string }>`select id from person.person where merged_into = any(${fresh}::text[])`.execute(db)
    fresh = rows.map((r) => r.id).filter((id) => !ids.includes(id))
    ids.push(...fresh)
  }
  return ids
}

/** The entries and keys of one person, the entry that the others lead to first. */
export type Whole = { ids: string[]; keys: string[] }

/** Every entry and key of the person an id leads to. */
export async function wholeOf(db: Db, personId: string): Promise<Whole> {
  const ids = await idsOf(db, await leadsTo(db, personId))
  const { rows } = await sql<{
    key: string
  }>`select key from person.patient_key where person_id = any(${ids}::text[]) order by key`.execute(db)
  return { ids, keys: rows.map((r) => r.key) }
}

/** The same, and nobody links or parts them before this write ends. */
export async function holdWhole(db: Db, personId: string): Promise<Whole> {
  for (let found = await wholeOf(db, personId); ; ) {
    await lockPeople(db, found.ids)
    const held = await wholeOf(db, personId)
    if (held.ids.every((id) => found.ids.includes(id))) return held
    found = held
  }
}
