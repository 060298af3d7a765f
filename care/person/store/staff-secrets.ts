import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { totpToStore } from '../totp-seal.ts'

/** How a member of staff may sign in besides by passkey; `isSet` where both password and code are. */
export type StaffSignIn = { id: string; loginName: string; name: string; isSet: boolean }

/** A member of staff who has not ended, wherever they work. */
export async function findStaffSignIn(db: Db, by: { id: string } | { loginName: string }): Promise<StaffSignIn | undefined> {
  const where = 'id' in by ? sql`id = ${by.id}` : sql`login_name = ${by.loginName}`
  const { rows } = await sql<{ id: string; login_name: string; name: string; is_set: boolean }>`
    select id, login_name, name, password_hash <> '' and totp_secret <> '' as is_set from person.staff where ${where} and ended_at is null`.execute(
    db,
  )
  const r = rows[0]
  return r && { id: r.id, loginName: r.login_name, name: r.name, isSet: r.is_set }
}

/** Sets the password (as `hashPassword` makes it), the one-time code's secret (base 32), or both. '' takes one away, and with it the way in. */
export async function setStaffSecrets(db: Db, staffId: string, secrets: { passwordHash?: string; totpSecret?: string }): Promise<void> {
  await sql`update person.staff set password_hash = coalesce(${secrets.passwordHash ?? null}, password_hash),
    totp_secret = coalesce(${secrets.totpSecret === undefined ? null : totpToStore(staffId, secrets.totpSecret)}, totp_secret) where id = ${staffId}`.execute(
    db,
  )
}

/** Every secret of one-time codes as it is stored. */
export async function totpSecretsAtRest(db: Db): Promise<{ id: string; stored: string }[]> {
  const { rows } = await sql<{
    id: string
    stored: string
  }>`select id, totp_secret as stored from person.staff where totp_secret <> ''`.execute(db)
  return rows
}

/** Writes the same secret in another form. @returns false where it was changed meanwhile */
export async function replaceTotpSecret(db: Db, about: { id: string; from: string; to: string }): Promise<boolean> {
  const { numAffectedRows } =
    await sql`update person.staff set totp_secret = ${about.to} where id = ${about.id} and totp_secret = ${about.from}`.execute(db)
  return numAffectedRows === 1n
}
