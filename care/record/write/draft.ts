import type { ItemKind } from '#care/consent'
import { type Context, institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { clinicalDate, firstText, flagsOf, identifierSystems, informationKind, type Resource, textOf, values } from '#packages/fhir'
import { stamped, startOf } from '../drafts.ts'
import { indexRows } from '../index-rows.ts'
import { statedNumber, withoutOwnNumbers } from '../own-number/rules.ts'
import type { WrittenRow } from '../store.ts'

export type Place = {
  /** Patient key, or the resource's own id. */
  key: string
  id: string
  version: number
  /** `person` where the key is a patient's. */
  of: 'person' | 'shared' | 'institution'
}

/** The row that a sound resource becomes in the caller's institution. @refuses institution-mismatch, input-invalid */
export function draftOf(ctx: Pick<Context, 'actor' | 'now'>, resource: Resource, place: Place): WrittenRow {
  const source = institutionOf(ctx.actor) ?? ''
  if (resource.resourceType === 'Provenance') requireOwnName(source, resource)
  const ownNumber = resource.resourceType === 'Patient' ? statedNumber(resource, source) : null
  const kept = resource.resourceType === 'Patient' ? withoutOwnNumbers(resource) : resource
  const body = stamped(kept, { id: place.id, version: place.version, at: ctx.now })
  const flags = flagsOf(resource)
  return {
    key: place.key,
    type: resource.resourceType,
    id: place.id,
    version: place.version,
    lastUpdated: ctx.now,
    deleted: false,
    kind: kindOf(resource, place),
    source,
    depositId: null,
    uninformed: flags.uninformed,
    undelivered: flags.undelivered,
    longTerm: flags.longTermStorage,
    addressee: null,
    registeredAt: ctx.now,
    clinicalAt: startOf(clinicalDate(resource)),
    body: textOf(body),
    index: indexRows(body, place.of === 'person' ? place.key : null),
    ...(ownNumber ? { ownNumber } : {}),
  }
}

function kindOf(resource: Resource, place: Place): ItemKind {
  if (place.of === 'shared') return 'shared'
  if (place.of === 'institution') return 'other'
  return resource.resourceType === 'Patient' ? 'patient' : (informationKind(resource) ?? 'other')
}

/** Who testifies where something comes from does so in its own name. @refuses institution-mismatch */
function requireOwnName(own: string, provenance: Resource): void {
  for (const agent of values(provenance, 'agent')) {
    for (const named of [...values(agent, 'who', 'identifier'), ...values(agent, 'onBehalfOf', 'identifier')]) {
      const sent = firstText(named, 'value') ?? ''
      if (firstText(named, 'system') === identifierSystems.institution && sent !== own) refuse('institution-mismatch', { sent, own })
    }
  }
}
