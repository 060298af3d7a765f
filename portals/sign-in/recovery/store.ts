import { createHash, createHmac, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { newKey } from '#kernel/id'
import type { Migration } from '#kernel/migrate'

/** One-use codes of staff, and failed tries by network address. */
export const recoveryMigrations: Migration[] = [
  {
    id: 'sign-in-recovery/001-codes',
    sql: `
      create table sign_in.recovery_code (
        staff_id text not null, code_hash bytea not null, made_at timestamptz not null, used_at timestamptz, primary key (staff_id, code_hash));
      create table sign_in.address_failure (
        address_hash bytea primary key, failures int not null, until timestamptz not null);
      create index address_failure_by_end on sign_in.address_failure (until);
      create table sign_in.address_salt (day text primary key, salt bytea not null);
    `,
  },
]

const CODES = 10
const codeHash = (staffId: string, code: string) =>
  createHash('sha256')
    .update(`recovery:${staffId}:${foldCode(code)}`)
    .digest()

/** A code as typed: spaces, hyphens, case and look-alike letters do not matter. */
export const foldCode = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1')

/** Whether what was typed is a recovery code rather than the six digits of an app. */
export const isRecoveryCode = (typed: string): boolean => foldCode(typed).length === CODE_LENGTH

/** 50 random bits: with five tries in ten minutes nobody guesses one. */
const CODE_LENGTH = 10

/** Ten new codes, each good once; the earlier ones end. Only hashes are kept: show them once. */
export async function makeRecoveryCodes(db: Db, now: Date, staffId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => newKey().slice(0, CODE_LENGTH))
  await dropRecoveryCodes(db, staffId)
  await sql`insert into sign_in.recovery_code (staff_id, code_hash, made_at)
    select ${staffId}, h, ${now} from unnest(${codes.map((code) => codeHash(staffId, code))}::bytea[]) h`.execute(db)
  return codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`)
}

export async function dropRecoveryCodes(db: Db, staffId: string): Promise<void> {
  await sql`delete from sign_in.recovery_code where staff_id = ${staffId}`.execute(db)
}

/** Spends a code. @returns false where it is unknown or was used */
export async function spendRecoveryCode(db: Db, now: Date, staffId: string, code: string): Promise<boolean> {
  const { numAffectedRows } = await sql`update sign_in.recovery_code set used_at = ${now}
    where staff_id = ${staffId} and code_hash = ${codeHash(staffId, code)} and used_at is null`.execute(db)
  return numAffectedRows === 1n
}

export async function recoveryCodesLeft(db: Db, staffId: string): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`select count(*) as n from sign_in.recovery_code where staff_id = ${staffId} and used_at is null`.execute(db)
  return rows[0]!.n
}

/**
 * Failed tries by address. Each day has a salt of its own that is forgotten the day after, so that no list of addresses outlives it;
 * all workers share it, so that an address is one whichever worker it meets.
 */
async function addressHash(db: Db, now: Date, address: string): Promise<Buffer> {
  const day = now.toISOString().slice(0, 10)
  const { rows } = await sql<{ salt: Buffer }>`
    insert into sign_in.address_salt as s (day, salt) values (${day}, ${randomBytes(32)})
    on conflict (day) do update set day = s.day returning salt`.execute(db)
  return createHmac('sha256', rows[0]!.salt).update(networkOf(address)).digest()
}

/** Whoever has one IPv6 address has a whole network of them: the first 64 bits count. */
export function networkOf(address: string): string {
  const plain = address
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .split('%')[0]!
    .toLowerCase()
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** A clinic's whole staff may share one address, so many tries are free. */
const FREE_TRIES = 50
const WINDOW_MINUTES = 60

/** Minutes until this address may try again, or null. */
export async function addressLock(db: Db, now: Date, address: string): Promise<number | null> {
  const { rows } = await sql<{ until: Date }>`select until from sign_in.address_failure
    where address_hash = ${await addressHash(db, now, address)} and failures >= ${FREE_TRIES} and until > ${now}`.execute(db)
  return rows[0] ? Math.ceil((rows[0].until.getTime() - now.getTime()) / 60_000) : null
}

/** Counts a failed try of an address; the hour begins with the first of them. */
export async function noteAddressFailure(db: Db, now: Date, address: string): Promise<void> {
  const until = new Date(now.getTime() + WINDOW_MINUTES * 60_000)
  await sql`insert into sign_in.address_failure as f (address_hash, failures, until) values (${await addressHash(db, now, address)}, 1, ${until})
    on conflict (address_hash) do update set failures = case when f.until <= ${now} then 1 else f.failures + 1 end,
      until = case when f.until <= ${now} then excluded.until else f.until end`.execute(db)
}

/** The table holds an hour's worth of addresses. */
export async function forgetAddresses(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.address_failure where until < ${now}`.execute(db)
  await sql`delete from sign_in.address_salt where day < ${now.toISOString().slice(0, 10)}`.execute(db)
}
