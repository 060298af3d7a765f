import type { ConsentService } from '#care/consent'
import { keysOfChartNumbers, type Person, type PersonService } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { Refusal, refuse } from '#kernel/refusal'
import { firstText, foldMemberId, identifierSystems, memberIdOf, patientName, type Resource, values } from '#packages/fhir'
import { statedNumber } from '../own-number/rules.ts'

type Parts = { consent: ConsentService; person: PersonService }

/** Member ids a Patient states, folded, each once. */
function memberIdsOf(patient: Resource): string[] {
  const systems: unknown[] = [identifierSystems.memberId, identifierSystems.publicPayerId]
  const stated = values(patient, 'identifier').filter((i) => systems.includes(firstText(i, 'system')))
  return [...new Set(stated.flatMap((i) => foldMemberId(firstText(i, 'value') ?? '')))].filter((id) => id !== '')
}

/** A Patient is found by its member ids, so a sender may not give one another person's. @refuses input-invalid, institution-mismatch */
export async function requireOwnMemberIds(ctx: Context, { person }: Parts, about: { key: string; resource: Resource }): Promise<void> {
  statedNumber(about.resource, institutionOf(ctx.actor) ?? '')
  const owner = await person.findByKey(ctx, about.key)
  const known = owner ? (await person.memberIds(ctx, owner.id)).map((m) => foldMemberId(m.asSent)) : []
  if (memberIdsOf(about.resource).some((id) => !known.includes(id))) refuse('input-invalid', { what: 'Patient.identifier' })
}

/** Identity as a Patient states it. @refuses input-invalid where it states two people's; institution-mismatch */
function statedIn(resource: Resource, institution: string) {
  statedNumber(resource, institution)
  if (memberIdsOf(resource).length > 1) refuse('input-invalid', { what: 'Patient.identifier' })
  const name = patientName(resource)
  const latin = [firstText(resource, 'name', 'family'), firstText(resource, 'name', 'given')].filter(Boolean).join(' ')
  return {
    memberId: memberIdOf(resource)?.value ?? null,
    name: name.kanji ?? firstText(resource, 'name', 'text') ?? latin,
    nameKana: name.kana ?? '',
    birthDate: firstText(resource, 'birthDate') ?? '',
    sex: firstText(resource, 'gender') ?? 'unknown',
    address: firstText(resource, 'address', 'text') ?? '',
    postalCode: firstText(resource, 'address', 'postalCode') ?? '',
    phone: firstText(resource, 'telecom', 'value') ?? '',
  }
}

/**
 * Enters a Patient into the register of people, who treats them, and returns their key.
 * @refuses already-exists where the member id is known, with the place where it stands
 */
export async function enterPatient(ctx: Context, { consent, person }: Parts, resource: Resource): Promise<string> {
  const institution = institutionOf(ctx.actor) ?? refuse('not-permitted')
  const { memberId, ...stated } = statedIn(resource, institution)
  const resolved =
    memberId !== null
      ? await person.resolve(ctx, { ...stated, memberId }, institution)
      : await person.enter(ctx, { ...stated, sex: stated.sex as Person['sex'], memberId: null })
  if (!resolved.created) refuse('already-exists', { where: `Patient/${resolved.key}` })
  await consent.relate(ctx, resolved.key, institution)
  return resolved.key
}

/** What became of a Patient: under which key the person stands, and whether they are new to the register. */
export type EnteredPatient = { key: string; entered: boolean }

/** Enters Patients into the register in a few statements, or finds where their people stand already. A refusal is that Patient's alone. */
export async function enterPatients(
  ctx: Context,
  { consent, person }: Parts,
  resources: readonly Resource[],
): Promise<(EnteredPatient | Refusal)[]> {
  const institution = institutionOf(ctx.actor) ?? refuse('not-permitted')
  const taken = await takenNumbers(ctx, { person }, resources)
  const read = resources.map((resource, n) => {
    try {
      return taken.get(n) ?? statedIn(resource, institution)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  })
  const stated = read.flatMap((one) => (one instanceof Refusal ? [] : [one]))
  const resolved = (await person.resolveMany(ctx, stated, institution)).values()
  const done = read.map((one): EnteredPatient | Refusal => {
    if (one instanceof Refusal) return one
    const { key, created } = resolved.next().value!
    return { key, entered: created }
  })
  const entered = done.flatMap((one) => (one instanceof Refusal || !one.entered ? [] : [one.key]))
  await consent.relateAll(ctx, entered, institution)
  return done
}

/** Which of many Patients state a number that their institution gave to somebody else, here or among the others. Misstatements are judged later. */
export async function takenNumbers(
  ctx: Context,
  { person }: Pick<Parts, 'person'>,
  resources: readonly Resource[],
): Promise<ReadonlyMap<number, Refusal>> {
  const institution = institutionOf(ctx.actor) ?? ''
  const numbers = resources.map((resource) => plainNumber(resource, institution))
  const holders = await keysOfChartNumbers(ctx.db, institution, [...new Set(numbers.filter((number) => number !== null))])
  const refused = new Map<number, Refusal>()
  const firstOf = new Map<string, number>()
  for (const [n, number] of numbers.entries()) {
    if (number === null) continue
    const holder = holders.get(number)
    const isTheirs = holder === undefined || (await isHeldBy(ctx, { person }, { key: holder, patient: resources[n]! }))
    if (!isTheirs || firstOf.has(number)) refused.set(n, new Refusal('chart-number-taken', { number }))
    else firstOf.set(number, n)
  }
  return refused
}

/** The number a Patient states, where it states one as it should. */
function plainNumber(patient: Resource, institution: string): string | null {
  try {
    return statedNumber(patient, institution)?.number ?? null
  } catch {
    return null
  }
}

/** Whether a Patient is the person behind a key, by id or member id. */
async function isHeldBy(ctx: Context, { person }: Pick<Parts, 'person'>, { key, patient }: { key: string; patient: Resource }) {
  const holder = await person.findByKey(ctx, key)
  if (!holder) return false
  if (typeof patient.id === 'string' && holder.keys.includes(patient.id)) return true
  const known = (await person.memberIds(ctx, holder.id)).map((m) => foldMemberId(m.asSent))
  return memberIdsOf(patient).some((id) => known.includes(id))
}
