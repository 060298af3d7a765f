import type { Resolution } from '#care/person'
import { addresseeOf, type Resource, type Items, dateRange, type InformationKind, referTo, sameNumbers, textOf } from '#packages/fhir'
import { newResourceId } from './ids.ts'
import { indexRows } from './index-rows.ts'
import type { WrittenRow } from './store.ts'

/** Start of a FHIR date in Japan, or null where there is none or it is no date. */
export const startOf = (date: string | null): Date | null => {
  const range = date === null ? null : dateRange(date)
  return range && new Date(range.lo)
}

/** The resource with id, version and instant of this platform; the rest of meta (profile, tag, security) as sent. */
export function stamped(resource: Resource, stamp: { id: string; version: number; at: Date }): Resource {
  const { resourceType, id: _id, meta, ...rest } = resource
  const sent = meta !== null && typeof meta === 'object' && !Array.isArray(meta) ? meta : {}
  const own = { ...sent, versionId: String(stamp.version), lastUpdated: stamp.at.toISOString() }
  return sameNumbers(resource, { resourceType, id: stamp.id, meta: own, ...rest })
}

/** Says whose the resource is where the sender named the patient by identifier alone. */
export function withPatient(resource: Resource, reference: string): Resource {
  for (const name of ['subject', 'patient', 'beneficiary']) {
    const subject = resource[name]
    if (subject !== null && typeof subject === 'object' && !Array.isArray(subject) && subject.reference === undefined) {
      return sameNumbers(resource, { ...resource, [name]: { reference, ...subject } })
    }
  }
  return resource
}

/** The rows that an accepted submission becomes, each with an id of the person's shard. */
export function depositRows(items: Items, about: { person: Resolution; depositId: string; source: string; now: Date }): WrittenRow[] {
  const { key } = about.person
  const patient = `Patient/${key}`
  return items.items.map(({ resource, kind, flags, clinicalDate }) => {
    const pointed =
      resource.resourceType === 'Bundle' || items.fullUrl === null
        ? resource
        : withPatient(referTo(resource, items.fullUrl, patient), patient)
    const id = newResourceId(key, about.now)
    const body = stamped(pointed, { id, version: 1, at: about.now })
    return {
      key,
      type: resource.resourceType,
      id,
      version: 1,
      lastUpdated: about.now,
      deleted: false,
      kind,
      source: about.source,
      depositId: about.depositId,
      uninformed: flags.uninformed,
      undelivered: flags.undelivered,
      longTerm: flags.longTermStorage,
      addressee: addressee(kind, resource),
      registeredAt: about.now,
      clinicalAt: startOf(clinicalDate),
      body: textOf(body),
      index: indexRows(body, key),
    }
  })
}

function addressee(kind: InformationKind, resource: Resource): string | null {
  return kind === 'letter' && resource.resourceType === 'Bundle' ? (addresseeOf(resource)?.institutionNumber ?? null) : null
}
