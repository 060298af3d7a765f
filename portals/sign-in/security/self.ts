import { findStaffSignIn, type StaffSignIn } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'

/** How the member of staff who asks signs in. @refuses not-permitted */
export async function selfOf(ctx: Context): Promise<StaffSignIn> {
  const id = ctx.actor.kind === 'staff' ? ctx.actor.id : refuse('not-permitted')
  return (await findStaffSignIn(ctx.db, { id })) ?? refuse('not-permitted')
}

/** What whoever knows this person would try first: their name, and where they work. */
export const ownWordsOf = ({ actor }: Context): string[] => (actor.kind === 'staff' ? [actor.name, actor.institutionName] : [])
