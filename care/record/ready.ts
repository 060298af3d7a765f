/**
 * First versions made ready before their transaction opens: judged, indexed and in the database's own form, while it is busy with
 * others. What they take for granted (nobody stands under their ids, their people are known) is asked in the transaction.
 */
import type { PersonService } from '#care/person'
import { type BinaryWriter, binaryWriter, type ColumnType, instantBytes } from '#kernel/copy-binary'
import type { CopyValue } from '#kernel/copy-in'
import { copyBinary } from '#kernel/copy-rows'
import { type Context, institutionOf } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { Refusal } from '#kernel/refusal'
import type { Resource } from '#packages/fhir'
import { RESOURCE_COLUMNS, RESOURCE_TYPES, resourceValues } from './copy-new.ts'
import { mayTell } from './contact/rules.ts'
import { isOfServer, newResourceId } from './ids.ts'
import { freshen } from './search/custom.ts'
import { valueTables } from './search/index-store.ts'
import { customReadersFor } from './search/registry.ts'
import * as store from './store.ts'
import { draftOf, type Place } from './write/draft.ts'
import { type Owner, ownerOf } from './write/owner.ts'

/** A first version on its way; `chosen` where the sender gave the id. */
export type ReadyRow = Place & { kind: string; type: string; chosen: boolean }
/**
 * Rows that go together or not at all, in the name of one institution: their messages by table, and where the instant of writing is missing.
 * Nothing but data: another process may have made them.
 */
export type Ready = { source: string; rows: readonly ReadyRow[]; pieces: readonly Buffer[][]; instants: readonly Blank[] }
/** Places in one message of the resources: of the instant as columns, and as text. */
type Blank = { piece: number; columns: readonly [number, number]; text: number }
type Unfilled = { room: Buffer; at: readonly [number, number, number] }

/** Room taken at a time for the rows of one table. */
const ROOM = 128 << 10
/** Stands for the instant of the transaction, which is not known yet. Nobody can have written it: it is drawn anew in each process. */
const BLANK = new Date(Date.UTC(1, 0) + Math.floor(Math.random() * 5e13))
const BLANK_TEXT = Buffer.from(BLANK.toISOString())
const BLANK_BYTES = Buffer.from(instantBytes(BLANK), 'latin1')

type Target = {
  table: `record.${string}`
  columns: readonly string[]
  types: readonly ColumnType[]
  rowsOf: (row: store.WrittenRow) => CopyValue[][]
}
const [CLIENT_IDS, RESOURCES]: Target[] = [
  { table: 'record.client_id', columns: ['type', 'id', 'key'], types: ['text', 'text', 'text'], rowsOf: (r) => [[r.type, r.id, r.key]] },
  { table: 'record.resource', columns: RESOURCE_COLUMNS, types: RESOURCE_TYPES, rowsOf: (r) => [resourceValues(r)] },
]
const TARGETS: readonly Target[] = [CLIENT_IDS!, RESOURCES!, ...valueTables]
const OF_RESOURCES = TARGETS.indexOf(RESOURCES!)

/** Where a first version would stand, or undefined where nobody can tell. A Patient enters the register first. */
function firstPlace(resource: Resource, owner: Owner, now: Date): Place | undefined {
  const chosen = typeof resource.id === 'string' ? resource.id : undefined
  if (owner.kind === 'person') return { key: owner.key, id: chosen ?? newResourceId(owner.key, now), version: 1, of: 'person' }
  if (owner.kind !== 'shared' && owner.kind !== 'institution') return undefined
  const id = chosen ?? ulid(now.getTime())
  return { key: id, id, version: 1, of: owner.kind }
}

export type ReadyWriter = ReturnType<typeof readyWriter>

/** Makes rows ready under the caller's name, a group at a time. */
export function readyWriter(ctx: Pick<Context, 'actor' | 'now'>) {
  const writers = TARGETS.map(({ types }) => binaryWriter(types, ROOM))
  const about = { actor: ctx.actor, now: BLANK }
  let [rows, instants]: [ReadyRow[], Unfilled[]] = [[], []]
  return {
    /**
     * @param keys patient keys that it names without anybody's word for them: they must be its own patient's
     * @returns false where the resource has to go the long way
     */
    add(resource: Resource, keys: readonly string[]): boolean {
      const { resourceType: type } = resource
      if (type === 'Patient' || customReadersFor(type).length > 0) return false
      const place = firstPlace(resource, ownerOf(resource), ctx.now)
      if (!place || keys.some((key) => place.of !== 'person' || key !== place.key)) return false
      const row = drafted(about, resource, place)
      // What tells where people live is looked at once more, in its transaction.
      if (!row || mayTell(row)) return false
      const chosen = typeof resource.id === 'string'
      for (const [n, target] of TARGETS.entries())
        if (target !== CLIENT_IDS || chosen)
          for (const values of target.rowsOf(row)) {
            const written = writers[n]!.add(values)
            if (target === RESOURCES) instants.push(blanksIn(written))
          }
      rows.push({ ...place, kind: row.kind, type, chosen })
      return true
    },
    /** The group so far; the next begins. */
    take(): Ready {
      const pieces = writers.map((w) => w.take())
      const taken = { source: institutionOf(ctx.actor) ?? '', rows, instants: inPieces(pieces[OF_RESOURCES]!, instants), pieces }
      ;[rows, instants] = [[], []]
      return taken
    },
  }
}

function drafted(about: Pick<Context, 'actor' | 'now'>, resource: Resource, place: Place): store.WrittenRow | undefined {
  try {
    return draftOf(about, resource, place)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** The three places of the instant in a row: last updated, registered, and in the text of the resource. */
function blanksIn({ room, from }: ReturnType<BinaryWriter['add']>): Unfilled {
  const one = room.indexOf(BLANK_BYTES, from)
  const two = room.indexOf(BLANK_BYTES, one + BLANK_BYTES.length)
  return { room, at: [one, two, room.indexOf(BLANK_TEXT, two + BLANK_BYTES.length)] }
}

/** The same places within the messages that the rows became part of; both come in the order in which rows were added. */
function inPieces(pieces: readonly Buffer[], unfilled: readonly Unfilled[]): Blank[] {
  let n = 0
  return unfilled.map(({ room, at: [one, two, text] }) => {
    const holds = ({ buffer, byteOffset, length }: Buffer) => buffer === room.buffer && one >= byteOffset && text < byteOffset + length
    while (!holds(pieces[n]!)) n++
    const { byteOffset } = pieces[n]!
    return { piece: n, columns: [one - byteOffset, two - byteOffset], text: text - byteOffset }
  })
}

/** What `canGo` stands on. */
export type Going = {
  at: { db: Db }
  groups: readonly Ready[]
  /** Whether ids are looked up one by one; else those alone whose being taken no unique index would show when they are written. */
  lookUp: boolean
}

/** Asks what the groups take for granted of others. @returns for each whether it can go in as it is, in the name it was made in */
export async function canGo({ person }: { person: PersonService }, { at, groups, lookUp }: Going): Promise<boolean[]> {
  const rows = groups.flatMap((g) => g.rows)
  if (rows.length === 0) return groups.map(() => true)
  const [people, taken] = await Promise.all([
    person.findByKeys(at, [...new Set(rows.flatMap((r) => (r.of === 'person' ? [r.key] : [])))]),
    store.takenIds(
      at.db,
      rows.filter((r) => r.chosen && (lookUp || isOfServer(r.id))),
    ),
    freshen(at.db),
  ])
  const known = new Set(people.flatMap((p) => p.keys))
  return groups.map((g) => g.rows.every((r) => isFree(r, known, taken)))
}

const isFree = (r: ReadyRow, known: ReadonlySet<string>, taken: ReadonlySet<string>): boolean =>
  (r.of !== 'person' || known.has(r.key)) && !taken.has(`${r.type}/${r.id}`) && customReadersFor(r.type).length === 0

/** Sends groups that can go, as written at the instant of the transaction: one COPY a table. */
export async function sendReady(ctx: Context, groups: readonly Ready[]): Promise<void> {
  const [text, bytes] = [ctx.now.toISOString(), instantBytes(ctx.now)]
  const source = institutionOf(ctx.actor)
  if (groups.some((g) => g.source !== source)) throw new Error('made ready in another name')
  for (const { instants, pieces } of groups)
    for (const { piece, columns, text: place } of instants) {
      const message = pieces[OF_RESOURCES]![piece]!
      for (const column of columns) message.write(bytes, column, 'latin1')
      message.write(text, place, 'latin1')
    }
  for (const [n, { table, columns }] of TARGETS.entries()) {
    const pieces = groups.flatMap((g) => g.pieces[n]!)
    if (pieces.length > 0) await copyBinary(ctx.db, table, { columns, pieces })
  }
}
