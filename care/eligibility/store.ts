import { sql } from 'kysely'
import { type Db, inTransaction } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { Facts, ProvenBy, ReaderSession, RegisterEntry } from './model.ts'
import { foldBranch, insurerNumberOf, memberOf } from './rules.ts'

/**
 * Enters cover for many keys, in one statement a table and one transaction; the same period entered again is replaced.
 * The only way in: whatever wrote past it would leave the ready text behind.
 */
export async function insertRegister(db: Db, entries: readonly RegisterEntry[]): Promise<void> {
  const coverages = entries.flatMap(({ key, birthDate, coverages: list }) =>
    list.map((c) => ({
      key,
      birth_date: birthDate,
      member: memberOf(c),
      branch_folded: foldBranch(c.branch),
      valid_from: c.validFrom,
      valid_until: c.validUntil,
      insurer_number: insurerNumberOf(c.insurerNumber) ?? c.insurerNumber,
      insurer_name: c.insurerName,
      symbol: c.symbol,
      number: c.number,
      branch: c.branch,
      card_classification: c.cardClassification,
      copay_percent: c.copayPercent,
      personal_family: c.personalFamily,
      reason_of_loss: c.reasonOfLoss,
      elderly_percent: c.elderlyPercent,
      elderly_from: c.elderlyFrom,
      elderly_until: c.elderlyUntil,
    })),
  )
  const enter = async (trx: Db) => {
    await insertCoverages(trx, coverages)
    await insertCertificates(trx, entries)
    await refreshFacts(
      trx,
      entries.map((e) => e.key),
    )
  }
  await (inTransaction(db) ? enter(db) : db.transaction().execute(enter))
}

async function refreshFacts(db: Db, keys: readonly string[]): Promise<void> {
  await sql`insert into eligibility.facts (key, facts) select key, facts from eligibility.facts_now where key = any(${[...keys]}::text[])
    on conflict (key) do update set facts = excluded.facts`.execute(db)
}

async function insertCoverages(db: Db, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return
  const json = JSON.stringify(rows)
  await sql`insert into eligibility.coverage
    select key, member, branch_folded, valid_from, valid_until, insurer_number, insurer_name, symbol, number, branch,
      card_classification, copay_percent, personal_family, reason_of_loss, elderly_percent, elderly_from, elderly_until
    from jsonb_populate_recordset(null::eligibility.coverage, ${json}::jsonb)
    on conflict (key, member, branch_folded, valid_from) do update set valid_until = excluded.valid_until, insurer_name = excluded.insurer_name,
      symbol = excluded.symbol, number = excluded.number, branch = excluded.branch, card_classification = excluded.card_classification,
      copay_percent = excluded.copay_percent, personal_family = excluded.personal_family, reason_of_loss = excluded.reason_of_loss,
      elderly_percent = excluded.elderly_percent, elderly_from = excluded.elderly_from, elderly_until = excluded.elderly_until`.execute(db)
  await sql`insert into eligibility.lookup (member, birth_date, key)
    select member, birth_date, key from jsonb_to_recordset(${json}::jsonb) as r(member text, birth_date date, key text)
    on conflict do nothing`.execute(db)
}

async function insertCertificates(db: Db, entries: readonly RegisterEntry[]): Promise<void> {
  const keyed = <T extends object>(pick: (entry: RegisterEntry) => readonly T[] | undefined) =>
    entries.flatMap((e) => (pick(e) ?? []).map((row) => ({ key: e.key, ...row })))
  const [limits, diseases, subsidies] = [keyed((e) => e.limitCertificates), keyed((e) => e.specificDiseases), keyed((e) => e.subsidies)]
  const shown = keyed((e) => (e.shownAs ? [e.shownAs] : []))
  if (limits.length > 0)
    await sql`insert into eligibility.limit_certificate (key, classification, classification_flag, valid_from, valid_until)
      select key, classification, "classificationFlag", "validFrom", "validUntil" from jsonb_to_recordset(${JSON.stringify(limits)}::jsonb)
        as r(key text, classification text, "classificationFlag" text, "validFrom" date, "validUntil" date)
      on conflict (key, classification_flag, valid_from) do update set valid_until = excluded.valid_until, classification = excluded.classification`.execute(
      db,
    )
  if (diseases.length > 0)
    await sql`insert into eligibility.specific_disease (key, category, self_pay_yen, valid_from, valid_until)
      select key, category, "selfPayYen", "validFrom", "validUntil" from jsonb_to_recordset(${JSON.stringify(diseases)}::jsonb)
        as r(key text, category text, "selfPayYen" int, "validFrom" date, "validUntil" date)
      on conflict (key, category, valid_from) do update set valid_until = excluded.valid_until, self_pay_yen = excluded.self_pay_yen`.execute(
      db,
    )
  if (subsidies.length > 0)
    await sql`insert into eligibility.subsidy (key, payer_number, recipient_number, name, ceiling_yen, valid_from, valid_until)
      select key, "payerNumber", "recipientNumber", name, "ceilingYen", "validFrom", "validUntil" from jsonb_to_recordset(${JSON.stringify(subsidies)}::jsonb)
        as r(key text, "payerNumber" text, "recipientNumber" text, name text, "ceilingYen" int, "validFrom" date, "validUntil" date)
      on conflict (key, payer_number, recipient_number, valid_from)
        do update set valid_until = excluded.valid_until, name = excluded.name, ceiling_yen = excluded.ceiling_yen`.execute(db)
  if (shown.length > 0)
    await sql`insert into eligibility.shown_as (key, name_of_other, name_of_other_kana, sex2)
      select key, "nameOfOther", "nameOfOtherKana", sex2 from jsonb_to_recordset(${JSON.stringify(shown)}::jsonb)
        as r(key text, "nameOfOther" text, "nameOfOtherKana" text, sex2 text)
      on conflict (key) do update set name_of_other = excluded.name_of_other, name_of_other_kana = excluded.name_of_other_kana, sex2 = excluded.sex2`.execute(
      db,
    )
}

/** Facts of several keys as those of one person. */
export function gatherFacts(rows: readonly { facts: Facts | null }[]): Facts {
  const all = rows.flatMap(({ facts }) => facts ?? [])
  return {
    coverages: all.flatMap((f) => f.coverages),
    limitCertificates: all.flatMap((f) => f.limitCertificates),
    specificDiseases: all.flatMap((f) => f.specificDiseases),
    subsidies: all.flatMap((f) => f.subsidies),
    shownAs: all.find((f) => f.shownAs !== null)?.shownAs ?? null,
  }
}

export async function findFacts(db: Db, keys: readonly string[]): Promise<Facts> {
  return gatherFacts(
    (await sql<{ facts: Facts }>`select facts from eligibility.facts where key = any(${[...keys]}::text[]) order by key`.execute(db)).rows,
  )
}

/** Keys of the people who hold, or held, this member under this birth date. */
export async function findKeys(db: Db, member: string, birthDate: string): Promise<string[]> {
  const { rows } = await sql<{
    key: string
  }>`select key from eligibility.lookup where member = ${member} and birth_date = ${birthDate} order by key limit 20`.execute(db)
  return rows.map((r) => r.key)
}

/** Keys for many typed members at once; `n` is the place in the list. */
export async function findKeysOfMany(
  db: Db,
  asked: readonly { n: number; member: string; birthDate: string }[],
): Promise<{ n: number; key: string }[]> {
  const { rows } = await sql<{ n: number; key: string }>`
    select r.n, l.key from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as r(n int, member text, "birthDate" date)
      join eligibility.lookup l on l.member = r.member and l.birth_date = r."birthDate" order by r.n, l.key`.execute(db)
  return rows
}

export async function insertSession(
  db: Db,
  s: Pick<ReaderSession, 'id' | 'institutionNumber' | 'challenge' | 'expiresAt' | 'openedBy'> & { at: Date },
): Promise<void> {
  await sql`insert into eligibility.reader_session (id, institution_number, challenge, created_at, expires_at, opened_by)
    values (${s.id}, ${s.institutionNumber}, ${s.challenge}, ${s.at}, ${s.expiresAt}, ${s.openedBy})`.execute(db)
}

type SessionRow = {
  id: string
  institution_number: string
  challenge: Buffer
  expires_at: Date
  used_at: Date | null
  person_key: string | null
  consent_until: Date | null
  opened_by: string | null
  proven_by: ProvenBy | null
  pending_key: string | null
  vouched_at: Date | null
  unlinked_serial: string | null
  unlinked_issuer: string | null
}

const SESSION = sql`select id, institution_number, challenge, expires_at, used_at, person_key, consent_until, opened_by, proven_by, pending_key,
  vouched_at, unlinked_serial, unlinked_issuer from eligibility.reader_session`

const toSession = (r: SessionRow): ReaderSession => ({
  id: r.id,
  institutionNumber: r.institution_number,
  challenge: r.challenge,
  expiresAt: r.expires_at,
  usedAt: r.used_at,
  personKey: r.person_key,
  consentUntil: r.consent_until,
  openedBy: r.opened_by,
  provenBy: r.proven_by,
  pendingKey: r.pending_key,
  vouchedAt: r.vouched_at,
  unlinked: r.unlinked_serial === null || r.unlinked_issuer === null ? null : { serial: r.unlinked_serial, issuer: r.unlinked_issuer },
})

export const findSession = gather<string, ReaderSession | undefined>(async (db, ids) => {
  const { rows } = await sql<SessionRow>`${SESSION} where id = any(${[...new Set(ids)]}::text[])`.execute(db)
  const found = new Map(rows.map((r) => [r.id, toSession(r)]))
  return ids.map((id) => found.get(id))
})

/** The session, locked until this write ends, so that two answers of one person follow each other. */
export async function lockSession(db: Db, id: string): Promise<ReaderSession | undefined> {
  const { rows } = await sql<SessionRow>`${SESSION} where id = ${id} for update`.execute(db)
  return rows[0] && toSession(rows[0])
}

/**
 * Spends a challenge on a card that was not accepted.
 * @returns false where another request spent it first
 */
export async function spendSession(db: Db, id: string, now: Date): Promise<boolean> {
  const { numAffectedRows } =
    await sql`update eligibility.reader_session set used_at = ${now} where id = ${id} and used_at is null`.execute(db)
  return numAffectedRows === 1n
}

/** Forgets sessions that ended: whose card was where is the audit log's to keep, not this table's. */
export async function deleteSessions(db: Db, endedBefore: Date): Promise<void> {
  await sql`delete from eligibility.reader_session where expires_at < ${endedBefore} and coalesce(consent_until, expires_at) < ${endedBefore}`.execute(
    db,
  )
}
