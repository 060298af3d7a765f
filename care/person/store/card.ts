/** Cards of people: which certificate leads to whom, from when to when, and what became of it. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { gather } from '#kernel/gather'
import { ulid } from '#kernel/id'
import type { Card, CardBasis, CardEvent, CardHolder, CardLink } from '../card-model.ts'
import { PERSON, type PersonRow, toPerson } from '../store.ts'

/** Links a card that nobody has. `replaces` is the serial it follows, where it follows one. */
export async function linkCard(
  db: Db,
  card: Card & { personId: string; at: Date; basis?: CardBasis; replaces?: string | null },
): Promise<void> {
  await sql`insert into person.card (serial, issuer, person_id, linked_at, basis, replaces_serial)
    values (${card.serial}, ${card.issuer}, ${card.personId}, ${card.at}, ${card.basis ?? 'insurance'}, ${card.replaces ?? null})`.execute(
    db,
  )
}

/** Ends a link with its day; of no effect where it had ended. @returns whether it ended now */
export async function endCard(db: Db, card: Card, about: { at: Date; because: CardLink['endedBecause'] }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.card set ended_at = ${about.at}, ended_because = ${about.because}
    where issuer = ${card.issuer} and serial = ${card.serial} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

/** Stops a card of the person, or lets it work again (`at` null). @returns whether anything changed */
export async function setStopped(db: Db, card: Card & { personId: string }, at: Date | null): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.card set stopped_at = ${at}::timestamptz
    where issuer = ${card.issuer} and serial = ${card.serial} and person_id = ${card.personId} and ended_at is null
      and (stopped_at is null) = ${at !== null}`.execute(db)
  return numAffectedRows === 1n
}

export async function insertCardEvent(db: Db, card: Card, event: CardEvent): Promise<void> {
  await sql`insert into person.card_event (serial, issuer, id, at, what, by_kind, by_id)
    values (${card.serial}, ${card.issuer}, ${ulid(event.at.getTime())}, ${event.at}, ${event.what}, ${event.byKind}, ${event.byId})`.execute(
    db,
  )
}

type LinkRow = {
  serial: string
  issuer: string
  person_id: string
  linked_at: Date
  basis: CardBasis
  replaces_serial: string | null
  stopped_at: Date | null
  ended_at: Date | null
  ended_because: CardLink['endedBecause']
}

const toLink = (r: LinkRow): CardLink => ({
  serial: r.serial,
  issuer: r.issuer,
  personId: r.person_id,
  linkedAt: r.linked_at,
  basis: r.basis,
  replaces: r.replaces_serial,
  stoppedAt: r.stopped_at,
  endedAt: r.ended_at,
  endedBecause: r.ended_because,
})

/** Every card a person had, the newest first. */
export async function cardsOf(db: Db, personId: string): Promise<CardLink[]> {
  const { rows } = await sql<LinkRow>`select * from person.card where person_id = ${personId} order by linked_at desc, serial`.execute(db)
  return rows.map(toLink)
}

/** One link, locked until this write ends, so that two who change it follow each other. */
export async function lockCard(db: Db, card: Card): Promise<CardLink | undefined> {
  const { rows } =
    await sql<LinkRow>`select * from person.card where issuer = ${card.issuer} and serial = ${card.serial} for update`.execute(db)
  return rows[0] && toLink(rows[0])
}

/** What happened to a card, the oldest first. */
export async function cardEvents(db: Db, card: Card): Promise<CardEvent[]> {
  const { rows } = await sql<{ at: Date; what: CardEvent['what']; by_kind: string; by_id: string }>`
    select at, what, by_kind, by_id from person.card_event where issuer = ${card.issuer} and serial = ${card.serial} order by id`.execute(
    db,
  )
  return rows.map((r) => ({ at: r.at, what: r.what, byKind: r.by_kind, byId: r.by_id }))
}

/** Whose card this is or was, and whether it may still be used; cards read at many desks at once share a statement. */
export const findHolder = gather<Card, CardHolder | undefined>(async (db, cards) => {
  const { rows } = await sql<PersonRow & { n: number; stopped: boolean; ended: boolean }>`
    select c.n, k.stopped_at is not null as stopped, k.ended_at is not null as ended, person.*
      from unnest(${cards.map((c) => c.issuer)}::text[], ${cards.map((c) => c.serial)}::text[]) with ordinality as c(issuer, serial, n)
    join person.card k on k.issuer = c.issuer and k.serial = c.serial
    join lateral (${PERSON} where p.id = k.person_id) person on true`.execute(db)
  const found = new Map(
    rows.map((r): [number, CardHolder] => [
      Number(r.n),
      { person: toPerson(r), state: r.ended ? 'ended' : r.stopped ? 'stopped' : 'live' },
    ]),
  )
  return cards.map((_, i) => found.get(i + 1))
})
