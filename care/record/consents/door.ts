import type { Closure, Consent, ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Resource } from '#packages/fhir'
import { requireScope } from '../scopes.ts'
import { keyOfId } from '../ids.ts'
import { tellingsOf } from '../told/hiding.ts'
import { type Change, changedBy } from '../write/patch.ts'
import { closureResource, consentResource, ownPart, readConsent, readEnd, sharingId } from './map.ts'

export type ConsentDoor = ReturnType<typeof consentDoor>

/** Keys that a citizen's Consent may speak of: their own, and through an app only those of the patient it was let in for. */
function keysOf({ actor }: Context): readonly string[] {
  if (actor.kind !== 'citizen') return []
  const launched = actor.app?.patientKeys ?? null
  return launched === null ? actor.keys : actor.keys.filter((key) => launched.includes(key))
}

/**
 * Consents of sharing as FHIR: the person and their apps see all of theirs; an institution what it may see of a patient it names, and
 * never what was refused or closed.
 */
export function consentDoor({ consent, person }: { consent: ConsentService; person: PersonService }) {
  /** @param asked patient keys, null for all that the caller may see */
  async function visible(ctx: Context, asked: readonly string[] | null): Promise<{ consents: Consent[]; closures: Closure[] }> {
    if (ctx.actor.kind === 'citizen') {
      const own = keysOf(ctx)
      if (own.length === 0 || (asked !== null && !asked.some((key) => own.includes(key)))) return { consents: [], closures: [] }
      return { consents: await consent.list(ctx, own), closures: await consent.closing.list(ctx, own) }
    }
    if (institutionOf(ctx.actor) === null || asked === null || ctx.purpose !== 'TREAT') return { consents: [], closures: [] }
    return { consents: (await consent.here(ctx, asked)).filter((one) => one.allowed.length > 0), closures: [] }
  }

  function noted(ctx: Context, consents: readonly Consent[], closures: readonly Closure[]): void {
    const rule = ctx.actor.kind !== 'citizen' ? 'visit-consent' : ctx.actor.actsFor ? 'proxy' : 'own-record'
    for (const one of consents)
      ctx.audit({ key: one.key, rule, consentId: one.id, resource: `Consent/${sharingId.consent(one)}`, count: 1 })
    for (const one of closures)
      ctx.audit({ key: one.key, rule, consentId: one.closureId, resource: `Consent/${sharingId.closure(one)}`, count: 1 })
  }

  const fhirDoor = ({ actor }: Context) => (actor.kind === 'citizen' && actor.app !== undefined ? 'fhir' : 'portal')

  /** One of the person's own, with how it stands now. @refuses not-found also where it is another's */
  async function own(ctx: Context, id: string): Promise<{ consent?: Consent; closure?: Closure; now: Resource }> {
    const found = await visible(ctx, [keyOfId(id)])
    const consent = found.consents.find((one) => ownPart(sharingId.consent(one)) === ownPart(id))
    if (consent) return { consent, now: { ...consentResource(consent, ctx.now), id } }
    const closure = found.closures.find((one) => ownPart(sharingId.closure(one)) === ownPart(id)) ?? refuse('not-found')
    return { closure, now: { ...closureResource(closure), id } }
  }

  return {
    /** Consents of these patients as resources; each is noted. `status`: active or inactive ones alone. */
    async search(
      ctx: Context,
      asked: { keys: readonly string[] | null; ids: readonly string[] | null; status: string | null },
    ): Promise<Resource[]> {
      requireScope(ctx.actor, 'Consent', 's')
      const found = await visible(ctx, asked.keys)
      const fits = (resource: Resource) =>
        (asked.ids === null || asked.ids.includes(String(resource.id))) && (asked.status === null || resource.status === asked.status)
      const consents = found.consents.filter((one) => fits(consentResource(one, ctx.now)))
      const closures = found.closures.filter((one) => fits(closureResource(one)))
      noted(ctx, consents, closures)
      return [...consents.map((one) => consentResource(one, ctx.now)), ...closures.map(closureResource)]
    },

    /** One consent of sharing by its FHIR id. @refuses not-found also where it is another's */
    async read(ctx: Context, id: string): Promise<Resource> {
      requireScope(ctx.actor, 'Consent', 'r')
      const key = keyOfId(id)
      const found = await visible(ctx, [key])
      const consents = found.consents.filter((one) => ownPart(sharingId.consent(one)) === ownPart(id))
      const closures = found.closures.filter((one) => ownPart(sharingId.closure(one)) === ownPart(id))
      noted(ctx, consents, closures)
      const [one] = [...consents.map((c) => consentResource(c, ctx.now)), ...closures.map(closureResource)]
      return one ?? refuse('not-found', { key: key.slice(0, 64) })
    },

    /**
     * Keeps what a person or their app sends: a permission becomes a consent that goes on, a denial closes.
     * @refuses not-permitted, scope-missing, consent-not-supported, not-found for an institution that nobody knows
     */
    async create(ctx: Context, resource: Resource): Promise<Resource> {
      requireScope(ctx.actor, 'Consent', 'c')
      const wanted = readConsent(resource, ctx.now)
      if ('wrong' in wanted) return refuse('consent-not-supported', { what: wanted.wrong })
      if (!keysOf(ctx).includes(wanted.patient)) refuse('not-permitted')
      const door = fhirDoor(ctx)
      if (wanted.do === 'close') {
        const { closing } = wanted
        const alike = closing.what === 'item' ? { alike: await tellingsOf(ctx, keysOf(ctx), closing) } : {}
        return closureResource(await consent.closing.close(ctx, { ...closing, ...alike }, door))
      }
      const [facility] = await person.facilities(ctx, [wanted.institutionNumber])
      const named = facility ?? refuse('consent-not-supported', { what: 'Consent.provision.actor.reference.identifier' })
      return consentResource(await consent.standing.give(ctx, { ...wanted, institutionName: named.name }, door), ctx.now)
    },

    /**
     * Ends what a person or their app sends back as inactive: a permission is withdrawn, a denial opens again. Nothing else about one changes.
     * @param asked the resource as it shall be, or what shall change in it
     * @refuses not-found, not-permitted, scope-missing, consent-not-supported, consent-ended, resource-invalid for a patch that does not fit
     */
    async end(ctx: Context, id: string, asked: Resource | Change): Promise<Resource> {
      requireScope(ctx.actor, 'Consent', 'u')
      const { consent: given, closure, now } = await own(ctx, id)
      if (now.status !== 'active') refuse('consent-ended')
      const read = readEnd(now, 'resourceType' in asked ? asked : changedBy(now, asked))
      if ('wrong' in read) return refuse('consent-not-supported', { what: read.wrong })
      if (given) return { ...consentResource(await consent.withdraw(ctx, given.id, fhirDoor(ctx)), ctx.now), id }
      await consent.closing.reopen(ctx, closure!.closureId, fhirDoor(ctx))
      return { ...closureResource({ ...closure!, endedAt: ctx.now }), id }
    },
  }
}
