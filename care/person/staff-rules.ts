/** What a member of staff may be, by licence and dates. Pure; the table is read by the query of `store/staff.ts` too. */
import type { StaffRole } from '#kernel/context'
import { judgeDates } from './facility-rules.ts'
import type { Finding } from './key-rules.ts'
import { type Dates, type Licence, type LicenceKind, licenceKinds } from './register-model.ts'

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

/** Roles that concern the whole platform. */
export const ofThePlatform: readonly StaffRole[] = ['operator', 'auditor']

/** Roles a keeper may give: whoever keeps one facility makes nobody an operator or auditor of the platform. */
export const mayGrant = (keeper: StaffRole, role: StaffRole): boolean =>
  keeper === 'operator' || (keeper === 'administrator' && !ofThePlatform.includes(role))

export const staffRoles = [
  'physician',
  'dentist',
  'pharmacist',
  'nurse',
  'clerk',
  'administrator',
  'operator',
  'auditor',
] as const satisfies readonly StaffRole[]

/** Somebody who enters the register with a place of work. `licence`: null where none is entered. */
export type NewStaff = Dates & {
  loginName: string
  name: string
  nameKana: string
  nameEn: string
  institutionNumber: string
  role: StaffRole
  department: string
  licence: Licence | null
}

const wrong = (field: string, ja: string, en: string): Finding => ({ field, ja, en })

/** Field names of a licence inside a form that holds more. */
const asLicence = (finding: Finding): Finding => ({
  ...finding,
  field: `licence${finding.field[0]!.toUpperCase()}${finding.field.slice(1)}`,
})

export function judgeStaff(s: NewStaff): Finding[] {
  const needsLicence = licencesFor[s.role] !== undefined && s.licence === null
  const other = s.licence !== null && licencesFor[s.role]?.includes(s.licence.kind) === false
  return [
    ...(/^[a-z0-9][a-z0-9._-]{2,63}$/.test(s.loginName)
      ? []
      : [
          wrong(
            'loginName',
            'ログイン名は、半角の英小文字・数字・. _ - で3〜64文字です。',
            'A login name has 3 to 64 small letters, digits, . _ or -.',
          ),
        ]),
    ...(s.name.trim() === '' || s.name.length > 80
      ? [wrong('name', '氏名を80文字までで入力してください。', 'Enter the name, at most 80 characters.')]
      : []),
    ...(/^[\u30a1-\u30fe\u3000 ]{0,80}$/.test(s.nameKana)
      ? []
      : [wrong('nameKana', 'フリガナは全角カタカナで入力してください。', 'Write the kana in full-width katakana.')]),
    ...(s.nameEn.length > 80 ? [wrong('nameEn', '80文字までです。', 'At most 80 characters.')] : []),
    ...judgeAssignment(s),
    ...(needsLicence ? [wrong('licenceNumber', 'この職種には免許の登録が要ります。', 'This role needs a licence.')] : []),
    ...(other ? [wrong('licenceKind', 'この職種に合う免許ではありません。', 'This licence does not fit the role.')] : []),
    ...(s.licence === null ? [] : judgeLicence(s.licence).map(asLicence)),
  ]
}

export function judgeAssignment(a: Dates & { role: StaffRole; department: string }): Finding[] {
  return [
    ...(staffRoles.some((role) => role === a.role) ? [] : [wrong('role', '職種を選んでください。', 'Choose the role.')]),
    ...(a.department.length > 60 ? [wrong('department', '60文字までです。', 'At most 60 characters.')] : []),
    ...judgeDates(a),
  ]
}

export function judgeLicence(l: Licence): Finding[] {
  return [
    ...(licenceKinds.some((kind) => kind === l.kind) ? [] : [wrong('kind', '免許の種類を選んでください。', 'Choose the kind of licence.')]),
    ...(/^[0-9A-Za-z-]{1,20}$/.test(l.number)
      ? []
      : [
          wrong(
            'number',
            '免許の登録番号を、英数字20文字までで入力してください。',
            'Enter the registration number, up to 20 letters or digits.',
          ),
        ]),
    ...judgeDates(l),
  ]
}
