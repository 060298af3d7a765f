/** Protection from named people (支援措置): what it hides, set and ended by an operator with its basis. */
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { byWhom } from './people.ts'
import { isProtected } from './rules/proxy.ts'
import { findPerson } from './store.ts'
import { idsOf } from './store/link.ts'
import * as store from './store/proxy.ts'

export type NewMark = {
  personId: string
  /** Document it rests on, as a code; `note` says more and stays out of every log. */
  basis: (typeof markBases)[number]
  note: string
  validFrom: string
  until: string | null
  blockedIds: readonly string[]
  blocksAll: boolean
}

export const markBases = ['municipality', 'court-order', 'police', 'person'] as const

const noteOn = async (ctx: Context, action: string, personId: string): Promise<string[]> => {
  const person = (await findPerson(ctx.db, personId)) ?? refuse('not-found')
  // Neither basis nor names: the log is read by more people than the register.
  for (const key of person.keys) ctx.audit({ action, key, resource: `Person/${personId}`, kinds: ['patient'] })
  return person.keys
}

/** Protects a person. @returns their keys, whose address is hidden now. @refuses not-found, input-invalid */
async function set(ctx: Context, about: NewMark): Promise<string[]> {
  if (about.until !== null && about.until < about.validFrom) refuse('input-invalid', { what: 'until' })
  const keys = await noteOn(ctx, 'people.mark', about.personId)
  await store.insertMark(ctx.db, { ...about, id: ulid(ctx.now.getTime()), endedAt: null, madeAt: ctx.now, madeBy: byWhom(ctx) })
  return keys
}

/** Ends a protection. @returns the person's keys. @refuses not-found */
async function end(ctx: Context, of: { personId: string; id: string }): Promise<string[]> {
  const personIds = await idsOf(ctx.db, of.personId)
  const keys = await noteOn(ctx, 'people.mark-end', of.personId)
  if (!(await store.endMark(ctx.db, { personIds, id: of.id, at: ctx.now, by: byWhom(ctx) }))) refuse('not-found')
  return keys
}

export const marks = {
  set,
  end,
  of: async (ctx: { db: Db }, personId: string): Promise<store.NotedMark[]> => store.marksOf(ctx.db, await idsOf(ctx.db, personId)),
  /** Every key of people whose address and phone are hidden today. */
  everyHidden: (ctx: { db: Db; now: Date }): Promise<string[]> => store.findProtectedKeys(ctx.db, dateInJapan(ctx.now)),

  /** Which of the keys belong to people whose address and phone are hidden today. */
  async hidden(ctx: { db: Db; now: Date }, keys: readonly string[]): Promise<Set<string>> {
    const found = await store.marksOfKeys(ctx.db, keys)
    return new Set(found.filter((mark) => isProtected([mark], dateInJapan(ctx.now))).map((mark) => mark.key))
  },
}
