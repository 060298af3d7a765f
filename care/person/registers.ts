/**
 * What keepers of the registers may do: the operator for every facility, an administrator for the own one. Whoever stands outside of
 * somebody's reach is not found by them; each change is noted with who made it.
 */
import type { Actor, Context } from '#kernel/context'
import { newKey } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { judgeDepartment, judgeFacility } from './facility-rules.ts'
import type { Finding } from './key-rules.ts'
import type { Department, FacilityEntry, Licence, Reach, StaffEntry } from './register-model.ts'
import { judgeAssignment, judgeLicence, judgeStaff, mayGrant, type NewStaff, ofThePlatform } from './staff-rules.ts'
import * as changes from './store/change.ts'
import * as facilities from './store/facility.ts'
import * as staff from './store/staff.ts'

export type Saved<T> = { saved: T } | { findings: Finding[] }

/** Whose entries somebody keeps. @refuses not-permitted for anybody who keeps none */
export function reachOf(actor: Actor): Reach {
  if (actor.kind !== 'staff') return refuse('not-permitted')
  if (actor.role === 'operator') return { institutionNumber: null }
  return actor.role === 'administrator' ? { institutionNumber: actor.institutionNumber } : refuse('not-permitted')
}

/** Only the platform's operator. @refuses not-permitted */
export function operatorOnly(actor: Actor): Reach {
  const reach = reachOf(actor)
  return reach.institutionNumber === null ? reach : refuse('not-permitted')
}

const textsOf = (entry: object): Record<string, string | null> =>
  Object.fromEntries(
    Object.entries(entry).flatMap(([name, value]) =>
      typeof value === 'string' || value === null ? [[name, value]] : Array.isArray(value) ? [[name, value.join(' ')]] : [],
    ),
  )

/** Notes a change for the history and for the audit log. */
export async function noted(ctx: Context, about: changes.Noted): Promise<void> {
  await changes.noteChange(ctx, { ...about, before: about.before && textsOf(about.before), after: textsOf(about.after) })
  ctx.audit({ resource: about.subject, rule: about.act })
}

export const facilityRegister = {
  list: (ctx: Context, asked: facilities.Asked) => facilities.listFacilities(ctx.db, reachOf(ctx.actor), asked),

  /** @refuses not-found where it is out of reach too */
  async get(ctx: Context, institutionNumber: string): Promise<FacilityEntry> {
    return (await facilities.findFacility(ctx.db, reachOf(ctx.actor), institutionNumber)) ?? refuse('not-found')
  },
  departments: (ctx: Context, institutionNumber: string) => facilities.listDepartments(ctx.db, reachOf(ctx.actor), institutionNumber),

  /** Enters a facility. @refuses not-permitted for an administrator */
  async enter(ctx: Context, entry: FacilityEntry): Promise<Saved<FacilityEntry>> {
    const reach = operatorOnly(ctx.actor)
    const findings = judgeFacility(entry)
    if (findings.length > 0) return { findings }
    if (await facilities.findFacility(ctx.db, reach, entry.institutionNumber))
      return {
        findings: [{ field: 'institutionNumber', ja: 'この番号はすでに登録されています。', en: 'This number is registered already.' }],
      }
    await facilities.insertFacilities(ctx.db, [entry])
    await noted(ctx, { ...subjectOf(entry), act: 'facility.enter', before: null, after: textsOf(entry) })
    return { saved: entry }
  },

  /** Changes a facility; its number stays, and only the operator sets when it is one. */
  async change(ctx: Context, entry: FacilityEntry): Promise<Saved<FacilityEntry>> {
    const before = await this.get(ctx, entry.institutionNumber)
    const dates = reachOf(ctx.actor).institutionNumber === null ? {} : { kind: before.kind, from: before.from, until: before.until }
    const after = { ...entry, ...dates }
    const findings = judgeFacility(after)
    if (findings.length > 0) return { findings }
    await facilities.insertFacilities(ctx.db, [after])
    await noted(ctx, { ...subjectOf(after), act: 'facility.change', before: textsOf(before), after: textsOf(after) })
    return { saved: after }
  },

  async putDepartment(ctx: Context, department: Department): Promise<Saved<Department>> {
    const facility = await this.get(ctx, department.institutionNumber)
    const findings = judgeDepartment(department)
    if (findings.length > 0) return { findings }
    const before = (await this.departments(ctx, facility.institutionNumber)).find((d) => d.code === department.code)
    await facilities.putDepartment(ctx.db, department)
    await noted(ctx, { ...subjectOf(facility), act: 'department.put', before: before ? textsOf(before) : null, after: textsOf(department) })
    return { saved: department }
  },
}

const subjectOf = ({ institutionNumber }: { institutionNumber: string }) => ({
  subject: `Facility/${institutionNumber}`,
  institutionNumber,
})

/** The history of an entry, newest first; of what lies within reach. */
export const historyOf = (ctx: Context, subject: string) => changes.listChanges(ctx.db, reachOf(ctx.actor), { subject, limit: 50 })

type NotedAct =
  | 'staff.invite'
  | 'staff.unlock'
  | 'staff.sign-out'
  | 'staff.certificate-enter'
  | 'staff.certificate-end'
  | 'staff.outside-link'
  | 'staff.outside-unlink'
type Place = Omit<staff.NewAssignment, 'id' | 'staffId'>

export const staffRegister = {
  list: (ctx: Context, asked: Omit<staff.StaffAsked, 'now'>) => staff.listStaff(ctx.db, reachOf(ctx.actor), { ...asked, now: ctx.now }),

  /** @refuses not-found where none of their places lies within reach */
  async get(ctx: Context, id: string): Promise<StaffEntry> {
    return (await staff.findStaffEntry(ctx.db, reachOf(ctx.actor), { id, now: ctx.now })) ?? refuse('not-found')
  },

  /** Somebody whose sign-in and licences the caller may change. @refuses not-found, staff-elsewhere, not-permitted */
  async own(ctx: Context, id: string): Promise<StaffEntry> {
    const entry = await this.get(ctx, id)
    const reach = reachOf(ctx.actor)
    if (entry.elsewhere) refuse('staff-elsewhere')
    // Whoever could invite an operator or auditor anew would become one.
    if (reach.institutionNumber !== null && entry.assignments.some((a) => ofThePlatform.includes(a.role))) refuse('not-permitted')
    return entry
  },

  /** Enters somebody new with their first place of work and, where there is one, a licence. They cannot sign in before an invitation is used. */
  async enter(ctx: Context, given: NewStaff): Promise<Saved<string>> {
    const reach = reachOf(ctx.actor)
    const facility = await facilityRegister.get(ctx, given.institutionNumber)
    const findings = [...judgeStaff(given), ...grantFindings(ctx.actor, given)]
    if (findings.length > 0) return { findings }
    if ((await staff.takenLoginNames(ctx.db, [given.loginName])).length > 0)
      return {
        findings: [
          {
            field: 'loginName',
            ja: 'このログイン名は使われています。別の名前にしてください。',
            en: 'This login name is taken. Choose another.',
          },
        ],
      }
    const id = newKey()
    await staff.insertStaffEntry(ctx.db, { id, ...given })
    await staff.insertAssignment(ctx.db, { ...given, id, staffId: id })
    if (given.licence !== null) await staff.putLicence(ctx.db, id, given.licence)
    const { licence, ...rest } = given
    const after = { ...textsOf(rest), ...(licence === null ? {} : { licence: licence.kind, licenceNumber: licence.number }) }
    await noted(ctx, {
      subject: `Staff/${id}`,
      institutionNumber: reach.institutionNumber ?? facility.institutionNumber,
      act: 'staff.enter',
      before: null,
      after,
    })
    return { saved: id }
  },

  /** Notes what was done for somebody's sign-in, or about their certificates; the doing is others'. */
  note: (ctx: Context, entry: StaffEntry, act: NotedAct, after: Record<string, string> = {}): Promise<void> =>
    noted(ctx, { ...of(entry), act, before: null, after }),

  async rename(ctx: Context, to: { id: string; name: string; nameKana: string; nameEn: string }): Promise<Saved<string>> {
    const before = await this.own(ctx, to.id)
    if (to.name.trim() === '') return { findings: [{ field: 'name', ja: '氏名を入力してください。', en: 'Enter the name.' }] }
    await staff.updateStaffNames(ctx.db, to)
    const names = ({ name, nameKana, nameEn }: typeof to) => ({ name, nameKana, nameEn })
    await noted(ctx, { ...of(before), act: 'staff.rename', before: names(before), after: names(to) })
    return { saved: to.id }
  },

  async putLicence(ctx: Context, id: string, licence: Licence): Promise<Saved<string>> {
    const entry = await this.own(ctx, id)
    const findings = judgeLicence(licence)
    if (findings.length > 0) return { findings }
    const before = entry.licences.find((l) => l.kind === licence.kind)
    await staff.putLicence(ctx.db, id, licence)
    await noted(ctx, { ...of(entry), act: 'licence.put', before: before ? textsOf(before) : null, after: textsOf(licence) })
    return { saved: id }
  },

  /** One more place of work, or another role at the same. */
  async assign(ctx: Context, id: string, place: Place): Promise<Saved<string>> {
    const entry = await this.get(ctx, id)
    await facilityRegister.get(ctx, place.institutionNumber)
    const findings = [...judgeAssignment(place), ...grantFindings(ctx.actor, place)]
    if (findings.length > 0) return { findings }
    await staff.insertAssignment(ctx.db, { ...place, id: newKey(), staffId: id })
    await noted(ctx, { ...of(entry), institutionNumber: place.institutionNumber, act: 'staff.assign', before: null, after: textsOf(place) })
    return { saved: id }
  },

  /** Ends one place of work at once. @refuses not-found where it is out of reach or has ended */
  async endAssignment(ctx: Context, id: string, assignmentId: string): Promise<StaffEntry> {
    const entry = await this.get(ctx, id)
    const place = entry.assignments.find((a) => a.id === assignmentId) ?? refuse('not-found')
    if (ctx.actor.kind !== 'staff' || !mayGrant(ctx.actor.role, place.role)) refuse('not-permitted')
    // The last keeper would lock everybody out with themselves.
    if (ctx.actor.kind === 'staff' && ctx.actor.id === id && (place.role === 'operator' || place.role === 'administrator'))
      refuse('own-place')
    const done = await staff.endAssignment(ctx.db, reachOf(ctx.actor), { id: assignmentId, staffId: id, now: ctx.now })
    if (!done) refuse('not-found')
    const before = { role: place.role, institutionNumber: place.institutionNumber, endedAt: null }
    const after = { ...before, endedAt: ctx.now.toISOString() }
    await noted(ctx, { ...of(entry), institutionNumber: place.institutionNumber, act: 'staff.end', before, after })
    return entry
  },
}

const of = (entry: StaffEntry) => ({
  subject: `Staff/${entry.id}`,
  institutionNumber: entry.assignments.find((a) => a.endedAt === null)?.institutionNumber ?? '',
})

function grantFindings(actor: Actor, { role }: Pick<Place, 'role'>): Finding[] {
  if (actor.kind === 'staff' && mayGrant(actor.role, role)) return []
  return [{ field: 'role', ja: 'この職種を与えられるのは、運用担当だけです。', en: 'Only the platform’s operator gives this role.' }]
}
