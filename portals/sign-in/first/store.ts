import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Card } from '#care/person'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'

/** Time to type what stands on the papers. */
export const TICKET_MINUTES = 20
/** Forms that were refused, for one card and day: whoever tries the papers of others is stopped. */
export const TRIES_A_DAY = 5

/** Good cards that nobody has, whose holder may register them: found by a token in the browser, of which only the hash is kept. */
export const firstMigrations: Migration[] = [
  {
    id: 'sign-in-first/001-ticket',
    sql: `
      create table sign_in.first_ticket (
        token_hash bytea primary key, serial text not null, issuer text not null, until timestamptz not null, used_at timestamptz,
        made_at timestamptz not null);
      create index first_ticket_of on sign_in.first_ticket (serial, issuer);
    `,
  },
]

const hashOf = (token: string) => createHash('sha256').update(`first:${token}`).digest()

/** Lets the holder of a card register it. @returns the cookie's value, or null where this card had too many tickets today */
export async function insertTicket(db: Db, now: Date, card: Card): Promise<string | null> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from sign_in.first_ticket
    where serial = ${card.serial} and issuer = ${card.issuer} and made_at > ${new Date(now.getTime() - 86_400_000)}`.execute(db)
  if (rows[0]!.n >= TRIES_A_DAY) return null
  const token = randomBytes(32).toString('base64url')
  await sql`insert into sign_in.first_ticket (token_hash, serial, issuer, until, made_at)
    values (${hashOf(token)}, ${card.serial}, ${card.issuer}, ${new Date(now.getTime() + TICKET_MINUTES * 60_000)}, ${now})`.execute(db)
  return token
}

/** The card of a ticket that is still good. */
export async function findTicket(db: Db, now: Date, token: string | undefined): Promise<Card | undefined> {
  if (token === undefined) return undefined
  const { rows } = await sql<Card>`select serial, issuer from sign_in.first_ticket
    where token_hash = ${hashOf(token)} and used_at is null and until > ${now}`.execute(db)
  return rows[0]
}

/** Spends a ticket: one registration a card, whatever comes of it. @returns the card, or undefined where somebody was faster */
export async function spendTicket(db: Db, now: Date, token: string): Promise<Card | undefined> {
  const { rows } = await sql<Card>`update sign_in.first_ticket set used_at = ${now}
    where token_hash = ${hashOf(token)} and used_at is null and until > ${now} returning serial, issuer`.execute(db)
  return rows[0]
}

/** Tickets count for a day. */
export async function forgetTickets(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.first_ticket where made_at < ${new Date(now.getTime() - 86_400_000)} and until < ${now}`.execute(db)
}
