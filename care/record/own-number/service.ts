/** Patients with the reader's own number, and Patients that state one: in and out of the register of people. */
import { giveChartNumbers, numbersHere } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { withOwnNumber } from './rules.ts'

type Shown = { key: string; type: string; body: string }

/** What is about to be shown, each Patient with the number that the reader's institution gave it. Nobody else's is ever asked for. */
export async function withOwnNumbers<T extends Shown>(ctx: Pick<Context, 'db' | 'actor'>, rows: readonly T[]): Promise<T[]> {
  const institution = institutionOf(ctx.actor)
  const patients = rows.filter((row) => row.type === 'Patient' && row.body !== '')
  if (institution === null || patients.length === 0) return [...rows]
  const numbers = await numbersHere(ctx.db, institution, [...new Set(patients.map((row) => row.key))])
  if (numbers.size === 0) return [...rows]
  return rows.map((row) => {
    const here = row.type === 'Patient' && row.body !== '' ? numbers.get(row.key) : undefined
    return here ? { ...row, body: withOwnNumber(row.body, here, institution) } : row
  })
}

type Written = { type: string; key: string; ownNumber?: { number: string; written: string } }

/**
 * Keeps the numbers that written Patients state. A Patient that states none leaves the number as it is: it is taken away at the desk.
 * @refuses chart-number-taken
 */
export async function keepOwnNumbers(ctx: Context, rows: readonly Written[]): Promise<void> {
  const given = rows.flatMap(({ key, ownNumber }) => (ownNumber ? [{ key, ...ownNumber }] : []))
  const { actor, now } = ctx
  const institutionNumber = institutionOf(actor)
  if (given.length === 0 || institutionNumber === null) return
  const by = actor.kind === 'public' ? '' : `${actor.kind}:${actor.id}`
  const [taken] = await giveChartNumbers(ctx.db, { institutionNumber, given, now, by })
  if (taken !== undefined) refuse('chart-number-taken', { number: taken })
}

/** Lines of Patients in one piece, each with its place (`key TAB id TAB bytes`), as they come from a walk over the record. */
type Lines = { type: string; deleted: boolean; places: Buffer; lines: Buffer }

/** The same for lines of many Patients in one piece; pieces of other types go on as they are. */
export async function withOwnNumbersIn<T extends Lines>(ctx: Pick<Context, 'db' | 'actor'>, groups: readonly T[]): Promise<T[]> {
  const institution = institutionOf(ctx.actor)
  if (institution === null) return [...groups]
  const out: T[] = []
  for (const group of groups) out.push(group.type === 'Patient' && !group.deleted ? await numberedLines(ctx, group) : group)
  return out
}

async function numberedLines<T extends Lines>(ctx: Pick<Context, 'db' | 'actor'>, group: T): Promise<T> {
  const places = group.places
    .toString()
    .split('\n')
    .map((place) => place.split('\t'))
  const rows = group.lines
    .toString()
    .split('\n')
    .map((body, n) => ({ type: 'Patient', key: places[n]![0]!, body }))
  const shown = await withOwnNumbers(ctx, rows)
  if (shown.every(({ body }, n) => body === rows[n]!.body)) return group
  const placed = shown.map(({ key, body }, n) => `${key}\t${places[n]![1]}\t${Buffer.byteLength(body)}`)
  return { ...group, places: Buffer.from(placed.join('\n')), lines: Buffer.from(shown.map(({ body }) => body).join('\n')) }
}
