/** Who asks at a desk, and through which screen. */
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'

/** The institution at whose desk this happens. @refuses not-permitted */
export function deskOf({ actor }: Context): { institutionNumber: string; institutionName: string } {
  return actor.kind === 'system' || actor.kind === 'staff' ? actor : refuse('not-permitted')
}

/** The screen a request comes from: a sign-in in a browser, or a reader's own program. */
export const screenOf = ({ actor, session }: Context): string =>
  session ? `session:${session.id}` : `client:${actor.kind === 'public' ? '' : actor.id}`

export const seconds = (from: Date, count: number): Date => new Date(from.getTime() + count * 1000)
