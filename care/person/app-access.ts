/** The kernel's question what an app may still do, answered from the register at every request. */
import type { Accounts } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import { scopesHeld } from '#kernel/scope'
import { bindingDemanded } from './rules.ts'
import * as store from './store.ts'
import { findApp, findAppGrant } from './store/app.ts'
import { workplacesOf } from './store/staff.ts'

/**
 * What an app may do for somebody at this moment: what its token says, as far as the person's grant and the app's entry still cover it.
 * @returns undefined where the grant or the app ended, or the token speaks of another person, app or patient than the grant
 * @refuses binding-required where the app's tokens must be tied to more than this one is
 */
export const appAccessOf =
  ({ anyClientUnbound }: { anyClientUnbound: boolean }): Accounts['app'] =>
  async (db, { now, clientId, onBehalfOf: who, scopes, tokenBinding }) => {
    const [app, grant] = await Promise.all([findApp(db, clientId), findAppGrant(db, { id: who.grantId, now })])
    if (app === undefined || grant === undefined || grant.clientId !== app.clientId) return undefined
    const { subject, patientKey } = grant
    if (subject.kind !== who.kind || subject.id !== who.id || patientKey !== who.patient) return undefined
    if (!(subject.kind === 'citizen' ? app.forCitizens : app.forStaff)) return undefined
    const demanded = bindingDemanded(app, anyClientUnbound)
    const kept = demanded === 'none' || demanded === tokenBinding || (demanded === 'any' && tokenBinding !== 'none')
    if (!kept && tokenBinding !== 'no-token') refuse('binding-required')
    const owner = patientKey === null ? undefined : await store.findByKey(db, patientKey)
    if (patientKey !== null && owner === undefined) return undefined
    // A record that has moved to another person since (a link undone) is not the one the app was let see.
    const actsFor = subject.kind === 'citizen' ? (owner !== undefined && owner.id !== subject.id ? owner.id : null) : grant.workplace
    // At a place where they work no more it acts nowhere, and not at another one instead.
    if (
      subject.kind === 'staff' &&
      grant.workplace !== null &&
      !(await workplacesOf(db, now, subject.id)).some((w) => w.id === grant.workplace)
    )
      return undefined
    if (actsFor !== who.actsFor) return undefined
    return {
      clientId: app.clientId,
      name: app.name,
      grantId: grant.id,
      scopes: scopesHeld(app.scopes, scopesHeld(grant.scopes, scopes)),
      patientKeys: owner?.keys ?? null,
    }
  }
