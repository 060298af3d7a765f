/** Facilities and staff from a table: all of it or nothing, with a list of what is wrong where. */
import type { Context } from '#kernel/context'
import { newKey, ulid } from '#kernel/id'
import { type Judged, judgeFacilityTable, judgeStaffTable, type Misfit } from './register-csv.ts'
import type { FacilityEntry } from './register-model.ts'
import { operatorOnly, reachOf } from './registers.ts'
import { mayGrant, type NewStaff } from './staff-rules.ts'
import { differences } from './store/change.ts'
import { insertManyChanges, insertManyFacilities, insertManyStaff, knownFacilities } from './store/register-import.ts'
import { takenLoginNames } from './store/staff.ts'

/** `entered`: how many were; 0 in a dry run, and where anything is wrong. */
export type TableDone = { lines: number; entered: number; misfits: Misfit[] }

const textsOf = (entry: object): Record<string, string | null> =>
  Object.fromEntries(Object.entries(entry).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))

const by = ({ actor, now, requestId }: Context) => ({
  at: now,
  requestId,
  byId: actor.kind === 'public' ? '' : actor.id,
  byName: actor.kind === 'public' ? '' : actor.name,
})

/** @refuses not-permitted for whoever keeps one facility */
async function facilityTable(ctx: Context, text: string): Promise<Judged<FacilityEntry>> {
  const reach = operatorOnly(ctx.actor)
  const judged = judgeFacilityTable(text)
  const known = await knownFacilities(
    ctx.db,
    reach,
    judged.entries.map(({ entry }) => entry.institutionNumber),
  )
  const misfits = judged.entries
    .filter(({ entry }) => known.has(entry.institutionNumber))
    .map(({ line }): Misfit => ({ line, column: '医療機関番号', ja: 'すでに登録されています。', en: 'It is registered already.' }))
  return { ...judged, misfits: [...judged.misfits, ...misfits] }
}

async function staffTable(ctx: Context, text: string): Promise<Judged<NewStaff>> {
  const reach = reachOf(ctx.actor)
  const role = ctx.actor.kind === 'staff' ? ctx.actor.role : 'clerk'
  const judged = judgeStaffTable(text)
  const known = await knownFacilities(ctx.db, reach, [...new Set(judged.entries.map(({ entry }) => entry.institutionNumber))])
  const taken = new Set(
    await takenLoginNames(
      ctx.db,
      judged.entries.map(({ entry }) => entry.loginName),
    ),
  )
  const misfits = judged.entries.flatMap(({ line, entry }): Misfit[] => [
    ...(known.has(entry.institutionNumber)
      ? []
      : [{ line, column: '医療機関番号', ja: 'この番号の施設は登録されていません。', en: 'No facility of this number is registered.' }]),
    ...(taken.has(entry.loginName)
      ? [{ line, column: 'ログイン名', ja: 'このログイン名は使われています。', en: 'This login name is taken.' }]
      : []),
    ...(mayGrant(role, entry.role)
      ? []
      : [
          {
            line,
            column: '職種',
            ja: 'この職種を与えられるのは、縁の運用担当だけです。',
            en: 'Only the platform’s operator gives this role.',
          },
        ]),
  ])
  return { ...judged, misfits: [...judged.misfits, ...misfits] }
}

/** @param dryRun judges everything and enters nothing */
export async function importFacilities(ctx: Context, text: string, dryRun: boolean): Promise<TableDone> {
  const { entries, misfits, lines } = await facilityTable(ctx, text)
  if (misfits.length > 0 || dryRun) return { lines, entered: 0, misfits }
  await insertManyFacilities(
    ctx.db,
    entries.map(({ entry }) => entry),
  )
  const entered = entries.map(({ entry }) => ({
    id: ulid(),
    subject: `Facility/${entry.institutionNumber}`,
    institutionNumber: entry.institutionNumber,
    fields: differences(null, textsOf(entry)),
  }))
  await insertManyChanges(ctx.db, { ...by(ctx), act: 'facility.enter', entered })
  ctx.audit({ resource: 'Facility?', count: entered.length, rule: 'facility.enter' })
  return { lines, entered: entered.length, misfits }
}

/** @param dryRun judges everything and enters nothing */
export async function importStaff(ctx: Context, text: string, dryRun: boolean): Promise<TableDone> {
  const { entries, misfits, lines } = await staffTable(ctx, text)
  if (misfits.length > 0 || dryRun) return { lines, entered: 0, misfits }
  const staff = entries.map(({ entry }) => {
    const id = newKey()
    return { ...entry, id, staffId: id }
  })
  await insertManyStaff(ctx.db, staff)
  const entered = staff.map((one) => ({
    id: ulid(),
    subject: `Staff/${one.id}`,
    institutionNumber: one.institutionNumber,
    fields: differences(null, textsOf(one)),
  }))
  await insertManyChanges(ctx.db, { ...by(ctx), act: 'staff.enter', entered })
  ctx.audit({ resource: 'Staff?', count: entered.length, rule: 'staff.enter' })
  return { lines, entered: entered.length, misfits }
}
