/** Reports of what was touched: asked by an auditor, read as a page, CSV or JSON. */
import type { Actor, Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { BOM, csvLine } from '../events/csv.ts'
import { kindWords } from '../events/words.ts'
import * as store from '../store/scope.ts'
import { type Selector, slicesOf } from './selector.ts'

/** Reports that may wait at a time: each reads the log. */
const MOST_OPEN = 20
const PIECE = 2_000

export const nameOf = (actor: Actor): { id: string; name: string } =>
  actor.kind === 'public' ? refuse('not-signed-in') : { id: actor.id, name: actor.name }

/** Asks for a report; the leader works it out. @refuses scope-queue-full */
export async function askScope(ctx: Context, selector: Selector, breachId: string | null = null): Promise<string> {
  if ((await store.openScopes(ctx.db)) >= MOST_OPEN) refuse('scope-queue-full', { limit: String(MOST_OPEN) })
  const id = ulid(ctx.now.getTime())
  const by = nameOf(ctx.actor)
  const toAt = selector.to !== undefined && new Date(selector.to) < ctx.now ? new Date(selector.to) : ctx.now
  const asked = { id, selector, breachId, askedAt: ctx.now, askedBy: by.id, askedByName: by.name, toAt, slices: slicesOf(selector) }
  await store.insertScope(ctx.db, asked)
  ctx.audit({ resource: `Scope/${id}` })
  return id
}

/** @refuses not-found */
export async function readScope(ctx: Pick<Context, 'db'>, id: string): Promise<store.Scope> {
  return (await store.findScope(ctx.db, id)) ?? refuse('not-found')
}

/** Every person of a report, in order of their keys. */
export async function* touchedPersons(db: Context['db'], id: string): AsyncGenerator<store.Touched[]> {
  for (let after = ''; ; ) {
    const page = await store.touchedOf(db, id, { after, limit: PIECE })
    if (page.length > 0) yield page
    if (page.length < PIECE) return
    after = page.at(-1)!.key
  }
}

/** The persons of a report as CSV. */
export async function* scopeCsv({ db, lang }: Pick<Context, 'db' | 'lang'>, id: string): AsyncGenerator<string> {
  const ja = lang === 'ja'
  yield `${BOM}${csvLine(ja ? ['患者の鍵', '情報の種類', '回数', '最初', '最後'] : ['Patient key', 'Kinds', 'Times', 'First', 'Last'])}`
  for await (const page of touchedPersons(db, id))
    yield page
      .map((p) =>
        csvLine([
          p.key,
          p.kinds.map((k) => kindWords(k, lang)).join(ja ? '、' : ', '),
          String(p.entries),
          p.firstAt.toISOString(),
          p.lastAt.toISOString(),
        ]),
      )
      .join('')
}

/** The whole report as one JSON document, piece by piece. */
export async function* scopeJson(ctx: Pick<Context, 'db'>, scope: store.Scope): AsyncGenerator<string> {
  const counts = await store.countsOf(ctx.db, scope.id, 500)
  yield `${JSON.stringify({ scope, counts }).slice(0, -1)},"touched":[`
  let first = true
  for await (const page of touchedPersons(ctx.db, scope.id)) {
    yield `${first ? '' : ','}${page.map((p) => JSON.stringify(p)).join(',')}`
    first = false
  }
  yield ']}\n'
}
