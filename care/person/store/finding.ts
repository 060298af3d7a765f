/** Finding people by what they are called, also under other spellings and earlier names, and finding those who stand twice. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Compared } from '../rules/matching.ts'

/** A person as they are compared; `key` is the first of theirs. */
export type Known = Compared & { personId: string; key: string }

type KnownRow = Omit<Known, 'memberIds'> & { memberIds: string[] }

const KNOWN = sql`select p.id as "personId", (select min(k.key) from person.patient_key k where k.person_id = p.id) as key, p.name,
    p.name_kana as "nameKana", p.birth_date as "birthDate", p.sex, p.address, p.postal_code as "postalCode", p.phone,
    array(select m.folded from person.member_id m where m.person_id = p.id order by 1) as "memberIds"
  from person.person p`

/** People nobody has been compared with since they were entered or changed; those who were linked to another are no longer compared. */
export async function notCompared(db: Db, limit: number): Promise<Known[]> {
  const { rows } = await sql<KnownRow>`${KNOWN} where p.compared_at is null and p.merged_into is null order by p.id limit ${limit}`.execute(
    db,
  )
  return rows
}

export async function knownByIds(db: Db, personIds: readonly string[]): Promise<Known[]> {
  const { rows } = await sql<KnownRow>`${KNOWN} where p.id = any(${[...personIds]}::text[])`.execute(db)
  return rows
}

/** Earlier names that were stated, for finding people who changed theirs. */
export async function earlierNames(db: Db, personIds: readonly string[]): Promise<{ personId: string; name: string; nameKana: string }[]> {
  const { rows } = await sql<{ personId: string; name: string; nameKana: string }>`
    select person_id as "personId", value ->> 'name' as name, value ->> 'nameKana' as "nameKana" from person.statement
    where person_id = any(${[...personIds]}::text[]) and part = 'name' and undone_at is null`.execute(db)
  return rows
}

/** Replaces by what names a person is found. */
export async function replaceNameKeys(
  db: Db,
  keys: readonly { personId: string; folded: string }[],
  personIds: readonly string[],
): Promise<void> {
  await sql`delete from person.name_key where person_id = any(${[...personIds]}::text[])`.execute(db)
  await sql`insert into person.name_key (folded, person_id) select folded, person_id
    from jsonb_to_recordset(${JSON.stringify(keys.map((k) => ({ folded: k.folded, person_id: k.personId })))}::jsonb) as r(folded text, person_id text)
    on conflict do nothing`.execute(db)
}

/**
 * People who share a name and may have been born on the day, share a member id, or share birth date and phone.
 * @param of.birthDates the day and those that one slip tells apart from it; null where any may be meant
 */
export async function lookAlikes(
  db: Db,
  of: {
    folded: readonly string[]
    birthDate: string
    birthDates: readonly string[] | null
    memberIds: readonly string[]
    phone: string
    excluding: string
    limit: number
  },
): Promise<Known[]> {
  const onDay = of.birthDates === null ? sql`true` : sql`(b.birth_date = '' or b.birth_date = any(${[...of.birthDates]}::text[]))`
  // Each way by an index of its own, and only then who they are: as alternatives of one condition they had the whole register read.
  const { rows } = await sql<KnownRow>`${KNOWN} where p.merged_into is null and p.id <> ${of.excluding} and p.id in (
      select n.person_id from person.name_key n join person.person b on b.id = n.person_id where n.folded = any(${[...of.folded]}::text[]) and ${onDay}
      union all select m.person_id from person.member_id m where m.folded = any(${[...of.memberIds]}::text[])
      union all select b.id from person.person b where b.birth_date = ${of.birthDate} and ${of.phone} <> '' and b.phone = ${of.phone})
    order by (p.birth_date = ${of.birthDate}) desc, p.id limit ${of.limit}`.execute(db)
  return rows.filter((row) => row.key !== null)
}

/** Notes pairs that look alike; a pair that is known stays as it was found. */
export async function insertDuplicates(
  db: Db,
  pairs: readonly { key: string; otherKey: string; points: number; found: readonly string[] }[],
  at: Date,
): Promise<void> {
  const rows = pairs.map(({ key, otherKey, points, found }) => ({ key, other_key: otherKey, points, found }))
  await sql`insert into person.possible_duplicate (key, other_key, found_at, points, found)
    select key, other_key, ${at}, points, found
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(key text, other_key text, points int, found text[])
    on conflict do nothing`.execute(db)
}

export async function noteCompared(db: Db, personIds: readonly string[], at: Date): Promise<void> {
  await sql`update person.person set compared_at = ${at} where id = any(${[...personIds]}::text[])`.execute(db)
}

/** `memberFolded`: a whole member id, symbol-number, or the number alone. */
export type Wish = { folded: string; birthDate: string; memberFolded: string }

/** People by any of: the beginning of a name however spelled, the birth date, a member id or its number. What is '' is not asked. */
export async function findPeople(db: Db, wish: Wish, page: { limit: number; offset: number }): Promise<{ found: Known[]; total: number }> {
  const { rows } = await sql<KnownRow & { total: number }>`select *, count(*) over () as total from (${KNOWN}
    where p.merged_into is null
      and (${wish.folded} = '' or p.id in (select n.person_id from person.name_key n where n.folded like ${`${wish.folded.replace(/[\\%_]/g, '\\$&')}%`}))
      and (${wish.birthDate} = '' or p.birth_date = ${wish.birthDate})
      and (${wish.memberFolded} = '' or exists (select 1 from person.member_id m where m.person_id = p.id
        and (m.folded = ${wish.memberFolded} or split_part(m.folded, ':', 3) = ${wish.memberFolded}
          or concat_ws('-', nullif(split_part(m.folded, ':', 2), ''), split_part(m.folded, ':', 3)) = ${wish.memberFolded})))) q
    order by "nameKana", "birthDate", "personId" limit ${page.limit} offset ${page.offset}`.execute(db)
  return { found: rows, total: rows[0]?.total ?? 0 }
}
