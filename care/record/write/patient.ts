import type { ConsentService } from '#care/consent'
import type { Person, PersonService } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { Refusal, refuse } from '#kernel/refusal'
import { firstText, foldMemberId, identifierSystems, memberIdOf, patientName, type Resource, values } from '#packages/fhir'

type Parts = { consent: ConsentService; person: PersonService }

/** Member ids a Patient states, folded, each once. */
function memberIdsOf(patient: Resource): string[] {
  const systems: unknown[] = [identifierSystems.memberId, identifierSystems.publicPayerId]
  const stated = values(patient, 'identifier').filter((i) => systems.includes(firstText(i, 'system')))
  return [...new Set(stated.flatMap((i) => foldMemberId(firstText(i, 'value') ?? '')))].filter((id) => id !== '')
}

/** A Patient is found by its member ids, so a sender may not give one another person's. @refuses input-invalid */
export async function requireOwnMemberIds(ctx: Context, { person }: Parts, about: { key: string; resource: Resource }): Promise<void> {
  const owner = await person.findByKey(ctx, about.key)
  const known = owner ? (await person.memberIds(ctx, owner.id)).map((m) => foldMemberId(m.asSent)) : []
  if (memberIdsOf(about.resource).some((id) => !known.includes(id))) refuse('input-invalid', { what: 'Patient.identifier' })
}

/** Identity as a Patient states it. @refuses input-invalid where it states two people's */
function statedIn(resource: Resource) {
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
  const { memberId, ...stated } = statedIn(resource)
  const institution = institutionOf(ctx.actor) ?? refuse('not-permitted')
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
  const read = resources.map((resource) => {
    try {
      return statedIn(resource)
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
