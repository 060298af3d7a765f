import type { Actor, StaffRole } from '#kernel/context'
import { institutionOf } from '#kernel/context'
import type { Asker, AskerTest, AskerText, AskerTexts } from './condition.ts'

/** Staff who may open a person's record. A clerk sees eligibility and who the person is, not what ails them. */
const clinicalRoles: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']
const isClinical = (actor: Actor) => actor.kind === 'staff' && clinicalRoles.includes(actor.role)
const readsClinical = (actor: Actor) => actor.kind === 'system' || isClinical(actor)

const treats = ({ actor, purpose }: Asker) => purpose === 'TREAT' && institutionOf(actor) !== null
const asPatient = ({ actor, purpose }: Asker) => (actor.kind === 'citizen' && purpose === 'PATRQT' ? actor : null)

/** What each test of the asker means. */
export const askerTests: Record<AskerTest, (asker: Asker) => boolean> = {
  self: (asker) => asPatient(asker) !== null && asPatient(asker)!.actsFor === undefined,
  'acts-for': (asker) => asPatient(asker)?.actsFor !== undefined,
  // Asked of the register at every request: a mark begins and ends on its days.
  'acts-for-protected': (asker) => asPatient(asker)?.actsFor?.masked === true,
  treats,
  'treats-clinically': (asker) => treats(asker) && readsClinical(asker.actor),
  // A person decides that life is at stake, and answers for it; a program cannot.
  'emergency-clinician': ({ actor, purpose }) => purpose === 'ETREAT' && isClinical(actor) && !('app' in actor && actor.app !== undefined),
  // Treatment rests on consent; what a law demands has a purpose of its own.
  'by-law': ({ actor, purpose }) => readsClinical(actor) && ['HPAYMT', 'HRESCH', 'HOPERAT'].includes(purpose),
  'signed-in': ({ actor }) => actor.kind !== 'public',
}

export const askerText = (asker: Asker, which: AskerText): string | null => {
  if (which === 'purpose') return asker.purpose
  if (which === 'institution') return institutionOf(asker.actor)
  return asker.actor.kind === 'public' ? null : asker.actor.id
}

export const askerTexts = ({ actor }: Asker, which: AskerTexts): readonly string[] => {
  if (actor.kind !== 'citizen') return []
  return which === 'keys' ? actor.keys : (actor.actsFor?.hides ?? [])
}
