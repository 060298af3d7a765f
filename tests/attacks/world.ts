import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { routes as eligibilityRoutes } from '#care/eligibility'
import { insertFacilities } from '#care/person'
import { recordRoutes } from '#care/record'
import type { Context } from '#kernel/context'
import { type Outbound, outbound, parseAllowedHosts } from '#kernel/outbound'
import { type HttpRow, isHttpRow, type Row } from '#kernel/route'
import { migrations } from '../../app/migrations.ts'
import { allRows } from '../../app/rows.ts'
import { type Services, services } from '../../app/services.ts'
import type { Caller } from '../harness/caller.ts'
import { BASE, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER, trustingCards } from '../harness/platform.ts'
import { canary } from './canary.ts'
import { idsUnder, plantRecords, type Victim } from './victim.ts'

/** Somebody who asks, and the canaries they may be shown. */
export type Attacker = { name: string; caller: Caller; may: (found: string) => boolean }

export type World = {
  platform: Platform
  rows: HttpRow[]
  victim: Victim
  /** Another person of the hospital, whose records are nobody's canary. */
  other: { key: string; personId: string; memberId: string | null }
  attackers: Attacker[]
  home: string
  services: Services
  close: () => Promise<void>
}

/** Pays for care, and has no right to a diagnosis that nobody sent it. */
export const INSURER = '1310000051'

type Consent = Services['consent']

/** What stands in for consent in a product made wrong on purpose: everybody sees everything. */
const everything = { visibleTo: (_: Context) => sql<boolean>`true`, ruleOf: (_: Context) => sql<string>`'own-record'` }

/** Hooks on this machine may be called: the attacks' own servers stand there. */
const localHooks = () => outbound(parseAllowedHosts('127.0.0.1:*+private+http'))

/** The whole surface over a database of its own, a victim, and attackers of every kind of actor. */
export async function openWorld({ blind, hooks = localHooks() }: { blind: boolean; hooks?: Outbound }): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'enishi-attacks-'))
  const consents: Consent[] = []
  let built: Services | undefined
  const platform = await openPlatform({
    migrations: [...migrations],
    template: 'attacks',
    rows: ({ services: own, mint }) => {
      built = services({ cards: trustingCards, demo: true, home, baseUrl: 'http://localhost', hooks })
      consents.push(own.consent, built.consent)
      const config = { baseUrl: 'http://localhost', secure: false }
      return unlike(allRows({ services: built, config, mint, demo: null, demoRows: [] }), [
        ...recordRoutes(own.record, { base: BASE, version: '' }),
        ...eligibilityRoutes(own.eligibility),
      ])
    },
  })
  await insertFacilities(platform.db, [
    { institutionNumber: INSURER, name: '縁市国民健康保険', nameEn: 'Enishi City Health Insurance', kind: 'insurer', prefecture: '13' },
  ])
  const victim = await plantRecords(platform)
  const other = await platform.enter({ name: '別人 太郎' })
  await openEmergency(platform, victim)
  // Consent is asked through these objects at every request, so from here on the mutated product sees no difference between people.
  if (blind) for (const consent of consents) Object.assign(consent, everything)
  return {
    platform,
    rows: platform.rows.filter(isHttpRow),
    victim,
    other,
    attackers: await attackersOf(platform, victim, other),
    home,
    services: built!,
    close: async () => {
      await platform.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A clinician opened the victim's record for the sake of their life: what that left behind is nobody else's. */
async function openEmergency(platform: Platform, victim: Victim): Promise<void> {
  const doctor = await platform.staff('physician', HOSPITAL)
  const about = { patient: victim.key, reason: 'unconscious', because: ['no-response'], note: '呼びかけに答えない' }
  await doctor.post('/clinic/emergency/open', about, { 'content-type': 'application/json', accept: 'application/json' })
  victim.ids.push(...(await idsUnder(platform, [victim.key])).filter((id) => !victim.ids.includes(id)))
}

const doorOf = (row: HttpRow) => `${row.method} ${row.path}`

/** Each door once, without those that the harness opens itself. */
function unlike(rows: readonly Row[], known: readonly Row[]): Row[] {
  const seen = new Set(known.filter(isHttpRow).map(doorOf))
  return rows.filter((row) => {
    if (!isHttpRow(row)) return row.kind !== 'mount' && row.kind !== 'job'
    if (seen.has(doorOf(row)) || row.path.startsWith('/sign-out')) return false
    seen.add(doorOf(row))
    return true
  })
}

async function attackersOf(platform: Platform, victim: Victim, other: { personId: string; key: string }): Promise<Attacker[]> {
  const nothing = () => false
  const hiddenFromThem = [canary('untold'), canary('letter'), canary('restricted')]
  const tellable = (found: string) => !hiddenFromThem.includes(found)
  const app = ({ personId }: { personId: string }, scopes: readonly string[], patient: string) =>
    platform.appOf({ kind: 'citizen', id: personId }, { scopes, patient })
  const staff = async (role: Parameters<Platform['staff']>[0], institution: string, may: Attacker['may'] = nothing): Promise<Attacker> => ({
    name: `${role} of ${institution}`,
    caller: await platform.staff(role, institution),
    may,
  })
  // The clinic was shown the allergies by consent, and its reader knows who the person is.
  const consented = (found: string) => [canary('allergy'), canary('person')].includes(found)
  const onlyPerson = (found: string) => found === canary('person')
  return [
    { name: 'nobody', caller: platform.public(), may: nothing },
    { name: 'another citizen', caller: await platform.citizen(other), may: nothing },
    { name: 'the person', caller: await platform.citizen(victim), may: tellable },
    { name: 'the person’s app', caller: await app(victim, ['patient/*.rs'], victim.key), may: tellable },
    {
      name: 'the person’s app, Observation alone',
      caller: await app(victim, ['patient/Observation.rs'], victim.key),
      may: (found) => found === canary('labs') || found === canary('own', 'observation'),
    },
    { name: 'another citizen’s app', caller: await app(other, ['patient/*.rs'], other.key), may: nothing },
    { name: 'an insurer’s system', caller: await platform.system(INSURER), may: nothing },
    { name: 'an insurer’s system, for payment', caller: await platform.system(INSURER, ['system/*.rs', 'purpose/HPAYMT']), may: nothing },
    { name: 'a stranger’s system, for research', caller: await platform.system(STRANGER, ['system/*.rs', 'purpose/HRESCH']), may: nothing },
    { name: 'a stranger’s system', caller: await platform.system(STRANGER), may: nothing },
    {
      name: 'the hospital’s system, Observation alone',
      caller: await platform.system(HOSPITAL, ['system/Observation.rs']),
      may: (found) => found === canary('labs') || found === canary('own', 'observation'),
    },
    { name: 'the hospital’s system, no reading', caller: await platform.system(HOSPITAL, ['system/*.c']), may: nothing },
    { name: 'the clinic’s system', caller: await platform.system(CLINIC), may: consented },
    await staff('physician', STRANGER),
    await staff('clerk', STRANGER),
    await staff('operator', STRANGER),
    // The log names whoever acted, the person too; it shows nothing of what they were shown.
    await staff('auditor', STRANGER, onlyPerson),
    await staff('operator', HOSPITAL, onlyPerson),
    await staff('clerk', HOSPITAL, onlyPerson),
    await staff('physician', CLINIC, consented),
    await staff('pharmacist', CLINIC, consented),
  ]
}
