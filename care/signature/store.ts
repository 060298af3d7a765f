import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { sqlState } from '#kernel/database'
import type { Taker } from '#kernel/outbox'
import type { EndReason, Signature, StaffCertificate } from './model.ts'

const CERTIFICATE = sql`c.id, c.staff_id as "staffId", c.issuer_key_hash as "issuerKeyHash", c.serial, c.issuer_name as "issuerName", c.name, c.roles,
  c.not_before as "notBefore", c.not_after as "notAfter", c.pem, c.key_ref as "keyRef", c.since, c.until, c.ended_at as "endedAt",
  c.ended_because as "endedBecause", c.entered_by as "enteredBy"`

/** @returns false where the certificate is registered already, to anybody */
export async function insertCertificate(db: Db, c: Omit<StaffCertificate, 'endedAt' | 'endedBecause'>): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into signature.certificate (id, staff_id, issuer_key_hash, serial, issuer_name, name, roles, not_before, not_after, pem, key_ref, since, until, entered_by)
    values (${c.id}, ${c.staffId}, ${c.issuerKeyHash}, ${c.serial}, ${c.issuerName}, ${c.name}, ${[...c.roles]}::text[], ${c.notBefore}, ${c.notAfter},
      ${c.pem}, ${c.keyRef}, ${c.since}, ${c.until}, ${c.enteredBy})
    on conflict (issuer_key_hash, serial) where ended_at is null do nothing`.execute(db)
  return numAffectedRows === 1n
}

/** Every entry of a member of staff, the newest first. */
export async function certificatesOf(db: Db, staffId: string): Promise<StaffCertificate[]> {
  const { rows } = await sql<StaffCertificate>`select ${CERTIFICATE} from signature.certificate c
    where c.staff_id = ${staffId} order by (c.ended_at is null) desc, c.since desc, c.id desc`.execute(db)
  return rows
}

/** Every entry of one certificate, ended ones too. */
export async function entriesOf(db: Db, which: { issuerKeyHash: string; serial: string }): Promise<StaffCertificate[]> {
  const { rows } = await sql<StaffCertificate>`select ${CERTIFICATE} from signature.certificate c
    where c.issuer_key_hash = ${which.issuerKeyHash} and c.serial = ${which.serial} order by c.since desc, c.id desc`.execute(db)
  return rows
}

/** @returns whether it ended now */
export async function endCertificate(db: Db, which: { id: string; staffId: string; at: Date; because: EndReason }): Promise<boolean> {
  const { numAffectedRows } = await sql`update signature.certificate set ended_at = ${which.at}, ended_because = ${which.because}
    where id = ${which.id} and staff_id = ${which.staffId} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

/** @returns false where this member of staff has signed this version already */
export async function insertSignature(db: Db, s: Signature): Promise<boolean> {
  try {
    const { numAffectedRows } = await sql`
      insert into signature.signature (key, id, type, resource_id, version, act, document, jws, algorithm, staff_id, staff_name, role,
        institution_number, institution_name, signed_at, issuer_key_hash, serial, signer_name, not_before, not_after)
      values (${s.key}, ${s.id}, ${s.type}, ${s.resourceId}, ${s.version}, ${s.act}, ${s.document}, ${s.jws}, ${s.algorithm}, ${s.staffId}, ${s.staffName},
        ${s.role}, ${s.institutionNumber}, ${s.institutionName}, ${s.signedAt}, ${s.issuerKeyHash}, ${s.serial}, ${s.signerName}, ${s.notBefore}, ${s.notAfter})
      on conflict (key, type, resource_id, version, staff_id) do nothing`.execute(db)
    return numAffectedRows === 1n
  } catch (error) {
    if (sqlState(error) === '23505') return false
    throw error
  }
}

/** Signatures of a document, of every version of it, the oldest first. */
export async function signaturesOf(db: Db, which: { key: string; type: string; resourceId: string }): Promise<Signature[]> {
  const { rows } = await sql<Signature>`
    select key, id, type, resource_id as "resourceId", version, act, document, jws, algorithm, staff_id as "staffId", staff_name as "staffName", role,
      institution_number as "institutionNumber", institution_name as "institutionName", signed_at as "signedAt",
      issuer_key_hash as "issuerKeyHash", serial, signer_name as "signerName", not_before as "notBefore", not_after as "notAfter"
    from signature.signature where key = ${which.key} and type = ${which.type} and resource_id = ${which.resourceId} order by signed_at, id`.execute(
    db,
  )
  return rows
}

/** Takes away the signatures under a key whose documents are gone from the record altogether. @returns how many went */
export async function eraseOrphans(db: Db, key: string): Promise<number> {
  const { numAffectedRows } = await sql`delete from signature.signature s where s.key = ${key}
    and not exists (select 1 from record.resource r where r.key = s.key and r.type = s.type and r.id = s.resource_id)`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Follows erasures: of what some institutions gave, the signatures go with it; where all goes, the plan of erasures takes them. */
export const signatureTaker: Taker = {
  topics: ['record.erased'],
  async take(db, told) {
    for (const key of new Set(told.map((one) => one.key))) await eraseOrphans(db, key)
  },
}
