/** Patients that a member of staff may choose for an app that they start on its own. */
import type { ConsentService } from '#care/consent'
import type { Person, PersonService } from '#care/person'
import type { Context, StaffRole } from '#kernel/context'

/** How many are shown; whoever is not among them is searched for more exactly. */
const MOST = 20
const LATELY_DAYS = 30

/** Who opens records, and so may choose one for an app. A clerk sees who comes, not what ails them. */
const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']

export const mayPick = ({ actor }: Context): boolean => actor.kind === 'staff' && clinical.includes(actor.role)

export type Found = { people: readonly Person[]; more: boolean; searched: boolean }

/** What the picker asks of the rooms: whose patients they are is decided inside the query. */
export type PatientPicker = ReturnType<typeof patientPicker>

export function patientPicker({ person, consent }: { person: PersonService; consent: ConsentService }) {
  return {
    /** The institution's own patients by what was typed, or who came lately where nothing was; each is noted in their log. */
    async find(ctx: Context, text: string): Promise<Found> {
      const searched = text.trim() !== ''
      const people = searched
        ? await person.search(ctx, { text, visible: consent.patientsOf(ctx), limit: MOST + 1, offset: 0 })
        : await lately(ctx)
      const shown = people.slice(0, MOST)
      for (const one of shown) ctx.audit({ key: one.keys[0]!, resource: 'Patient?', rule: 'care-relation', count: 1 })
      return { people: shown, more: people.length > shown.length, searched }
    },

    /** The patient's key, where they are one of this institution's at this moment. */
    async pick(ctx: Context, key: string): Promise<string | undefined> {
      const found = await person.findByKey(ctx, key)
      return found !== undefined && (await consent.related(ctx, found.keys)) ? key : undefined
    },
  }

  async function lately(ctx: Context): Promise<Person[]> {
    const since = new Date(ctx.now.getTime() - LATELY_DAYS * 86_400_000)
    const came = await consent.recentPatients(ctx, { since, limit: MOST + 1 })
    const people = await person.findByKeys(
      ctx,
      came.map((one) => one.key),
    )
    const place = (one: Person) => came.findIndex(({ key }) => one.keys.includes(key))
    return people.sort((a, b) => place(a) - place(b))
  }
}
