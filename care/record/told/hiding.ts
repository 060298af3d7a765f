/**
 * What goes with an item that a person keeps back. The same fact comes as an item of its own, again in each letter, and in the document that
 * it was taken from; keeping one back and showing the others would keep nothing back.
 */
import type { ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { jsonOf, type Resource } from '#packages/fhir'
import type { WrittenRow } from '../store.ts'
import { tellTheSame } from './same-telling.ts'
import { cameWith, lastOf, type Standing, toldBy } from './store.ts'

type Which = { type: string; id: string }

const resourceOf = ({ body }: { body: string }): Resource | null => (body === '' ? null : (jsonOf(body) as Resource))
const nameOf = ({ type, id }: Which): string => `${type}/${id}`
const isDocument = ({ type }: { type: string }): boolean => type === 'Bundle'

/**
 * What tells the same as an item of the person, without the item: its other tellings by the same institution, and the documents that it or they
 * came in; of a document, its parts. Nothing of it is handed out, and some of it the person may not have been told of.
 */
export async function tellingsOf(ctx: Context, keys: readonly string[], item: Which): Promise<Which[]> {
  const [found] = await lastOf(ctx.db, keys, [item])
  const told = found && resourceOf(found)
  if (!found || !told) return []
  const alike = isDocument(found) ? [] : (await toldBy(ctx.db, keys, found)).filter((one) => tells(one, told))
  const deposits = [found, ...alike].flatMap(({ depositId }) => depositId ?? [])
  const beside = await cameWith(ctx.db, keys, { deposits: [...new Set(deposits)], documentsAlone: !isDocument(found) })
  const all = new Map([...alike, ...beside].map(({ type, id }) => [nameOf({ type, id }), { type, id }]))
  all.delete(nameOf(item))
  return [...all.values()]
}

function tells(one: Standing, told: Resource): boolean {
  const resource = resourceOf(one)
  return resource !== null && tellTheSame(resource, told)
}

/**
 * Keeps back what a submission tells again. Where it cannot be told which of the new items follows one that the same submission takes away,
 * every new one of its type is kept back: the person opens what they want to show, and nothing shows itself.
 * @param about.removed what the submission took away
 */
export async function keepBack(
  ctx: Context,
  { consent, person }: { consent: Pick<ConsentService, 'closing'>; person: Pick<PersonService, 'findByKey'> },
  about: { key: string; source: string; rows: readonly WrittenRow[]; removed: readonly Which[] },
): Promise<void> {
  const { key, source, rows } = about
  if (rows.length === 0) return
  const kept = await consent.closing.keptBack(ctx, key)
  if (kept.length === 0) return
  const keys = (await person.findByKey(ctx, key))?.keys ?? [key]
  const standing = new Map((await lastOf(ctx.db, keys, kept)).map((one) => [nameOf(one), one]))
  const removed = new Set(about.removed.map(nameOf))
  const documents = rows.filter(isDocument)
  const follow = kept.flatMap(({ closureId, isFirst, ...item }) => {
    const old = standing.get(nameOf(item))
    if (!old || old.source !== source) return []
    const heirs = heirsOf(old, rows, removed.has(nameOf(item)))
    if (heirs.length === 0) return []
    // A document is kept back with what stands in it, where it was the document that the person closed, and with it where it was not.
    const beside = isDocument(old) ? (isFirst ? rows : []) : documents
    const all = [...new Set([...heirs, ...beside])]
    return [{ closureId, gone: old.deleted, items: all.map(({ type, id }) => ({ type, id })) }]
  })
  await consent.closing.carryOver(ctx, keys, follow)
}

function heirsOf(old: Standing, rows: readonly WrittenRow[], wasRemoved: boolean): WrittenRow[] {
  const ofType = rows.filter(({ type }) => type === old.type)
  const told = resourceOf(old)
  const same = told === null ? [] : ofType.filter((row) => tellTheSame(jsonOf(row.body) as Resource, told))
  return same.length > 0 || !wasRemoved ? same : ofType
}
