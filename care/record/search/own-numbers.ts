/** Patients by the number that the asker's own institution gave them. @spec JP Core Patient.identifier */
import { chartNumberOf, keysOfChartNumbers, keysWithChartNumber } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { identifierSystems } from '#packages/fhir'
import { isOwnSystem } from '../own-number/rules.ts'
import type { Condition } from './model.ts'
import { tokenParts } from './values.ts'

type OwnNumber = Extract<Condition, { kind: 'own-number' }>

const PREFIX = `${identifierSystems.patientLocalPrefix}1`

/** What `Patient?identifier=` asks for: numbers of an institution, and what else, read by `plain`. */
export function patientIdentifier(
  values: readonly string[],
  not: boolean,
  plain: (values: string[], not: boolean) => Condition,
): Condition {
  const read = values.map((value) => ({ value, ...tokenParts(value) }))
  const ofSystem = read.filter(({ system }) => system !== null && isOwnSystem(system))
  const elsewhere = read.filter((one) => !ofSystem.includes(one)).map(({ value }) => value)
  const numbers = read.flatMap(({ system, code }): OwnNumber['numbers'] => {
    if (system === null) return [{ institution: null, number: code }]
    return isOwnSystem(system) ? [{ institution: system.startsWith(PREFIX) ? system.slice(PREFIX.length) : '', number: code }] : []
  })
  if (numbers.length === 0) return plain([...values], not)
  const asked: OwnNumber = { kind: 'own-number', numbers, or: elsewhere.length === 0 ? null : plain(elsewhere, false) }
  return not ? { kind: 'not', of: asked } : asked
}

/** People of an institution that one search may mean by "any number of ours". */
const MOST = 2_000

/** Keys of the people meant; none where the asker speaks for no institution, or for another. @refuses search-too-broad */
export async function keysMeant(ctx: Context, { numbers }: OwnNumber): Promise<string[]> {
  const institution = institutionOf(ctx.actor)
  if (institution === null) return []
  const ours = numbers.filter((one) => one.institution === null || one.institution === institution)
  if (ours.some((one) => one.institution !== null && one.number === '')) {
    const keys = await keysWithChartNumber(ctx.db, institution, MOST + 1)
    return keys.length > MOST ? refuse('search-too-broad', { param: 'identifier', limit: String(MOST) }) : keys
  }
  const asked = ours.flatMap(({ number }) => chartNumberOf(number) ?? [])
  return [...new Set((await keysOfChartNumbers(ctx.db, institution, asked)).values())]
}
