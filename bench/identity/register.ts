/** A register of a million people in a database of its own, made in the server so that it takes a minute and not an hour. */
import { sql } from 'kysely'
import { insertClient, insertFacilities } from '#care/person'
import { type Db, onOneConnection, openDatabase } from '#kernel/database'
import { migrate } from '#kernel/migrate'
import { migrations } from '../../app/migrations.ts'
import { say } from '../measure.ts'
import type { BenchCards } from './cards.ts'

export const CLIENT = 'bench-clinic'
const INSTITUTION = '1319999999'
const NAME = 'enishi_bench_identity'

/** The bench's own database beside whatever the server holds. Socket addresses have no host, which `URL` does not read. */
export const benchUrl = (): string => (process.env.DATABASE_URL ?? '').replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${NAME}`)

/** Opens the bench database, filling it where its people or cards are not those asked for. */
export async function openRegister(people: number, cards: BenchCards): Promise<Db> {
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is missing: run this through `npm run bench`')
  const server = openDatabase({ url: process.env.DATABASE_URL, poolSize: 1, applicationName: 'bench' })
  const exists = await sql`select 1 from pg_database where datname = ${NAME}`.execute(server)
  if (exists.rows.length > 0 && !(await isFilled(people, cards))) await sql`drop database ${sql.id(NAME)} with (force)`.execute(server)
  const stands = await sql`select 1 from pg_database where datname = ${NAME}`.execute(server)
  if (stands.rows.length === 0) await sql`create database ${sql.id(NAME)}`.execute(server)
  await server.destroy()
  const db = openDatabase({ url: benchUrl(), poolSize: 4, applicationName: 'bench' })
  if (stands.rows.length === 0) {
    await migrate(db, migrations)
    // A million rows in one statement take longer than any request may.
    await onOneConnection(db, async (one) => {
      await sql`set statement_timeout = 0`.execute(one)
      await fill(one, people, cards)
      // A million rows wait to be written out: done before the clock starts, or the server would do it while cards are checked.
      await sql`checkpoint`.execute(one)
      await sql`reset statement_timeout`.execute(one)
    })
  }
  return db
}

/** Which tables, people and cards stand in the database: with any migration it is filled anew, and measured as it stands today. */
const stampOf = (people: number, cards: BenchCards) => `${migrations.length} 5 ${people} ${cards.cards.length} ${cards.issuer}`

async function isFilled(people: number, cards: BenchCards): Promise<boolean> {
  const db = openDatabase({ url: benchUrl(), poolSize: 1, applicationName: 'bench' })
  try {
    const { rows } = await sql<{ stamp: string }>`select stamp from bench_stamp`.execute(db)
    return rows[0]?.stamp === stampOf(people, cards)
  } catch {
    return false
  } finally {
    await db.destroy()
  }
}

async function fill(db: Db, people: number, cards: BenchCards): Promise<void> {
  const from = performance.now()
  await insertFacilities(db, [
    { institutionNumber: INSTITUTION, name: '計測診療所', nameEn: 'Bench clinic', kind: 'clinic', prefecture: '13' },
  ])
  await insertClient(db, {
    clientId: CLIENT,
    institutionNumber: INSTITUTION,
    name: 'bench',
    jwks: { keys: [] },
    scopes: [],
    binding: 'none',
  })
  await sql`insert into person.person (id, name, name_kana, birth_date, sex, address, postal_code, phone, folded_name, folded_kana, made_at)
    select 'p' || lpad(i::text, 25, '0'), '縁 ' || i, 'エニシ ' || i, date '1930-01-01' + i % 34000, case when i % 2 = 0 then 'female' else 'male' end,
      '縁県縁市' || i, '0000001', '', '縁' || i, 'えにし' || i, now() from generate_series(0, ${people - 1}::int) i`.execute(db)
  await sql`insert into person.patient_key (key, person_id, since) select ${key}, 'p' || lpad(i::text, 25, '0'), now() from generate_series(0, ${people - 1}::int) i`.execute(
    db,
  )
  await fillCover(db, people)
  await fillCards(db, people, cards)
  await sql`create table bench_stamp as select ${stampOf(people, cards)}::text as stamp`.execute(db)
  await sql`vacuum analyze`.execute(db)
  await sql`checkpoint`.execute(db)
  say(`register of ${people} people made in ${Math.round((performance.now() - from) / 1000)} s`)
}

/** A patient key out of a number; the register's own are random, and these scatter over the index as random ones do. */
const key = sql`substr(md5(i::text), 1, 20)`

async function fillCover(db: Db, people: number): Promise<void> {
  const all = sql`generate_series(0, ${people - 1}::int) i`
  await sql`insert into eligibility.coverage (key, member, branch_folded, valid_from, valid_until, insurer_number, insurer_name, symbol, number, branch,
      card_classification, copay_percent, personal_family)
    select ${key}, '01130012:' || (21700000 + i % 400) || ':' || i, '0', '2022-04-01', null, '01130012', '縁協会', (21700000 + i % 400)::text, i::text, '00', '01', 30, '1' from ${all}`.execute(
    db,
  )
  await sql`insert into eligibility.coverage (key, member, branch_folded, valid_from, valid_until, insurer_number, insurer_name, symbol, number, branch,
      card_classification, copay_percent, personal_family, reason_of_loss)
    select ${key}, '00139999:縁国:' || i, '1', '2015-04-01', '2022-03-31', '00139999', '縁市国保', '縁国', i::text, '01', '01', 30, '1', '03' from ${all} where i % 5 = 0`.execute(
    db,
  )
  await sql`insert into eligibility.limit_certificate (key, classification_flag, valid_from, valid_until, classification)
    select ${key}, 'A03', '2022-08-01', null, '01' from ${all} where i % 3 = 0`.execute(db)
  await sql`insert into eligibility.subsidy (key, payer_number, recipient_number, valid_from, valid_until, name, ceiling_yen)
    select ${key}, '54136015', lpad((i % 10000000)::text, 7, '0'), '2022-01-01', null, '特定医療費', 10000 from ${all} where i % 7 = 0`.execute(
    db,
  )
  await sql`insert into eligibility.facts (key, facts) select key, facts from eligibility.facts_now`.execute(db)
}

async function fillCards(db: Db, people: number, { cards, issuer }: BenchCards): Promise<void> {
  await sql`insert into person.card (serial, issuer, person_id, linked_at)
    select md5('serial' || i), ${issuer}, 'p' || lpad(i::text, 25, '0'), now() from generate_series(${cards.length}::int, ${people - 1}::int) i`.execute(
    db,
  )
  // The cards that are used belong to people scattered over the register.
  const step = Math.max(1, Math.floor(people / cards.length))
  await sql`insert into person.card (serial, issuer, person_id, linked_at)
    select serial, ${issuer}, 'p' || lpad(((n - 1) * ${step}::int)::text, 25, '0'), now()
    from unnest(${cards.map((c) => c.serial)}::text[]) with ordinality as u(serial, n)`.execute(db)
}
