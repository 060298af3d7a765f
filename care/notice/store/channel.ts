/** Where signs go, and what is owed to each. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Channel } from '../model.ts'
import type { After } from '../rules.ts'

type Row = {
  person_id: string
  id: string
  kind: Channel['kind']
  address: string
  p256dh: string | null
  auth: string | null
  label: string
  lang: Channel['lang']
  state: Channel['state']
  why: string
  token: string | null
  token_until: Date | null
  owed: number | string
  sent: number | string
  urgent: boolean
  due_at: Date | null
  tries: number
  failing_since: Date | null
  made_at: Date
  arrived_at: Date | null
}

const toChannel = (r: Row): Channel => ({
  personId: r.person_id,
  id: r.id,
  kind: r.kind,
  address: r.address,
  keys: r.p256dh === null || r.auth === null ? null : { p256dh: r.p256dh, auth: r.auth },
  label: r.label,
  lang: r.lang,
  state: r.state,
  why: r.why,
  token: r.token,
  tokenUntil: r.token_until,
  owed: Number(r.owed),
  sent: Number(r.sent),
  urgent: r.urgent,
  dueAt: r.due_at,
  tries: r.tries,
  failingSince: r.failing_since,
  madeAt: r.made_at,
  arrivedAt: r.arrived_at,
})

const listed = async (db: Db, where: RawBuilder<unknown>): Promise<Channel[]> =>
  (await sql<Row>`select * from notice.channel where ${where}`.execute(db)).rows.map(toChannel)

export const channelsOf = (db: Db, ids: readonly string[]): Promise<Channel[]> =>
  listed(db, sql`person_id = any(${[...ids]}::text[]) order by kind, made_at, id`)

export const findDue = (db: Db, now: Date, most: number): Promise<Channel[]> =>
  listed(db, sql`due_at <= ${now} and state in ('asked', 'live') order by due_at limit ${most}`)

type New = Pick<Channel, 'personId' | 'id' | 'kind' | 'address' | 'keys' | 'label' | 'lang' | 'state' | 'token' | 'tokenUntil' | 'madeAt'>

/** Enters a channel anew, whatever stood under its id; `owes` asks for a first message at once (the link of a mail address). */
export async function putChannel(db: Db, c: New, { owes }: { owes: boolean }): Promise<void> {
  const due = owes ? c.madeAt : null
  await sql`insert into notice.channel
      (person_id, id, kind, address, p256dh, auth, label, lang, state, token, token_until, made_at, owed, due_at)
    values (${c.personId}, ${c.id}, ${c.kind}, ${c.address}, ${c.keys?.p256dh ?? null}, ${c.keys?.auth ?? null}, ${c.label}, ${c.lang},
      ${c.state}, ${c.token}, ${c.tokenUntil}, ${c.madeAt}, ${owes ? 1 : 0}, ${due})
    on conflict (person_id, id) do update set address = excluded.address, p256dh = excluded.p256dh, auth = excluded.auth,
      label = excluded.label, lang = excluded.lang, state = excluded.state, why = '', token = excluded.token, token_until = excluded.token_until,
      made_at = excluded.made_at, owed = excluded.owed, sent = 0, due_at = excluded.due_at, tries = 0, failing_since = null, arrived_at = null`.execute(
    db,
  )
}

/** A browser belongs to whoever subscribed in it last. */
export async function removeElsewhere(db: Db, about: { id: string; personId: string }): Promise<void> {
  await sql`delete from notice.channel where id = ${about.id} and person_id <> ${about.personId}`.execute(db)
}

/** @returns whether there was one */
export async function removeChannel(db: Db, about: { ids: readonly string[]; id: string }): Promise<boolean> {
  const { numAffectedRows } =
    await sql`delete from notice.channel where person_id = any(${[...about.ids]}::text[]) and id = ${about.id}`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

/** Confirms a mail address by its link. @returns whether the link was the open one of these people */
export async function confirmMail(db: Db, about: { ids: readonly string[]; token: string; now: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update notice.channel
    set state = 'live', token = null, token_until = null, why = '', tries = 0, failing_since = null, due_at = null, owed = 0, sent = 0
    where person_id = any(${[...about.ids]}::text[]) and kind = 'mail' and state = 'asked' and token = ${about.token}
      and token_until > ${about.now}`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

/** One more sign is owed to what may be used; one that was parked gets another chance. An earlier due time stays. */
export async function owe(db: Db, about: { ids: readonly string[]; due: Date; urgent: boolean }): Promise<void> {
  await sql`update notice.channel set owed = owed + 1, urgent = urgent or ${about.urgent},
      tries = case when state = 'parked' then 0 else tries end, failing_since = case when state = 'parked' then null else failing_since end,
      due_at = case when state = 'live' and tries > 0 and not ${about.urgent} then due_at else least(coalesce(due_at, ${about.due}), ${about.due}) end, state = 'live'
    where person_id = any(${[...about.ids]}::text[]) and state in ('live', 'parked')`.execute(db)
}

/** A sign arrived that pays for everything owed when it left; what came meanwhile stays due. */
export async function noteSent(db: Db, c: Channel, at: Date): Promise<void> {
  await sql`update notice.channel set sent = greatest(sent, ${c.owed}), tries = 0, failing_since = null, why = '', arrived_at = ${at},
      urgent = urgent and owed > ${c.owed}, due_at = case when owed > ${c.owed} then least(coalesce(due_at, ${at}), ${at}) else null end
    where person_id = ${c.personId} and id = ${c.id} and made_at = ${c.madeAt}`.execute(db)
}

/** A try did not arrive. What is gone for good keeps no address. */
export async function noteFailed(db: Db, c: Channel, after: After): Promise<void> {
  const address = after.state === 'ended' && c.kind === 'push' ? '' : c.address
  await sql`update notice.channel set state = ${after.state}, why = ${after.why}, tries = ${after.tries}, failing_since = ${after.failingSince},
      due_at = ${after.dueAt}, address = ${address}
    where person_id = ${c.personId} and id = ${c.id} and made_at = ${c.madeAt}`.execute(db)
}

/** Links that nobody followed, and what ended long ago. @returns how many were forgotten */
export async function forgetOld(db: Db, now: Date): Promise<number> {
  const monthAgo = new Date(now.getTime() - 30 * 86_400_000)
  const { numAffectedRows } = await sql`delete from notice.channel
    where (state = 'asked' and token_until < ${now}) or (state = 'ended' and coalesce(failing_since, made_at) < ${monthAgo})`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
