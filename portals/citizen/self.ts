/** Whose pages these are: the person's own, or those of whom they act for. */
import type { Person, PersonService } from '#care/person'
import type { Actor, Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import type { About } from './frame.tsx'

type Citizen = Extract<Actor, { kind: 'citizen' }>

/** The person themselves; the row lets nobody else in. */
export const citizenOf = ({ actor }: Context): Citizen => (actor.kind === 'citizen' ? actor : refuse('not-permitted'))

/** A request of the portal whose unread notices were counted for the menu. */
export interface Counted extends Context {
  readonly unread?: number
}

export const aboutOf = (ctx: Counted, request: RouteRequest, deps: { demo: boolean }): About => ({
  unread: ctx.unread,
  lang: ctx.lang,
  path: request.url,
  name: citizenOf(ctx).name,
  actsFor: citizenOf(ctx).actsFor,
  now: ctx.now,
  demo: deps.demo,
})

/** Whose portal it is: the person's, or that of whom they act for. */
export const subjectOf = (ctx: Context): string => citizenOf(ctx).actsFor?.personId ?? citizenOf(ctx).id

/** The keys of that person, with the kinds of the record that whoever acts for them is not told of. */
export const toldTo = (ctx: Context): { keys: readonly string[]; hides: readonly string[] } => {
  const { keys, actsFor } = citizenOf(ctx)
  return { keys, hides: actsFor?.hides ?? [] }
}

/** The same, with every id under which that person acted themselves. */
export const whose = async (ctx: Context, { person }: { person: PersonService }) => ({
  ...toldTo(ctx),
  ownIds: await person.people.idsOf(ctx, subjectOf(ctx)),
})

/** Notes that the person looked at their own; also where there was nothing to see. */
export function noteOwn(ctx: Context, event: { resource: string; count?: number }): void {
  const { keys, actsFor } = citizenOf(ctx)
  if (keys[0] !== undefined) ctx.audit({ key: keys[0], rule: actsFor ? 'proxy' : 'own-record', ...event })
}

/** What somebody who acts for a protected person may see of them: neither address nor phone. */
export const maskedFor = (ctx: Context, found: Person): Person =>
  citizenOf(ctx).actsFor?.masked ? { ...found, address: '', postalCode: '', phone: '' } : found
