/** The kernel's question what an app may still do, answered from the register at every request. */
import type { Db } from '#kernel/database'
import { refuse } from '#kernel/refusal'
import { scopeCovers } from '#kernel/scope'
import type { AppSubject } from './app-model.ts'
import { bindingDemanded } from './rules.ts'
import * as store from './store.ts'
import { findApp, findAppGrant } from './store/app.ts'

export type AppAsked = {
  now: Date
  clientId: string
  grantId: string
  subject: AppSubject
  scopes: readonly string[]
  /** Patient key the app was launched for, as its token says. */
  patient: string | null
  tokenBinding: 'mtls' | 'dpop' | 'none'
}
/** `patientKeys`: all keys of the one patient of the launch; null where none was chosen. `actsFor`: whose record it is where not the subject's own. */
export type AppAllowed = {
  clientId: string
  name: string
  scopes: readonly string[]
  patientKeys: readonly string[] | null
  grantId: string
  actsFor: string | null
}

/**
 * What an app may do for somebody at this moment: what its token says, as far as the person's grant and the app's entry still cover it.
 * @returns undefined where the grant or the app ended, or the token speaks of another person, app or patient than the grant
 * @refuses binding-required where the app's tokens must be tied to more than this one is
 */
export const appAccessOf =
  ({ anyClientUnbound }: { anyClientUnbound: boolean }) =>
  async (db: Db, asked: AppAsked): Promise<AppAllowed | undefined> => {
    const [app, grant] = await Promise.all([findApp(db, asked.clientId), findAppGrant(db, { id: asked.grantId, now: asked.now })])
    if (app === undefined || grant === undefined || grant.clientId !== app.clientId) return undefined
    const { subject, patientKey } = grant
    if (subject.kind !== asked.subject.kind || subject.id !== asked.subject.id || patientKey !== asked.patient) return undefined
    if (!(subject.kind === 'citizen' ? app.forCitizens : app.forStaff)) return undefined
    const demanded = bindingDemanded(app, anyClientUnbound)
    const kept = demanded === 'none' || demanded === asked.tokenBinding || (demanded === 'any' && asked.tokenBinding !== 'none')
    if (!kept) refuse('binding-required')
    const owner = patientKey === null ? undefined : await store.findByKey(db, patientKey)
    if (patientKey !== null && owner === undefined) return undefined
    return {
      clientId: app.clientId,
      name: app.name,
      grantId: grant.id,
      scopes: asked.scopes.filter((scope) => scopeCovers(grant.scopes, scope) && scopeCovers(app.scopes, scope)),
      patientKeys: owner?.keys ?? null,
      actsFor: subject.kind === 'citizen' && owner !== undefined && owner.id !== subject.id ? owner.id : null,
    }
  }
