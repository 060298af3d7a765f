import { demoStaff } from './keepers.ts'
import type { DemoSecrets } from './secrets.ts'
import { DEMO_SEED } from './seed.ts'
import { makeRegion } from '#packages/synthetic'

/** What the demo's pages may hand out: cards and sign-ins of people who do not exist. Absent where there is no demo. */
type NameOf = { institutionName: string; institutionNameEn: string }

export type DemoDoor = {
  cards(): { n: number; name: string; birthDate: string }[]
  card(n: number): { certificatePem: string; privateKeyPem: string; pin: string } | undefined
  /** `also`: the name of a second place of work. */
  staff(): { loginName: string; name: string; role: string; institutionName: string; institutionNameEn: string; also?: NameOf }[]
  staffSecret(loginName: string): { password: string; totpSecret: string } | undefined
}

export function demoDoor(secrets: DemoSecrets): DemoDoor {
  const region = makeRegion({ seed: DEMO_SEED, people: secrets.cards.length, facilities: 10, until: secrets.until, years: 2 })
  const people = region.people.map((p, n) => ({ n, name: `${p.name.family} ${p.name.given}`.trim(), birthDate: p.birthDate }))
  const facility = new Map(region.facilities.map((f) => [f.institutionNumber, f]))
  const nameOf = (number: string): NameOf => {
    const { name, nameEn } = facility.get(number)!
    return { institutionName: name, institutionNameEn: nameEn }
  }
  const staff = demoStaff(region)
    .slice(0, secrets.staff.length)
    .map(({ loginName, name, role, institutionNumber, alsoAt }) => ({
      ...{ loginName, name, role },
      ...nameOf(institutionNumber),
      ...(alsoAt === undefined ? {} : { also: nameOf(alsoAt) }),
    }))
  const secretOf = new Map(secrets.staff.map((s) => [s.loginName, s]))
  return {
    cards: () => people,
    card(n) {
      const found = secrets.cards[n]
      return found && { certificatePem: found.certificatePem, privateKeyPem: found.privateKeyPem, pin: found.pin }
    },
    staff: () => staff,
    staffSecret(loginName) {
      const found = secretOf.get(loginName)
      return found && { password: found.password, totpSecret: found.totpSecret }
    },
  }
}
