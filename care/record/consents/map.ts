/**
 * Consents of sharing as FHIR and back. Pure. Only what the platform can keep is read; anything else is named, never passed over: a consent
 * that is half understood opens or closes something nobody meant.
 * @spec http://hl7.org/fhir/R4/consent.html
 */
import { type Closing, type Closure, type Consent, isOpenEnded, whatIsClosed } from '#care/consent'
import { addDays, dateInJapan } from '#kernel/japan'
import { isObject, type Json, type JsonObject, type Resource } from '#packages/fhir'

const INSTITUTION = 'http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no'
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'
/** Kinds of information as codes of this platform. */
export const KIND = 'urn:enishi:information-kind'
/** Version of the words that the person was shown. */
const TEXT = 'urn:enishi:consent-text:'

/** Ids of consents: the patient key tells whose it is, as with every id of the record. */
export const sharingId = {
  consent: ({ key, id }: Pick<Consent, 'key' | 'id'>): string => `${key}.sharing-${id}`,
  closure: ({ key, closureId }: Pick<Closure, 'key' | 'closureId'>): string => `${key}.closure-${closureId}`,
}
/** The part of an id behind the key: a person's consent stands under each of their keys. */
export const ownPart = (id: string): string => id.slice(id.indexOf('.') + 1)

const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const institution = (number: string, name: string) => ({
  role: coded('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'PRCP'),
  reference: { identifier: { system: INSTITUTION, value: number }, ...(name === '' ? {} : { display: name }) },
})
const common = (about: { id: string; key: string; active: boolean; at: Date; changed: Date }) => ({
  resourceType: 'Consent',
  id: about.id,
  meta: { lastUpdated: about.changed.toISOString() },
  status: about.active ? 'active' : 'inactive',
  scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
  category: [coded('http://loinc.org', '59284-0')],
  patient: { reference: `Patient/${about.key}` },
  dateTime: about.at.toISOString(),
  performer: [{ reference: `Patient/${about.key}` }],
})

/** The last day of a standing consent; a visit's end as an instant; nothing where it has none. */
const endOf = ({ until, basis }: Consent): { end?: string } =>
  isOpenEnded(until) ? {} : { end: basis === 'standing' ? addDays(dateInJapan(until), -1) : until.toISOString() }

/**
 * A consent as a permission; what was refused at a reader is not in it: nothing that no provision permits is open. Where nothing is left that it
 * allows it is a denial of what was refused, because a permission without kinds would read as one of all.
 */
export function consentResource(c: Consent, now: Date): Resource {
  const changed = c.withdrawnAt ?? c.givenAt
  const isPermit = c.allowed.length > 0
  const kinds = isPermit ? c.allowed : c.refused
  return {
    ...common({ id: sharingId.consent(c), key: c.key, active: c.withdrawnAt === null && c.until > now, at: c.givenAt, changed }),
    policy: [{ uri: `${TEXT}${c.textVersion}` }],
    provision: {
      type: isPermit ? 'permit' : 'deny',
      period: { start: c.givenAt.toISOString(), ...(c.withdrawnAt === null ? endOf(c) : { end: c.withdrawnAt.toISOString() }) },
      actor: [institution(c.institutionNumber, c.institutionName)],
      purpose: [{ system: REASON, code: c.purpose }],
      ...(kinds.length > 0 ? { class: kinds.map((code) => ({ system: KIND, code })) } : {}),
    },
  }
}

/** What a person keeps closed, as a denial; an absolute one denies emergency treatment too. */
export function closureResource(c: Closure): Resource {
  const what = whatIsClosed(c)
  const purposes = c.absolute ? ['TREAT', 'ETREAT'] : ['TREAT']
  return {
    ...common({ id: sharingId.closure(c), key: c.key, active: c.endedAt === null, at: c.since, changed: c.endedAt ?? c.since }),
    policy: [{ uri: `${TEXT}closing/1` }],
    provision: {
      type: 'deny',
      period: { start: c.since.toISOString(), ...(c.endedAt === null ? {} : { end: c.endedAt.toISOString() }) },
      ...(what === 'institution' ? { actor: [institution(c.institutionNumber, '')] } : {}),
      purpose: purposes.map((code) => ({ system: REASON, code })),
      ...(what === 'item' ? { data: [{ meaning: 'instance', reference: { reference: `${c.type}/${c.id}` } }] } : {}),
    },
  }
}

export type Wanted =
  | { do: 'give'; patient: string; institutionNumber: string; kinds: string[]; purpose: string; until: string | null }
  | { do: 'close'; patient: string; closing: Closing & { absolute: boolean } }

/** Elements that a person's app need not send back as they were: what the server says of itself, and what is to change. */
const unread = new Set(['status', 'meta', 'text', 'id', 'resourceType'])

/**
 * What somebody wants of a consent that is there, by the resource as they want it: to end it, which is all that can be done to one. Anything
 * else that they changed is named; another consent is a new one.
 */
export function readEnd(before: Resource, after: Resource): { end: true } | { wrong: string } {
  if (after.resourceType !== 'Consent' || after.id !== before.id) return { wrong: 'Consent.id' }
  if (after.status !== 'inactive') return { wrong: 'Consent.status (inactive)' }
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const touched = [...names].find((name) => !unread.has(name) && !same(before[name], after[name]))
  return touched === undefined ? { end: true } : { wrong: `Consent.${touched.slice(0, 40)}` }
}

/** Equal whatever the order of members. */
function same(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, n) => same(one, b[n]))
  if (!isObject(a) || !isObject(b)) return a === b
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => same(a[name], b[name]))
}

const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** Elements that are read; any other in a provision may narrow or widen it, and is not guessed at. */
const known = ['type', 'period', 'actor', 'purpose', 'class', 'data', 'id']

function institutionIn(provision: JsonObject): string | null | { wrong: string } {
  const actors = list(provision.actor)
  if (actors.length === 0) return null
  if (actors.length > 1) return { wrong: 'Consent.provision.actor (one)' }
  const identifier = object(object(object(actors[0]).reference).identifier)
  if (identifier.system !== INSTITUTION || !/^\d{10}$/.test(text(identifier.value)))
    return { wrong: 'Consent.provision.actor.reference.identifier' }
  return text(identifier.value)
}

const codes = (values: readonly Json[], system: string): string[] | null => {
  const read = values.map((value) => (object(value).system === system ? text(object(value).code) : ''))
  return read.includes('') ? null : read
}

/** What a Consent asks for, or the element that cannot be taken. */
export function readConsent(resource: Resource, now: Date): Wanted | { wrong: string } {
  if (resource.resourceType !== 'Consent') return { wrong: 'resourceType' }
  if (resource.status !== 'active') return { wrong: 'Consent.status (active)' }
  const scope = list(object(resource.scope).coding).map((coding) => text(object(coding).code))
  if (!scope.includes('patient-privacy')) return { wrong: 'Consent.scope (patient-privacy)' }
  const [, patient = ''] = /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(text(object(resource.patient).reference)) ?? []
  if (patient === '') return { wrong: 'Consent.patient' }
  const provision = object(resource.provision)
  const odd = Object.keys(provision).find((name) => !known.includes(name))
  if (odd !== undefined) return { wrong: `Consent.provision.${odd.slice(0, 40)}` }
  const start = text(object(provision.period).start)
  if (start !== '' && !(Date.parse(start) <= now.getTime())) return { wrong: 'Consent.provision.period.start' }
  const number = institutionIn(provision)
  if (number !== null && typeof number === 'object') return number
  const purposes = codes(list(provision.purpose), REASON)
  if (purposes === null || purposes.length === 0) return { wrong: 'Consent.provision.purpose' }
  if (provision.type === 'permit') return permit(provision, { patient, number, purposes })
  return provision.type === 'deny' ? deny(provision, { patient, number, purposes }) : { wrong: 'Consent.provision.type' }
}

type Read = { patient: string; number: string | null; purposes: readonly string[] }

function permit(provision: JsonObject, { patient, number, purposes }: Read): Wanted | { wrong: string } {
  if (number === null) return { wrong: 'Consent.provision.actor' }
  if (provision.data !== undefined) return { wrong: 'Consent.provision.data' }
  if (purposes.length !== 1) return { wrong: 'Consent.provision.purpose (one)' }
  const kinds = codes(list(provision.class), KIND)
  if (kinds === null || kinds.length === 0) return { wrong: `Consent.provision.class (${KIND})` }
  const end = object(provision.period).end
  if (end !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(text(end))) return { wrong: 'Consent.provision.period.end (YYYY-MM-DD)' }
  return { do: 'give', patient, institutionNumber: number, kinds, purpose: purposes[0]!, until: end === undefined ? null : text(end) }
}

function deny(provision: JsonObject, { patient, number, purposes }: Read): Wanted | { wrong: string } {
  if (provision.class !== undefined) return { wrong: 'Consent.provision.class' }
  if (object(provision.period).end !== undefined) return { wrong: 'Consent.provision.period.end' }
  const sorted = [...purposes].sort().join(' ')
  if (sorted !== 'TREAT' && sorted !== 'ETREAT TREAT') return { wrong: 'Consent.provision.purpose (TREAT, or TREAT and ETREAT)' }
  const absolute = sorted !== 'TREAT'
  const data = list(provision.data)
  if (data.length === 0) {
    const closing: Closing = number === null ? { what: 'everything' } : { what: 'institution', institutionNumber: number }
    return { do: 'close', patient, closing: { ...closing, absolute } }
  }
  const [, type = '', id = ''] = /^([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(text(object(object(data[0]).reference).reference)) ?? []
  if (data.length > 1 || object(data[0]).meaning !== 'instance' || id === '' || number !== null) return { wrong: 'Consent.provision.data' }
  return { do: 'close', patient, closing: { what: 'item', type, id, absolute } }
}
