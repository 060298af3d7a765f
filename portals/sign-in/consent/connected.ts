/** What somebody let apps do, out of the register, and ending it. */
import { type AppSubject, endAppGrant, findApp, listAppGrants, type PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type ConnectedApp, isConnected } from './connected-page.tsx'

/** Who lets apps in: the person who acts, whomever they act for. @refuses not-permitted */
export function subjectOf({ actor }: Context): AppSubject {
  return actor.kind === 'citizen' || actor.kind === 'staff' ? { kind: actor.kind, id: actor.id } : refuse('not-permitted')
}

/** Apps that the caller let in, the latest first; ended ones too. */
export async function connectedApps(ctx: Context, person: PersonService): Promise<ConnectedApp[]> {
  const subject = subjectOf(ctx)
  const grants = await listAppGrants(ctx.db, subject)
  return Promise.all(
    grants.map(async (grant) => {
      const app = await findApp(ctx.db, grant.clientId)
      const patient = grant.patientKey === null ? undefined : await person.findByKey(ctx, grant.patientKey)
      const others = patient !== undefined && (subject.kind === 'staff' || patient.id !== subject.id)
      return {
        grantId: grant.id,
        name: (ctx.lang === 'en' && app?.nameEn) || (app?.name ?? grant.clientId),
        maker: app?.maker ?? '—',
        scopes: grant.scopes,
        patientName: others ? patient.name : null,
        since: grant.grantedAt,
        usedAt: grant.usedAt,
        until: grant.until,
        // An app that left the register sees nothing any more, whatever was let in.
        endedAt: grant.endedAt ?? (app === undefined ? ctx.now : null),
        endedBy: grant.endedBy ?? (app === undefined ? 'operator' : null),
      }
    }),
  )
}

export const connectedJson = (app: ConnectedApp, now: Date) => ({
  ...{ id: app.grantId, name: app.name, maker: app.maker, scopes: app.scopes, patientName: app.patientName, endedBy: app.endedBy },
  ...{ since: app.since.toISOString(), usedAt: app.usedAt.toISOString(), until: app.until.toISOString() },
  endedAt: app.endedAt?.toISOString() ?? null,
  connected: isConnected(app, now),
})

/** Ends what an app was let do, from its next request on. @refuses not-found where it is not the caller's, or has ended */
export async function endConnected(ctx: Context, grantId: string): Promise<void> {
  const ended = await endAppGrant(ctx.db, ctx.now, { grantId, subject: subjectOf(ctx), by: 'person' })
  if (!ended) refuse('not-found')
}
