import type { Actor } from '#kernel/context'
import { refuse } from '#kernel/refusal'

/** Where a decision came in: a card reader, the person's portal, or an app of theirs over FHIR, whose scope that door has checked. */
export type Door = 'reader' | 'portal' | 'fhir'

/**
 * Keys of whoever decides about sharing: the person, or whoever the law puts in their place. A relative whom they let in looks, and decides
 * nothing; an app decides only through the door that asked for its scope.
 */
export function decides(actor: Actor, door: Door = 'portal'): readonly string[] {
  if (actor.kind !== 'citizen' || (actor.app !== undefined && door !== 'fhir')) return refuse('not-permitted')
  const { actsFor } = actor
  return actsFor === undefined || actsFor.basis === 'parent' || actsFor.basis === 'guardian' ? actor.keys : refuse('not-permitted')
}
