/** The register of apps (SMART App Launch), and what people and staff allowed them. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { Migration } from '#kernel/migrate'
import type { AppClient, AppGrant, AppSubject, FoundApp } from '../app-model.ts'
import { insertClient } from './client.ts'

/** An app is a client with a way to be launched: its keys, scopes and binding stand in `person.client`, the rest here. */
export const appMigrations: Migration[] = [
  {
    id: 'person/003-apps',
    sql: `
      create table person.app (
        client_id text primary key, kind text not null check (kind in ('confidential', 'public')), for_citizens boolean not null,
        for_staff boolean not null, redirect_uris text[] not null, launch_url text, name_en text not null, maker text not null,
        about_ja text not null, about_en text not null, logo_text text not null, homepage_url text, privacy_url text,
        auth_method text not null check (auth_method in ('private_key_jwt', 'tls_client_auth', 'none')),
        par_required boolean not null default true, grant_types text[] not null, made_at timestamptz not null,
        check ((kind = 'public') = (auth_method = 'none')));
      create table person.app_grant (
        id text primary key, client_id text not null, subject_kind text not null check (subject_kind in ('citizen', 'staff')),
        subject_id text not null, scopes text[] not null, patient_key text, granted_at timestamptz not null, used_at timestamptz not null,
        until timestamptz not null, ended_at timestamptz, ended_by text);
      create index app_grant_of on person.app_grant (subject_id, subject_kind);
      create index app_grant_to on person.app_grant (client_id);
    `,
  },
]

/** Later than the other steps of the register, which stand between. */
export const appWorkplaceMigrations: Migration[] = [
  {
    // Where staff worked when they let the app in: it acts there, whatever they choose later.
    id: 'person/008-app-grant-workplace',
    sql: `alter table person.app_grant add column workplace text;`,
  },
]

/** Enters an app and its client. `institutionNumber` is '' for a maker that is no institution of the register. */
export async function insertApp(db: Db, now: Date, app: AppClient): Promise<void> {
  await insertClient(db, app)
  await sql`insert into person.app (client_id, kind, for_citizens, for_staff, redirect_uris, launch_url, name_en, maker, about_ja, about_en,
      logo_text, homepage_url, privacy_url, auth_method, par_required, grant_types, made_at)
    values (${app.clientId}, ${app.kind}, ${app.forCitizens}, ${app.forStaff}, ${app.redirectUris}, ${app.launchUrl}, ${app.nameEn}, ${app.maker},
      ${app.about.ja}, ${app.about.en}, ${app.logoText}, ${app.homepageUrl}, ${app.privacyUrl}, ${app.authMethod}, ${app.parRequired},
      ${app.grantTypes}, ${now})`.execute(db)
}

/** Changes an app's entry; its next request is judged by it. Keys, scopes and binding included. */
export async function updateApp(db: Db, app: Omit<AppClient, 'institutionNumber'>): Promise<void> {
  await sql`update person.app set kind = ${app.kind}, for_citizens = ${app.forCitizens}, for_staff = ${app.forStaff},
      redirect_uris = ${app.redirectUris}, launch_url = ${app.launchUrl}, name_en = ${app.nameEn}, maker = ${app.maker}, about_ja = ${app.about.ja},
      about_en = ${app.about.en}, logo_text = ${app.logoText}, homepage_url = ${app.homepageUrl}, privacy_url = ${app.privacyUrl},
      auth_method = ${app.authMethod}, par_required = ${app.parRequired}, grant_types = ${app.grantTypes}
    where client_id = ${app.clientId}`.execute(db)
  await sql`update person.client set name = ${app.name}, jwks = ${JSON.stringify(app.jwks)}::jsonb, scopes = ${app.scopes},
      binding = ${app.binding ?? 'any'}, certificates = ${app.certificates ?? []}, certificate_subject = ${app.certificateSubject ?? null}
    where client_id = ${app.clientId}`.execute(db)
}

type AppRow = {
  client_id: string
  institution_number: string
  name: string
  jwks: { keys: object[] }
  scopes: string[]
  binding: FoundApp['binding']
  certificates: string[]
  certificate_subject: string | null
  ended_at: Date | null
  kind: AppClient['kind']
  for_citizens: boolean
  for_staff: boolean
  redirect_uris: string[]
  launch_url: string | null
  name_en: string
  maker: string
  about_ja: string
  about_en: string
  logo_text: string
  homepage_url: string | null
  privacy_url: string | null
  auth_method: AppClient['authMethod']
  par_required: boolean
  grant_types: AppClient['grantTypes']
  made_at: Date
}

const toApp = (r: AppRow): FoundApp => ({
  clientId: r.client_id,
  institutionNumber: r.institution_number,
  name: r.name,
  jwks: r.jwks,
  scopes: r.scopes,
  binding: r.binding,
  certificates: r.certificates,
  certificateSubject: r.certificate_subject,
  kind: r.kind,
  forCitizens: r.for_citizens,
  forStaff: r.for_staff,
  redirectUris: r.redirect_uris,
  launchUrl: r.launch_url,
  nameEn: r.name_en,
  maker: r.maker,
  about: { ja: r.about_ja, en: r.about_en },
  logoText: r.logo_text,
  homepageUrl: r.homepage_url,
  privacyUrl: r.privacy_url,
  authMethod: r.auth_method,
  parRequired: r.par_required,
  grantTypes: r.grant_types,
  madeAt: r.made_at,
  endedAt: r.ended_at,
})

const APP = sql`select c.*, a.* from person.app a join person.client c using (client_id)`

/** A live app; requests of many at once share a statement. */
export const findApp = gather<string, FoundApp | undefined>(async (db, clientIds) => {
  const { rows } = await sql<AppRow>`${APP} where a.client_id = any(${[...new Set(clientIds)]}::text[]) and c.ended_at is null`.execute(db)
  const found = new Map(rows.map((r): [string, FoundApp] => [r.client_id, toApp(r)]))
  return clientIds.map((id) => found.get(id))
})

/** All apps of the register, ended ones too, by name; with `forStaff` the live ones that a member of staff may launch. */
export async function listApps(db: Db, only: { forStaff?: boolean } = {}): Promise<FoundApp[]> {
  const which = only.forStaff ? sql`where a.for_staff and a.launch_url is not null and c.ended_at is null` : sql``
  const { rows } = await sql<AppRow>`${APP} ${which} order by c.name, a.client_id`.execute(db)
  return rows.map(toApp)
}

/** Ends an app: none of its tokens works from the next request on. */
export async function endApp(db: Db, now: Date, clientId: string): Promise<void> {
  await sql`update person.client set ended_at = ${now} where client_id = ${clientId} and ended_at is null`.execute(db)
}

type GrantRow = {
  id: string
  client_id: string
  subject_kind: AppSubject['kind']
  subject_id: string
  scopes: string[]
  patient_key: string | null
  workplace: string | null
  granted_at: Date
  used_at: Date
  until: Date
  ended_at: Date | null
  ended_by: string | null
}
const toGrant = (r: GrantRow): AppGrant => ({
  id: r.id,
  clientId: r.client_id,
  subject: { kind: r.subject_kind, id: r.subject_id },
  scopes: r.scopes,
  patientKey: r.patient_key,
  workplace: r.workplace,
  grantedAt: r.granted_at,
  usedAt: r.used_at,
  until: r.until,
  endedAt: r.ended_at,
  endedBy: r.ended_by,
})

export type NewAppGrant = Omit<AppGrant, 'endedAt' | 'endedBy' | 'usedAt' | 'workplace'> & Partial<Pick<AppGrant, 'workplace'>>

export async function insertAppGrant(db: Db, g: NewAppGrant): Promise<void> {
  await sql`insert into person.app_grant (id, client_id, subject_kind, subject_id, scopes, patient_key, workplace, granted_at, used_at, until)
    values (${g.id}, ${g.clientId}, ${g.subject.kind}, ${g.subject.id}, ${[...g.scopes]}, ${g.patientKey}, ${g.workplace ?? null}, ${g.grantedAt}, ${g.grantedAt}, ${g.until})`.execute(
    db,
  )
}

/**
 * Ends what somebody allowed an app earlier for the same record: they say it once more, and the latest answer is the one that counts.
 * Whoever does so at the same moment waits, so that one grant stays.
 * @returns the grants that ended
 */
export async function replaceAppGrants(db: Db, now: Date, g: Pick<AppGrant, 'clientId' | 'subject' | 'patientKey'>): Promise<string[]> {
  const name = `app-grant:${g.clientId}:${g.subject.kind}:${g.subject.id}:${g.patientKey ?? ''}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 3))`.execute(db)
  const { rows } = await sql<{ id: string }>`update person.app_grant set ended_at = ${now}, ended_by = 'replaced'
    where subject_id = ${g.subject.id} and subject_kind = ${g.subject.kind} and client_id = ${g.clientId}
      and patient_key is not distinct from ${g.patientKey} and ended_at is null and until > ${now} returning id`.execute(db)
  return rows.map((row) => row.id)
}

/** A grant that holds now; requests of many at once share a statement. */
export const findAppGrant = gather<{ id: string; now: Date }, AppGrant | undefined>(async (db, asked) => {
  const { rows } = await sql<GrantRow>`select * from person.app_grant
    where id = any(${[...new Set(asked.map((a) => a.id))]}::text[]) and ended_at is null`.execute(db)
  const found = new Map(rows.map((r): [string, AppGrant] => [r.id, toGrant(r)]))
  return asked.map(({ id, now }) => {
    const grant = found.get(id)
    return grant && grant.until > now ? grant : undefined
  })
})

/** What somebody allowed apps, the latest first; ended ones too, so that they see what was. */
export async function listAppGrants(db: Db, subject: AppSubject): Promise<AppGrant[]> {
  const { rows } = await sql<GrantRow>`select * from person.app_grant where subject_id = ${subject.id} and subject_kind = ${subject.kind}
    order by granted_at desc, id desc limit 200`.execute(db)
  return rows.map(toGrant)
}

/**
 * Ends what an app was allowed: its access and refresh tokens are worth nothing from the next request on.
 * @param about.subject whose grant it must be; null where the platform itself ends it
 * @param about.by why it ended: `person`, `operator`, `app`, `reuse` (a refresh token came twice)
 * @returns false where there is no such open grant of theirs
 */
export async function endAppGrant(
  db: Db,
  now: Date,
  about: { grantId: string; subject: AppSubject | null; by: 'person' | 'operator' | 'app' | 'reuse' },
): Promise<boolean> {
  const theirs = about.subject === null ? sql`true` : sql`subject_id = ${about.subject.id} and subject_kind = ${about.subject.kind}`
  const { rows } = await sql`update person.app_grant set ended_at = ${now}, ended_by = ${about.by}
    where id = ${about.grantId} and ended_at is null and ${theirs} returning id`.execute(db)
  return rows.length > 0
}

/** Notes that the app asked for a token. */
export async function noteAppGrantUsed(db: Db, now: Date, grantId: string): Promise<void> {
  await sql`update person.app_grant set used_at = ${now} where id = ${grantId} and ended_at is null`.execute(db)
}
