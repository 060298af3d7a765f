import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'
import type { Change, ChangeKind, Passkey, Subject } from './model.ts'

/** Passkeys of people and staff, and what changed lately about how they sign in. */
export const passkeyMigrations: Migration[] = [
  {
    id: 'sign-in-passkey/001-passkey',
    sql: `
      create table sign_in.passkey (
        credential_id text primary key, subject_kind text not null check (subject_kind in ('citizen', 'staff')), subject text not null,
        public_key bytea not null, counter bigint not null, transports text[] not null, backed_up boolean not null,
        label text not null, made_at timestamptz not null, used_at timestamptz, ended_at timestamptz, end_reason text);
      create index passkey_of on sign_in.passkey (subject, subject_kind);
      create table sign_in.change (
        subject text not null, id text not null, subject_kind text not null, at timestamptz not null, what text not null, label text not null,
        primary key (subject, id));
    `,
  },
]

type PasskeyRow = {
  credential_id: string
  subject_kind: Subject['kind']
  subject: string
  public_key: Buffer
  counter: number
  transports: string[]
  backed_up: boolean
  label: string
  made_at: Date
  used_at: Date | null
  end_reason: string | null
}

const toPasskey = (r: PasskeyRow): Passkey => ({
  credentialId: r.credential_id,
  subject: { kind: r.subject_kind, id: r.subject },
  publicKey: r.public_key,
  counter: r.counter,
  transports: r.transports,
  backedUp: r.backed_up,
  label: r.label,
  madeAt: r.made_at,
  usedAt: r.used_at,
})

/** A passkey that may be used. */
export async function findPasskey(db: Db, credentialId: string): Promise<Passkey | undefined> {
  const { rows } = await sql<PasskeyRow>`
    select * from sign_in.passkey where credential_id = ${credentialId} and ended_at is null`.execute(db)
  return rows[0] && toPasskey(rows[0])
}

/** The subject's passkeys that may be used, oldest first. */
export async function passkeysOf(db: Db, { kind, id }: Subject): Promise<Passkey[]> {
  const { rows } = await sql<PasskeyRow>`select * from sign_in.passkey
    where subject = ${id} and subject_kind = ${kind} and ended_at is null order by made_at, credential_id`.execute(db)
  return rows.map(toPasskey)
}

/** @returns false where the credential is known already, used or ended */
export async function insertPasskey(db: Db, p: Passkey): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into sign_in.passkey (credential_id, subject_kind, subject, public_key, counter, transports, backed_up, label, made_at, used_at)
    values (${p.credentialId}, ${p.subject.kind}, ${p.subject.id}, ${p.publicKey}, ${p.counter}, ${[...p.transports]}, ${p.backedUp},
      ${p.label}, ${p.madeAt}, ${p.usedAt}) on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

/** Notes a use, unless another use with the same or a later counter was noted meanwhile. @returns whether it was noted */
export async function notePasskeyUse(
  db: Db,
  now: Date,
  used: { credentialId: string; counter: number; backedUp: boolean },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update sign_in.passkey set counter = ${used.counter}, backed_up = ${used.backedUp}, used_at = ${now}
    where credential_id = ${used.credentialId} and ended_at is null and (counter < ${used.counter} or (counter = 0 and ${used.counter} = 0))`.execute(
    db,
  )
  return numAffectedRows === 1n
}

/** Takes a passkey out of use. @returns its label, or undefined where the subject has none of that id */
export async function endPasskey(
  db: Db,
  now: Date,
  which: { subject: Subject; credentialId: string; reason: 'removed' | 'cloned' },
): Promise<string | undefined> {
  const { rows } = await sql<{ label: string }>`
    update sign_in.passkey set ended_at = ${now}, end_reason = ${which.reason} where credential_id = ${which.credentialId}
      and subject = ${which.subject.id} and subject_kind = ${which.subject.kind} and ended_at is null returning label`.execute(db)
  return rows[0]?.label
}

/** Ends every passkey of a subject: a new invitation was used, or an operator ended them. @returns how many */
export async function endPasskeys(db: Db, now: Date, subject: Subject): Promise<number> {
  const { numAffectedRows } = await sql`
    update sign_in.passkey set ended_at = ${now}, end_reason = 'replaced'
    where subject = ${subject.id} and subject_kind = ${subject.kind} and ended_at is null`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

export async function renamePasskey(db: Db, which: { subject: Subject; credentialId: string; label: string }): Promise<boolean> {
  const { numAffectedRows } = await sql`update sign_in.passkey set label = ${which.label} where credential_id = ${which.credentialId}
    and subject = ${which.subject.id} and subject_kind = ${which.subject.kind} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

/** Whether a credential was set aside because a copy of it was seen. */
export async function wasCloned(db: Db, credentialId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from sign_in.passkey where credential_id = ${credentialId} and end_reason = 'cloned'`.execute(db)
  return rows.length > 0
}

export async function insertChange(db: Db, change: Change & { id: string; subject: Subject }): Promise<void> {
  await sql`insert into sign_in.change (subject, id, subject_kind, at, what, label)
    values (${change.subject.id}, ${change.id}, ${change.subject.kind}, ${change.at}, ${change.what}, ${change.label})`.execute(db)
}

/** What changed lately about how somebody signs in, newest first. */
export async function changesOf(db: Db, { kind, id }: Subject, limit: number): Promise<Change[]> {
  const { rows } = await sql<{ at: Date; what: ChangeKind; label: string }>`select at, what, label from sign_in.change
    where subject = ${id} and subject_kind = ${kind} order by id desc limit ${limit}`.execute(db)
  return rows
}

/** Forgets changes after two years; the audit log keeps them. */
export async function forgetChanges(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.change where at < ${new Date(now.getTime() - 730 * 86_400_000)}`.execute(db)
}
