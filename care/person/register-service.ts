import type { Context } from '#kernel/context'
import { addDays, dateInJapan } from '#kernel/japan'
import { appRegister } from './app-register.ts'
import { clientRegister } from './client-register.ts'
import { importFacilities, importStaff } from './register-import.ts'
import { facilityRegister, historyOf, reachOf, staffRegister } from './registers.ts'
import { endingKeys, retireEndedKeys } from './store/client.ts'
import { endingLicences } from './store/staff.ts'

/** Days before an end at which the registers begin to warn. */
export const WARN_DAYS = 60

/** The registers of facilities, staff and systems, for those who keep them; each looks and acts within the caller's reach alone. */
export const registers = {
  facilities: facilityRegister,
  staff: staffRegister,
  clients: clientRegister,
  apps: appRegister,
  importFacilities,
  importStaff,
  history: historyOf,

  /** What ends soon, or has: keys and certificates in use, licences that somebody works by. */
  async endings(ctx: Context) {
    const reach = reachOf(ctx.actor)
    const today = dateInJapan(ctx.now)
    const keys = await endingKeys(ctx.db, reach, { before: new Date(ctx.now.getTime() + WARN_DAYS * 86_400_000), limit: 50 })
    const licences = await endingLicences(ctx.db, reach, { from: addDays(today, -30), until: addDays(today, WARN_DAYS), limit: 50 })
    return { keys, licences }
  },

  retireEndedKeys: (job: { db: Context['db']; now: Date }): Promise<void> => retireEndedKeys(job.db, job.now),
}
export type Registers = typeof registers
