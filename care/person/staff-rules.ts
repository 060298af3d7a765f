/** What a member of staff may be, by licence and dates. Pure; the table is read by the query of `store/staff.ts` too. */
import type { StaffRole } from '#kernel/context'
import type { Dates, Licence, LicenceKind } from './register-model.ts'

/**
 * Licences of which a role needs one that holds; a role that is not here needs none.
 * @law 医師法・歯科医師法・薬剤師法・保健師助産師看護師法 名称と業務の独占（条項は要確認: 弁護士）
 */
export const licencesFor: Partial<Record<StaffRole, readonly LicenceKind[]>> = {
  physician: ['physician'],
  dentist: ['dentist'],
  pharmacist: ['pharmacist'],
  nurse: ['nurse', 'assistant-nurse', 'public-health-nurse', 'midwife'],
}

/** Whether dates hold on a day; the last day is one of them. */
export const onDay = ({ from, until }: Dates, day: string): boolean => from <= day && (until === null || day <= until)

/** Whether a role may be exercised on a day with these licences. */
export function licensed(role: StaffRole, licences: readonly Licence[], day: string): boolean {
  const needed = licencesFor[role]
  return needed === undefined || licences.some((l) => needed.includes(l.kind) && onDay(l, day))
}

/** Roles a keeper may give: whoever keeps one facility makes nobody an operator of the platform. */
export const mayGrant = (keeper: StaffRole, role: StaffRole): boolean =>
  keeper === 'operator' || (keeper === 'administrator' && role !== 'operator')
