/** What was changed in the registers of facilities, staff and systems, by whom. */
import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { Change, Reach } from '../register-model.ts'

type Fields = Readonly<Record<string, string | null>>

/** Fields that differ, each with what it was and became; `before` null for a new entry. */
export function differences(before: Fields | null, after: Fields): Change['fields'] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])]
  return Object.fromEntries(
    names.flatMap((name) => {
      const [from, to] = [before?.[name] ?? null, after[name] ?? null]
      return from === to || (from ?? '') === (to ?? '') ? [] : [[name, { from, to }]]
    }),
  )
}

export type Noted = { subject: string; institutionNumber: string; act: string; before: Fields | null; after: Fields }
type Who = Pick<Context, 'db' | 'now' | 'requestId' | 'actor'>

/** Notes a change in the transaction that makes it. */
export async function noteChange(ctx: Who, noted: Noted): Promise<void> {
  const { actor } = ctx
  const by = actor.kind === 'public' ? { id: '', name: '' } : { id: actor.id, name: actor.name }
  await sql`insert into person.change (id, at, subject, institution_number, act, by_id, by_name, request_id, fields)
    values (${ulid()}, ${ctx.now}, ${noted.subject}, ${noted.institutionNumber}, ${noted.act}, ${by.id}, ${by.name}, ${ctx.requestId},
      ${JSON.stringify(differences(noted.before, noted.after))}::jsonb)`.execute(ctx.db)
}

/** Changes of one entry, newest first; of what lies within reach. */
export async function listChanges(db: Db, reach: Reach, about: { subject: string; limit: number }): Promise<Change[]> {
  const { rows } = await sql<Change>`
    select id, at, subject, act, by_id as "byId", by_name as "byName", fields from person.change
    where subject = ${about.subject} and (${reach.institutionNumber}::text is null or institution_number = ${reach.institutionNumber})
    order by id desc limit ${about.limit}`.execute(db)
  return rows
}
