/** The index that finds people by little, and the one statement that asks it. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Person } from '../model.ts'
import { PERSON, type PersonRow, toPerson } from '../store.ts'
import type { Asked } from './asked.ts'
import { type Fit, findsByAddress, LEAST_TENTHS, reachable, weights, widened } from './scoring.ts'

export type NotSought = { id: string; names: string[]; address: string }

/** People who do not stand in the index as they are now, with every name they have or had, linked entries of theirs included. */
export async function notSought(db: Db, limit: number): Promise<NotSought[]> {
  const { rows } = await sql<NotSought>`
    with fresh as (select id, address from person.person where sought_at is null order by id limit ${limit} for update)
    select s.id, s.address, array(
      select distinct called from (
        select unnest(array[q.name, q.name_kana, q.name_roma, q.name_of_other, q.name_of_other_kana]) as called from person.person q
          where q.id = s.id or q.merged_into = s.id
        union all select unnest(array[t.value ->> 'name', t.value ->> 'nameKana', t.value ->> 'nameRoma']) from person.statement t
          where t.person_id = s.id and t.part = 'name' and t.undone_at is null) n
      where called <> '') as names
    from fresh s`.execute(db)
  return rows
}

export async function putSought(
  db: Db,
  people: readonly { id: string; keys: readonly string[]; pairs: readonly string[] }[],
  at: Date,
): Promise<void> {
  const rows = people.map((p) => ({ id: p.id, keys: p.keys, pairs: p.pairs }))
  await sql`insert into person.sought (person_id, keys, pairs)
    select id, keys, pairs from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id text, keys text[], pairs text[])
    on conflict (person_id) do update set keys = excluded.keys, pairs = excluded.pairs`.execute(db)
  await sql`update person.person set sought_at = ${at} where id = any(${people.map((p) => p.id)}::text[])`.execute(db)
}

export async function countNotSought(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from person.person where sought_at is null`.execute(db)
  return rows[0]!.n
}

export type FoundPerson = { person: Person; fit: Fit }

const none = sql<number>`0`

/** Points for what two arrays share, out of those asked for. */
const share = (asked: readonly string[], column: RawBuilder<unknown>, weight: number): RawBuilder<number> =>
  sql<number>`(${weight}::int * (select count(*) from unnest(${[...asked]}::text[]) a where a = any(${column})) / ${asked.length}::int)::int`

/** Nobody's address helps to find whom a mark protects. */
const open = sql<boolean>`not exists (select 1 from person.mark k where k.person_id = p.id and k.ended_at is null)`

/** Candidates, each by an index of its own. */
function candidates(asked: Asked): RawBuilder<unknown> {
  const { name, birthDate, address, insurance } = asked
  const ways = [
    ...(name ? [sql`select s.person_id as id from person.sought s where s.keys && ${name.keys}::text[]`] : []),
    ...(birthDate ? [sql`select b.id from person.person b where b.birth_date = ${birthDate}`] : []),
    ...(insurance.length > 0
      ? [sql`select m.person_id as id from person.member_id m where split_part(m.folded, ':', 3) = any(${insurance}::text[])`]
      : []),
    ...(address && findsByAddress(asked)
      ? [
          sql`select s.person_id as id from person.sought s where s.keys @> ${address.pairs}::text[]
            and not exists (select 1 from person.mark k where k.person_id = s.person_id and k.ended_at is null)`,
        ]
      : []),
  ]
  return sql.join(ways, sql` union `)
}

function birthSql({ birthDate, birthSpan }: Asked): RawBuilder<string | null> {
  if (birthDate) {
    const [year = '', month = '', day = ''] = birthDate.split('-')
    return sql<string | null>`case when p.birth_date = ${birthDate} then 'same'
      when (substr(p.birth_date, 1, 4) = ${year})::int + (substr(p.birth_date, 6, 2) = ${month})::int + (substr(p.birth_date, 9, 2) = ${day})::int = 2
        or p.birth_date = ${`${year}-${day}-${month}`} then 'near' end`
  }
  return birthSpan
    ? sql<string | null>`case when p.birth_date between ${birthSpan.from} and ${birthSpan.until} then 'within' end`
    : sql<string | null>`null::text`
}

const insuranceSql = ({ insurance }: Asked): RawBuilder<string | null> =>
  insurance.length === 0
    ? sql<string | null>`null::text`
    : sql<string | null>`(select case when bool_or(split_part(m.folded, ':', 3) = any(${insurance}::text[])) then 'number'
        when bool_or(split_part(m.folded, ':', 1) = any(${insurance}::text[])) then 'insurer' end from person.member_id m where m.person_id = p.id)`

/** The statement that finds and ranks, for who looks at its plan too. */
export function seekSql(asked: Asked, about: { visible: RawBuilder<boolean>; limit: number }): RawBuilder<FoundRow> {
  const { name, sex, address } = asked
  const w = weights
  const span = asked.birthSpan && widened(asked.birthSpan)
  const wide = span ? sql<boolean>`p.birth_date between ${span.from} and ${span.until}` : sql<boolean>`true`
  return sql<FoundRow>`
    with candidate as (${candidates(asked)}),
    weighed as (
      select p.id, ${name ? share(name.pairs, sql`s.pairs`, w.name) : none} as name,
        ${name ? sql`s.keys && ${name.exact}::text[]` : sql`false`} as "exactName", ${birthSql(asked)} as birth,
        ${sex ? sql`p.sex = ${sex}` : sql`false`} as sex,
        ${address ? sql`case when ${open} then ${share(address.pairs, sql`s.keys`, w.address)} else 0 end` : none} as address,
        ${insuranceSql(asked)} as insurance
      from candidate c join person.person p on p.id = c.id join person.sought s on s.person_id = p.id where p.merged_into is null and ${wide}),
    ranked as (
      select w.*, w.name + (case when w."exactName" then ${w.exactName}::int else 0 end)
        + (case w.birth when 'same' then ${w.birthDate}::int when 'near' then ${w.birthNear}::int when 'within' then ${w.birthSpan}::int else 0 end)
        + (case when w.sex then ${w.sex}::int else 0 end) + w.address
        + (case w.insurance when 'number' then ${w.insurance}::int when 'insurer' then ${w.insurer}::int else 0 end) as points
      from weighed w)
    select q.*, f.points, f.name as "fitName", f."exactName", f.birth, f.sex as "fitSex", f.address as "fitAddress", f.insurance
    from ranked f join lateral (${PERSON} where p.id = f.id) q on true
    where f.points * 10 >= ${reachable(asked) * LEAST_TENTHS}::int and q.id in (
      select k.person_id from person.patient_key k cross join lateral (select k.key as key, k.key as id, 'Patient'::text as type, 'patient'::text as kind,
        ''::text as source, false as uninformed, false as undelivered, true as long_term, null::text as addressee, now() as registered_at) r
      where k.person_id = f.id and ${about.visible})
    order by f.points desc, q.name_kana, q.birth_date, q.id limit ${about.limit}`
}

type FoundRow = PersonRow & {
  points: number
  fitName: number
  exactName: boolean
  birth: Fit['birth']
  fitSex: boolean
  fitAddress: number
  insurance: Fit['insurance']
}

/** People who fit, the best first; only those whom `visible` (over alias `r`, with the columns of a stored Patient) lets the caller see. */
export async function seek(db: Db, asked: Asked, about: { visible: RawBuilder<boolean>; limit: number }): Promise<FoundPerson[]> {
  const { rows } = await seekSql(asked, about).execute(db)
  return rows.map((r) => ({
    person: toPerson(r),
    fit: {
      points: r.points,
      name: r.fitName,
      exactName: r.exactName,
      birth: r.birth,
      sex: r.fitSex,
      address: r.fitAddress,
      insurance: r.insurance,
    },
  }))
}
