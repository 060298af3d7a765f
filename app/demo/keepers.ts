import type { StaffRole } from '#kernel/context'
import type { Region } from '#packages/synthetic'

/** `alsoAt`: a second place of work; whoever has one is asked after sign-in where they work now. */
export type DemoStaffMember = {
  loginName: string
  name: string
  nameKana: string
  role: StaffRole
  institutionNumber: string
  alsoAt?: string
}

/**
 * Everybody who works in the demo region: the staff of its facilities, an administrator of the hospital, the platform's operator and
 * auditors, and a physician of two places. Who comes later stands at the end: a region that was made before goes on without them.
 */
export function demoStaff(region: Region): DemoStaffMember[] {
  const hospital = region.facilities.find((f) => f.kind === 'hospital')!.institutionNumber
  const clinic = region.facilities.find((f) => f.kind === 'clinic')!.institutionNumber
  return [
    ...region.staff.map(({ loginName, name, nameKana, role, institutionNumber }) => ({
      loginName,
      name,
      nameKana,
      role,
      institutionNumber,
    })),
    { loginName: 'enishi-makabe', name: '真壁 護', nameKana: 'マカベ マモル', role: 'administrator', institutionNumber: hospital },
    { loginName: 'operator', name: '相沢 縁', nameKana: 'アイザワ ユカリ', role: 'operator', institutionNumber: hospital },
    // Two, because what was done in an emergency is reviewed by two.
    { loginName: 'auditor', name: '神谷 清', nameKana: 'カミヤ キヨシ', role: 'auditor', institutionNumber: hospital },
    { loginName: 'auditor2', name: '浅井 実', nameKana: 'アサイ ミノル', role: 'auditor', institutionNumber: hospital },
    { loginName: 'kakegawa', name: '掛川 巡', nameKana: 'カケガワ メグル', role: 'physician', institutionNumber: hospital, alsoAt: clinic },
  ]
}
