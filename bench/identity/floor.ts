/** The floor: the statements of a card check through the driver, with no HTTP, no signature and no rule around them. */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import { consentService } from '#care/consent'
import { eligibilityService } from '#care/eligibility'
import { accounts, personService } from '#care/person'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { Kysely, PostgresDialect } from 'kysely'
import { inParallel } from '../measure.ts'
import type { BenchCards } from './cards.ts'
import { benchUrl, CLIENT } from './register.ts'

type Statement = { text: string; values: readonly unknown[] }
type Asked = { kept: BenchCards; issuer: string; count: number; width: number }
type Sample = { id: string; serial: string; key: string }

/** The statements of one real check, recorded as they reach the driver. */
async function recordOne(sample: Sample, issuer: string): Promise<Statement[]> {
  const statements: Statement[] = []
  const pool = new pg.Pool({ connectionString: benchUrl(), max: 1 })
  const recording = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool }),
    log: (event) => void statements.push({ text: event.query.sql, values: event.query.parameters }),
  })
  const actor = (await accounts.system(recording, CLIENT, { scopes: [], tokenBinding: 'none' })) as Extract<Actor, { kind: 'system' }>
  const cards = { check: async () => ({ serial: sample.serial, issuer }) }
  const service = eligibilityService({ consent: consentService(), person: personService({ totpOnce: true }), cards })
  const nothing = () => undefined
  const ctx: Context = {
    actor,
    purpose: 'TREAT',
    now: new Date(),
    lang: 'ja',
    db: recording,
    requestId: 'floor',
    sessionId: null,
    audit: nothing,
    tell: nothing,
  }
  await service.readCard(ctx, sample.id, { certificatePem: '', signature: new Uint8Array(), limitConsent: true })
  await recording.destroy()
  return statements
}

/** The recorded values for another card. */
function valuesFor(values: readonly unknown[], from: Sample, to: Sample): unknown[] {
  const swap = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith('[')
      ? value.replaceAll(from.id, to.id).replaceAll(from.serial, to.serial).replaceAll(from.key, to.key)
      : value === from.id
        ? to.id
        : value === from.serial
          ? to.serial
          : value === from.key
            ? to.key
            : Array.isArray(value)
              ? value.map(swap)
              : value
  return values.map(swap)
}

async function samples(db: Db, { kept, count }: Asked): Promise<Sample[]> {
  const { rows } = await sql<{
    serial: string
    key: string
  }>`select c.serial, k.key from person.card c join person.patient_key k using (person_id)
    where c.serial = any(${kept.cards.slice(0, count).map((c) => c.serial)}::text[])`.execute(db)
  const made = rows.map((r) => ({ ...r, id: `f${randomBytes(12).toString('hex')}` }))
  await sql`insert into eligibility.reader_session (id, institution_number, challenge, created_at, expires_at)
    select id, (select institution_number from person.client where client_id = ${CLIENT}), '', now(), now() + interval '5 minutes' from unnest(${made.map((m) => m.id)}::text[]) id`.execute(
    db,
  )
  await sql`truncate consent.relation`.execute(db)
  return made
}

/** Checks a second at which the database alone would carry the recorded statements and the audit rows, in batches of as many as ask together. */
export async function floorRate(db: Db, asked: Asked): Promise<number> {
  const [first, ...rest] = await samples(db, asked)
  const statements = await recordOne(first!, asked.issuer)
  const pool = new pg.Pool({ connectionString: benchUrl(), max: 20 })
  const about = {
    actor: { kind: 'public' as const },
    purpose: 'TREAT' as const,
    now: new Date(),
    requestId: 'floor',
    action: 'eligibility.card',
    law: '',
  }
  const seconds = await inParallel(rest.length, asked.width, async (i) => {
    const client = await pool.connect()
    for (const { text, values } of statements) await client.query(text, valuesFor(values, first!, rest[i]!))
    client.release()
    if (i % asked.width === 0)
      await insertAudit(
        db,
        Array.from({ length: asked.width }, () => auditEntry({ key: rest[i]!.key }, about)),
      )
  })
  await pool.end()
  return Math.round(rest.length / seconds)
}
