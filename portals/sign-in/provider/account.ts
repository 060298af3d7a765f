import type { Account } from 'oidc-provider'
import { findAppGrant } from '#care/person'
import type { Actor } from '#kernel/context'
import { asked } from './asked.ts'
import type { ProviderDeps } from './deps.ts'

/**
 * Who an ID token speaks of, read from the registers anew.
 * @returns undefined where the grant or the person ended
 */
export async function accountOf(
  deps: ProviderDeps,
  base: string,
  { id, grantId }: { id: string; grantId: string | undefined },
): Promise<Account | undefined> {
  const { ctx } = asked()
  // Within a launch nothing is granted yet: who it is was proven by the session a moment ago.
  if (grantId === undefined) return { accountId: id, claims: async () => ({ sub: id }) }
  const grant = await findAppGrant(ctx.db, { id: grantId, now: ctx.now })
  if (grant === undefined || grant.subject.id !== id) return undefined
  const actor =
    grant.subject.kind === 'citizen'
      ? await deps.accounts.citizen(ctx.db, id, { now: ctx.now, actsFor: null })
      : await deps.accounts.staff(ctx.db, id, { now: ctx.now, place: grant.workplace })
  if (actor === undefined) return undefined
  const fhirUser = fhirUserOf(actor, base, grant.patientKey)
  return { accountId: id, claims: async () => ({ sub: id, name: actor.name, ...(fhirUser === null ? {} : { fhirUser }) }) }
}

/**
 * Who signed in, as a resource; null where an app was let in for somebody else's record, because it learns no key of the person's own.
 * @param launched patient key the app was let in for
 */
export function fhirUserOf(actor: Extract<Actor, { kind: 'citizen' | 'staff' }>, base: string, launched: string | null): string | null {
  if (actor.kind === 'staff') return `${base}/Practitioner/${actor.id}`
  const own = actor.keys[0]
  return own === undefined || (launched !== null && !actor.keys.includes(launched)) ? null : `${base}/Patient/${own}`
}
