import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { findLaunch, spendLaunch } from './store.ts'

type Asked = { launchId: string; staffId: string; clientId: string }

/** Launches from charts, as the provider asks for them. */
export function launchContexts(person: PersonService) {
  return {
    async find(ctx: Context, { launchId: launch, staffId, clientId }: Asked): Promise<{ patientKey: string; name: string } | undefined> {
      const found = await findLaunch(ctx.db, ctx.now, { launch, staffId, clientId })
      const patient = found && (await person.findByKey(ctx, found.patientKey))
      return found && patient && { ...found, name: patient.name }
    },
    spend: (ctx: Context, { launchId: launch, staffId, clientId }: Asked): Promise<{ patientKey: string } | undefined> =>
      spendLaunch(ctx.db, ctx.now, { launch, staffId, clientId }),
  }
}
