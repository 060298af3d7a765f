/** Databases of the FHIR bench: filled once through the public surface, multiplied in the database, kept, and copied for each run. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { insertClient, insertFacilities } from '#care/person'
import { type Db, onOneConnection, openDatabase } from '#kernel/database'
import { migrations } from '../../app/migrations.ts'
import { say } from '../measure.ts'
import { multiply } from './multiply.ts'
import { once, type Target } from './client.ts'
import { tokenFor } from './credentials.ts'
import { benchPeople, bundleOf } from './data.ts'
import { type Platform, startPlatform } from './platform.ts'

export const CLIENT = 'bench-clinic'
export const INSTITUTION = '1319999999'
export const SCOPES = ['system/*.cruds']

/** How many people stand in a database, with how many visits each; the first `templates` are sent in, the others copied from them. */
export type Shape = { people: number; visits: number; templates: number }

const PREFIX = 'enishi_bench_fhir'

/** Socket addresses have no host, which `URL` does not read. */
export const urlOf = (name: string): string => (process.env.DATABASE_URL ?? '').replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)

export const openNamed = (name: string, poolSize = 2): Db => openDatabase({ url: urlOf(name), poolSize, applicationName: 'bench' })

async function onServer<T>(work: (db: Db) => Promise<T>): Promise<T> {
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is missing: run this through `npm run bench`')
  const server = openDatabase({ url: process.env.DATABASE_URL, poolSize: 1, applicationName: 'bench' })
  try {
    return await onOneConnection(server, async (one) => {
      // Copying a database takes longer than any request may.
      await sql`set statement_timeout = 0`.execute(one)
      return await work(one)
    })
  } finally {
    await server.destroy()
  }
}

/** Changes when the tables or the data do; the first figure counts up by hand. */
const stamp = () =>
  createHash('sha256')
    .update(JSON.stringify(['3', migrations]))
    .digest('hex')

/**
 * The name of a kept database of this shape, filled where it does not stand or stands with other tables.
 * @param fresh fills it again whatever stands there (after a change of what is indexed, which no table shows)
 */
export async function keptDatabase(shape: Shape, fresh: boolean): Promise<string> {
  const name = `${PREFIX}_${shape.people}x${shape.visits}`
  if (!fresh && (await isKept(name))) return name
  await drop(name)
  await onServer((server) => sql`create database ${sql.id(name)}`.execute(server))
  const from = performance.now()
  await fill(name, shape)
  say(`${shape.people} people made in ${Math.round((performance.now() - from) / 1000)} s, kept as ${name}`)
  return name
}

async function isKept(name: string): Promise<boolean> {
  const db = openNamed(name, 1)
  try {
    const { rows } = await sql<{ stamp: string }>`select stamp from public.bench_stamp`.execute(db)
    return rows[0]?.stamp === stamp()
  } catch {
    return false
  } finally {
    await db.destroy()
  }
}

export const drop = (name: string) => onServer((server) => sql`drop database if exists ${sql.id(name)} with (force)`.execute(server))

/** A copy to measure on, so that what a run writes is gone with it. */
export async function copyForRun(kept: string): Promise<string> {
  const name = `${PREFIX}_run`
  await drop(name)
  await onServer(async (server) => {
    await sql`create database ${sql.id(name)} template ${sql.id(kept)} strategy file_copy`.execute(server)
    await sql`checkpoint`.execute(server)
  })
  return name
}

/** A database with the platform's tables and the bench's own client, and nobody in it. */
export async function emptyDatabase(): Promise<string> {
  const name = `${PREFIX}_empty`
  await drop(name)
  await onServer((server) => sql`create database ${sql.id(name)}`.execute(server))
  // The platform makes its tables when it starts.
  await (await startPlatform({ url: urlOf(name), binding: 'mtls', workers: 1 })).stop()
  const db = openNamed(name)
  await enterClient(db).finally(() => db.destroy())
  return name
}

async function enterClient(db: Db): Promise<void> {
  const facility = { institutionNumber: INSTITUTION, name: '計測診療所', nameEn: 'Bench clinic', kind: 'clinic', prefecture: '13' } as const
  await insertFacilities(db, [facility])
  await insertClient(db, {
    clientId: CLIENT,
    institutionNumber: INSTITUTION,
    name: 'bench',
    jwks: { keys: [] },
    scopes: SCOPES,
    binding: 'none',
  })
}

async function fill(name: string, shape: Shape): Promise<void> {
  const platform = await startPlatform({ url: urlOf(name), binding: 'mtls', workers: 2 })
  const db = openNamed(name)
  try {
    await enterClient(db)
    await sql`create table public.bench_person (n int primary key, template int not null, key text not null, person_id text not null, member text not null, member_id text not null)`.execute(
      db,
    )
    await sql`create table public.bench_item (template int not null, type text not null, id text not null)`.execute(db)
    await sendTemplates(db, platform, name, shape)
  } finally {
    await platform.stop()
  }
  await onOneConnection(db, async (one) => {
    await sql`set statement_timeout = 0`.execute(one)
    await multiply(one, shape.people)
    await sql`truncate kernel.outbox`.execute(one)
    await sql`vacuum analyze`.execute(one)
    await sql`create table public.bench_stamp as select ${stamp()}::text as stamp`.execute(one)
    await sql`checkpoint`.execute(one)
  })
  await db.destroy()
}

/** The first people, sent in as a hospital would send them: a Patient, then a transaction. */
async function sendTemplates(db: Db, platform: Platform, name: string, { people, visits, templates }: Shape): Promise<void> {
  let target: Target = { ...platform, binding: 'mtls', token: await tokenFor(name, 'mtls') }
  const send = async (path: string, body: string) => {
    const answer = await once(target, { method: 'POST', path, body })
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.body.toString('utf8').slice(0, 1_000)}`)
    return JSON.parse(answer.body.toString('utf8')) as { id: string; entry?: { response?: { location?: string } }[] }
  }
  const made = [...benchPeople(Math.min(templates, people), visits)]
  let next = 0
  const lane = async () => {
    for (let person = made[next++]; person; person = made[next++]) {
      if (person.n % 50 === 0) target = { ...target, token: await tokenFor(name, 'mtls') }
      const { id: key } = await send('/fhir/R4/Patient', JSON.stringify(person.patient))
      const reply = await send('/fhir/R4', bundleOf(person.entries(`Patient/${key}`)))
      const places = (reply.entry ?? []).map((e) => e.response?.location?.split('/').slice(-4) ?? [])
      const items = places.map(([type, id]) => ({ type, id }))
      await sql`insert into public.bench_person select ${person.n}, ${person.n}, ${key}, person_id, ${person.member}, ${person.memberId} from person.patient_key where key = ${key}`.execute(
        db,
      )
      await sql`insert into public.bench_item select ${person.n}, type, id from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as i(type text, id text)`.execute(
        db,
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}

/** Whom requests ask about: scattered over all people. */
export type Sample = { key: string; memberId: string; observation: string }

export async function samplesOf(name: string, count: number): Promise<Sample[]> {
  const db = openNamed(name, 1)
  try {
    const { rows } = await sql<Sample>`
      select p.key, p.member_id as "memberId", (select replace(i.id, t.key, p.key) from public.bench_item i where i.template = p.template and i.type = 'Observation'
          order by md5(p.key || i.id) limit 1) as observation
        from public.bench_person p join public.bench_person t on t.n = p.template order by md5(p.key) limit ${count}`.execute(db)
    return rows
  } finally {
    await db.destroy()
  }
}
