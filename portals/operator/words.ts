/** What the registers call things, in both languages. */
import type { FacilityKind } from '#care/person'
import type { StaffRole } from '#kernel/context'
import type { Words } from '#ui'

export const roleNames: Record<StaffRole, Words> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  nurse: { ja: '看護職員', en: 'Nurse' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  administrator: { ja: '施設の管理者', en: 'Administrator of the facility' },
  operator: { ja: '運用担当', en: 'Operator of the platform' },
}

export const facilityKindNames: Record<FacilityKind, Words> = {
  hospital: { ja: '病院', en: 'Hospital' },
  clinic: { ja: '診療所', en: 'Clinic' },
  'dental-clinic': { ja: '歯科診療所', en: 'Dental clinic' },
  pharmacy: { ja: '薬局', en: 'Pharmacy' },
  'care-provider': { ja: '介護事業所', en: 'Care provider' },
  municipality: { ja: '市町村', en: 'Municipality' },
  insurer: { ja: '保険者', en: 'Insurer' },
}
