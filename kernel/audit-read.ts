import { type RawBuilder, sql } from 'kysely'
import type { Db } from './database.ts'

/**
 * One act on somebody's data, put together from its audit entries: a request may leave several (one a rule).
 * Empty strings mean none, as in the log itself.
 */
export type AuditedAct = {
  requestId: string
  at: Date
  actorKind: string
  actorId: string
  actorName: string
  actorRole: string
  institutionNumber: string
  institutionName: string
  purpose: string
  action: string
  outcome: string
  resource: string
  kinds: string[]
  count: number
  rules: string[]
  consentIds: string[]
  law: string
  /** The person’s own act, as far as the question said who the person is. */
  isOwn: boolean
}

export type AuditQuestion = {
  /** Whose data: all keys of one person. */
  keys: readonly string[]
  /** Acts of the person (`own`), of everybody else (`others`), or of all. Signing in counts as one's own, because nobody is proven yet. */
  by: 'own' | 'others' | 'all'
  /** Ids of the person: another citizen's acts, of a parent or guardian, are not their own. Absent: every citizen's count as own. */
  ownIds?: readonly string[] | undefined
  institutionNumber?: string | undefined
  kind?: string | undefined
  /** Kinds of the record that whoever asks must not be told of: what concerns these alone is left out, and nothing else speaks of them. */
  hides?: readonly string[] | undefined
  /** One request alone. */
  requestId?: string | undefined
  /** Only acts before this instant: pages of one question then do not move while others act. */
  before?: Date | undefined
  limit: number
  offset: number
}

type Row = Omit<AuditedAct, 'kinds' | 'rules' | 'consentIds' | 'count'> & {
  kinds: string | null
  rules: string
  consents: string
  count: string
  total: number
}

const words = (text: string | null) => [...new Set((text ?? '').split(' ').filter(Boolean))].sort()

const ownAct = ({ ownIds }: Pick<AuditQuestion, 'ownIds'>): RawBuilder<boolean> =>
  ownIds === undefined
    ? sql<boolean>`(actor_kind in ('citizen', 'public'))`
    : sql<boolean>`(actor_kind = 'public' or (actor_kind = 'citizen' and actor_role = '' and actor_id = any(${[...ownIds]}::text[])))`

const toldOf = (hides: readonly string[]): RawBuilder<unknown> =>
  hides.length === 0 ? sql`true` : sql`(cardinality(kinds) = 0 or not kinds <@ ${[...hides]}::text[])`

function condition({ keys, by, institutionNumber, requestId, before, ownIds, hides = [] }: AuditQuestion): RawBuilder<unknown> {
  const who = by === 'all' ? sql`true` : by === 'own' ? ownAct({ ownIds }) : sql`not ${ownAct({ ownIds })}`
  const where = institutionNumber === undefined ? sql`true` : sql`institution_number = ${institutionNumber}`
  const which = requestId === undefined ? sql`true` : sql`request_id = ${requestId}`
  return sql`key = any(${[...keys]}::text[]) and ${who} and ${where} and ${which} and ${toldOf(hides)} and ${before === undefined ? sql`true` : sql`at < ${before}`}`
}

/** Acts on a person's data, newest first, with their number under the same question. */
export async function findActs(db: Db, question: AuditQuestion): Promise<{ acts: AuditedAct[]; total: number }> {
  const { kind, hides = [] } = question
  const having = kind === undefined ? sql`true` : hides.includes(kind) ? sql`false` : sql`bool_or(${kind} = any(kinds))`
  // How many there were of what is not told is not told either.
  const counted = hides.length === 0 ? sql`count` : sql`case when kinds && ${[...hides]}::text[] then 0 else count end`
  const { rows } = await sql<Row>`
    select request_id as "requestId", min(at) as at, min(actor_kind) as "actorKind", min(actor_id) as "actorId", min(actor_name) as "actorName",
      min(actor_role) as "actorRole", min(institution_number) as "institutionNumber", min(institution_name) as "institutionName",
      min(purpose) as purpose, action, outcome, min(resource) as resource, string_agg(array_to_string(kinds, ' '), ' ') as kinds,
      sum(${counted}) as count, string_agg(rule, ' ') as rules, string_agg(consent_id, ' ') as consents, min(law) as law,
      bool_and(${ownAct(question)}) as "isOwn", count(*) over () as total
    from kernel.audit where ${condition(question)}
    group by request_id, action, outcome having ${having}
    order by min(at) desc, request_id desc, action limit ${question.limit} offset ${question.offset}`.execute(db)
  const acts = rows.map(({ kinds, rules, consents, count, total: _total, ...act }) => ({
    ...act,
    kinds: words(kinds).filter((one) => !hides.includes(one)),
    rules: words(rules),
    consentIds: words(consents),
    count: Number(count),
  }))
  return { acts, total: rows[0]?.total ?? 0 }
}

/** Institutions that ever touched a person's data or tried to, by name. */
export async function findInstitutions(
  db: Db,
  { keys, hides = [] }: Pick<AuditQuestion, 'keys' | 'hides'>,
): Promise<{ institutionNumber: string; institutionName: string }[]> {
  const { rows } = await sql<{ institutionNumber: string; institutionName: string }>`
    select institution_number as "institutionNumber", max(institution_name) as "institutionName" from kernel.audit
    where key = any(${[...keys]}::text[]) and institution_number <> '' and ${toldOf(hides)} group by institution_number order by 2, 1 limit 200`.execute(
    db,
  )
  return rows
}

/** When an actor last did something to the data of these keys, before an instant; null where never. */
export async function lastActAt(
  db: Db,
  about: { keys: readonly string[]; actorId: string; action: string; before: Date },
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`select max(at) as at from kernel.audit
    where key = any(${[...about.keys]}::text[]) and actor_id = ${about.actorId} and action = ${about.action} and outcome = 'success' and at < ${about.before}`.execute(
    db,
  )
  return rows[0]?.at ?? null
}
