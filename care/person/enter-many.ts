import type { Context } from '#kernel/context'
import { newKey, ulid } from '#kernel/id'
import { foldMemberId } from '#packages/fhir'
import type { Person, Resolution, Stated } from './model.ts'
import { type Candidate, foldName, samePerson } from './rules.ts'
import * as store from './store/many.ts'

type Wanted = Omit<Stated, 'memberId'> & { memberId: string | null }

const sexOf = (sex: string): Person['sex'] => (sex === 'male' || sex === 'female' || sex === 'other' ? sex : 'unknown')

/**
 * Whose records many submissions belong to: by the same rules as one by one, in the order given, and in a few statements whatever their
 * number. Two of one list may be the same person.
 */
export async function resolveMany(ctx: Context, stated: readonly Wanted[], institutionNumber: string): Promise<Resolution[]> {
  const folded = stated.map((s) => (s.memberId === null ? null : foldMemberId(s.memberId)))
  const candidates = await candidatesFor(ctx, stated, folded)
  const made: store.Entered[] = []
  const results = stated.map((s, n): Resolution => {
    const of = folded[n] ?? null
    const known = of === null ? [] : (candidates.get(of) ?? [])
    const same = samePerson(s, known)
    if (same) return { key: same.key, personId: same.personId, created: false, doubtful: same.doubtful }
    const doubtful = known.length > 0
    const entered = { ...s, id: ulid(ctx.now.getTime()), key: newKey(), sex: sexOf(s.sex), folded: of, doubtful }
    made.push({ ...entered, foldedName: foldName(s.name), foldedKana: foldName(s.nameKana) })
    const { key, id: personId } = entered
    if (of !== null) candidates.set(of, [...known, { ...s, sex: entered.sex, key, personId, doubtful }])
    if (doubtful) ctx.audit({ action: 'person.set-aside', key, resource: `Patient/${key}` })
    return { key, personId, created: true, doubtful }
  })
  await store.insertEntered(ctx.db, made, { at: ctx.now, institutionNumber })
  return results
}

/** Who holds the member ids now. Those by which somebody may have to be entered are held against others until commit. */
async function candidatesFor(
  ctx: Context,
  stated: readonly Wanted[],
  folded: readonly (string | null)[],
): Promise<Map<string, Candidate[]>> {
  const all = [...new Set(folded.filter((f) => f !== null))]
  const first = await store.findCandidates(ctx.db, all)
  const open = stated.flatMap((s, n) => {
    const of = folded[n] ?? null
    return of === null || samePerson(s, first.get(of) ?? []) ? [] : [of]
  })
  if (open.length === 0) return first
  await store.lockMemberIds(ctx.db, [...new Set(open)])
  return store.findCandidates(ctx.db, all)
}
