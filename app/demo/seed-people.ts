/** People with a story: a mother and her child, somebody under guardianship, somebody protected, and entries somebody must look at. */
import { hideContact } from '#care/record'
import type { Actor, Context } from '#kernel/context'
import { ageOn } from '#care/person'
import type { Coverage, Person, Region } from '#packages/synthetic'
import type { Services } from '../services.ts'

type About = { services: Services; ctx: Context; region: Region; until: string }

const fullName = (p: Person) => `${p.name.family} ${p.name.given}`.trim()
const fullKana = (p: Person) => `${p.name.familyKana} ${p.name.givenKana}`.trim()

async function idOf({ services, ctx }: About, person: Person): Promise<{ personId: string; key: string }> {
  const [found] = await services.person.people
    .search(ctx, { name: '', birthDate: person.birthDate, memberId: person.coverage.memberId }, { limit: 1, offset: 0 })
    .then((all) => all?.found ?? [])
  if (!found) throw new Error(`${person.coverage.memberId} is not in the register`)
  return { personId: found.personId, key: found.key }
}

/** Days of each cover, so that two insurances in a month can be told apart. */
async function covers(about: About): Promise<void> {
  for (const person of about.region.people) {
    const { personId } = await idOf(about, person)
    const set = (c: Coverage, lostOn: string | null) =>
      about.services.person.people.setPeriod(about.ctx, {
        ...{ personId, memberId: c.memberId, qualifiedFrom: c.validFrom, lostOn },
        reasonOfLoss: lostOn === null ? null : '03',
      })
    await set(person.coverage, null)
    for (const earlier of person.earlierCoverages) await set(earlier, earlier.validUntil ?? person.coverage.validFrom)
  }
}

/** Children of a household with both its parents; where a small region has none, one child of its first mother, 18 in two months. */
async function children(about: About): Promise<void> {
  const { region, until, services, ctx } = about
  const enter = (representedId: string, proxyId: string) =>
    services.person.proxies.enter(ctx, {
      representedId,
      proxyId,
      basis: 'parent',
      evidence: '戸籍全部事項証明（デモ）',
      validFrom: until,
      until: null,
    })
  const minors = region.people.filter((p) => ageOn(p.birthDate, until) < 18)
  for (const child of minors) {
    const grown = region.people.filter((p) => p.household === child.household && ageOn(p.birthDate, child.birthDate) >= 16).slice(0, 2)
    const of = await idOf(about, child)
    for (const parent of grown) await enter(of.personId, (await idOf(about, parent)).personId)
  }
  const mother = region.people.find((p) => p.sex === 'female' && ageOn(p.birthDate, until) >= 30 && ageOn(p.birthDate, until) < 60)
  if (minors.length > 0 || !mother) return
  const soon = new Date(Date.parse(`${until}T00:00:00Z`) + 60 * 86_400_000).toISOString().slice(0, 10)
  const child = await services.person.enter(ctx, {
    ...{ name: `${mother.name.family} 芽衣`, nameKana: `${mother.name.familyKana} メイ`, sex: 'female' as const },
    ...{ birthDate: `${Number(soon.slice(0, 4)) - 18}${soon.slice(4)}`, memberId: null, phone: '' },
    ...{ address: mother.address.text, postalCode: mother.address.postalCode },
  })
  await services.record.ensurePatient(ctx, child.key, (await services.person.findByKey(ctx, child.key))!)
  await enter(child.personId, (await idOf(about, mother)).personId)
}

/** The second eldest is under guardianship; the youngest grown-up is protected from the eldest. */
async function adults(about: About): Promise<void> {
  const { region, until, services, ctx } = about
  const grown = region.people.filter((p) => ageOn(p.birthDate, until) >= 20).sort((a, b) => a.birthDate.localeCompare(b.birthDate))
  const [eldest, ward, youngest] = [grown[0], grown[1], grown.at(-1)]
  if (!eldest || !ward || !youngest || grown.length < 4) return
  const guardian = grown[Math.floor(grown.length / 2)]!
  const evidence = '登記事項証明書（デモ）'
  const ids = {
    ward: await idOf(about, ward),
    guardian: await idOf(about, guardian),
    eldest: await idOf(about, eldest),
    youngest: await idOf(about, youngest),
  }
  await services.person.proxies.enter(ctx, {
    ...{ representedId: ids.ward.personId, proxyId: ids.guardian.personId, basis: 'guardian' as const },
    ...{ evidence, validFrom: until, until: null },
  })
  const keys = await services.person.marks.set(ctx, {
    ...{ personId: ids.youngest.personId, basis: 'municipality' as const, note: '', validFrom: until, until: null },
    ...{ blockedIds: [ids.eldest.personId], blocksAll: false },
  })
  await hideContact(ctx, keys)
}

/** Three submissions that disagree with the register, and one entry under another spelling. */
async function doubts(about: About): Promise<void> {
  const { region, services, ctx } = about
  const hospital = region.facilities.find((f) => f.kind === 'hospital')!
  const who: Actor = {
    kind: 'system',
    id: 'demo',
    institutionNumber: hospital.institutionNumber,
    institutionName: hospital.name,
    name: hospital.name,
    scopes: [],
  }
  const sender = { ...ctx, actor: who }
  const some = [...region.people].sort((a, b) => a.birthDate.localeCompare(b.birthDate)).slice(4, 8)
  const stated = (p: Person) => ({
    ...{ memberId: p.coverage.memberId, name: fullName(p), nameKana: fullKana(p), birthDate: p.birthDate, sex: p.sex as string },
    ...{ address: p.address.text, postalCode: p.address.postalCode, phone: p.phone },
  })
  // Each differs in the year at least, so that what is submitted about the person later still finds them.
  const born = (p: Person, years: number) => `${Number(p.birthDate.slice(0, 4)) + years}${p.birthDate.slice(4).replace('-02-29', '-02-28')}`
  const slips: ((p: Person) => object)[] = [
    (p) => ({ birthDate: born(p, 1) }),
    (p) => ({ birthDate: born(p, -10), sex: p.sex === 'male' ? 'female' : 'male' }),
    (p) => ({ birthDate: born(p, 25), name: `${p.name.family} 某`, nameKana: '' }),
  ]
  for (const [n, slip] of slips.entries()) {
    const person = some[n]
    if (person) await services.person.resolve(sender, { ...stated(person), ...slip(person) }, hospital.institutionNumber)
  }
  const twice = some[3]
  if (twice) await services.person.enter(ctx, { ...stated(twice), sex: twice.sex, name: fullName(twice).replace(' ', ''), memberId: null })
}

/** Enters the stories into a region whose registers stand; in one transaction with what says so. */
export async function seedPeople(about: About): Promise<void> {
  await about.services.person.people.compareNew(about.ctx, 100_000)
  await covers(about)
  await children(about)
  await adults(about)
  await doubts(about)
  await about.services.person.people.compareNew(about.ctx, 100_000)
}
