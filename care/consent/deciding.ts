import type { Actor, ProxyBasis } from '#kernel/context'
import { refuse } from '#kernel/refusal'

/** Where a decision came in: a card reader, the person's portal, or an app of theirs over FHIR, whose scope that door has checked. */
export type Door = 'reader' | 'portal' | 'fhir'

/**
 * Keys of whoever decides about sharing: the person, or whoever the law puts in their place. A relative whom they let in looks, and decides
 * nothing; an app decides only through the door that asked for its scope.
 */
export function decides(actor: Actor, door: Door = 'portal'): readonly string[] {
  if (actor.kind !== 'citizen' || (actor.app !== undefined && door !== 'fhir')) return refuse('not-permitted')
  return mayDecide(actor.actsFor) ? actor.keys : refuse('not-permitted')
}

/** Whether somebody decides about sharing: the person, or whoever acts for them on a basis that puts them in their place. */
export const mayDecide = (actsFor: { basis: ProxyBasis } | undefined): boolean =>
  actsFor === undefined || actsFor.basis === 'parent' || actsFor.basis === 'guardian'
