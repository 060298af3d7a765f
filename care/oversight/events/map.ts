/** Entries of the log as FHIR AuditEvents. Pure. @spec http://hl7.org/fhir/R4/auditevent.html, DICOM PS3.15 A.5 */
import { actorNamed } from '#kernel/audit-entry'
import type { LoggedEntry } from '#kernel/audit-search'
import { refusals } from '#kernel/refusals'
import type { Resource } from '#packages/fhir'
import { fhirAction } from './verbs.ts'
import { type ActionWords, actorKindWords, kindWords, outcomeWords, purposeWords, roleWords, ruleWords } from './words.ts'

const DCM = 'http://dicom.nema.org/resources/ontology/DCM'
const EVENT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type'
const INTERACTION = 'http://hl7.org/fhir/restful-interaction'
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const ENTITY_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role'
const SOURCE_TYPE = 'http://terminology.hl7.org/CodeSystem/security-source-type'
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'
export const ACTION_SYSTEM = 'urn:enishi:audit-action'

type Coding = { system: string; code: string; display: string }

/** The kind of event by how its action begins; first match wins. */
const types: readonly [starts: string, type: Coding][] = [
  ['sign-', { system: DCM, code: '110114', display: 'User Authentication' }],
  ['passkey.', { system: DCM, code: '110113', display: 'Security Alert' }],
  ['recovery', { system: DCM, code: '110113', display: 'Security Alert' }],
  ['emergency', { system: DCM, code: '110113', display: 'Security Alert' }],
  ['disaster', { system: DCM, code: '110113', display: 'Security Alert' }],
  ['bulk.export', { system: DCM, code: '110106', display: 'Export' }],
  ['bulk.import', { system: DCM, code: '110107', display: 'Import' }],
  ['audit.', { system: DCM, code: '110101', display: 'Audit Log Used' }],
  ['record.', { system: EVENT_TYPE, code: 'rest', display: 'RESTful Operation' }],
  ['chart.', { system: DCM, code: '110110', display: 'Patient Record' }],
  ['clinic.', { system: DCM, code: '110110', display: 'Patient Record' }],
  ['citizen.', { system: DCM, code: '110110', display: 'Patient Record' }],
]
const usual: Coding = { system: DCM, code: '110100', display: 'Application Activity' }

export const typeOf = (action: string): Coding => types.find(([starts]) => action.startsWith(starts))?.[1] ?? usual

const interactions: Readonly<Record<string, string>> = {
  'record.read': 'read',
  'record.vread': 'vread',
  'record.search': 'search-type',
  'record.create': 'create',
  'record.update': 'update',
  'record.delete': 'delete',
  'record.history': 'history-instance',
  'record.bundle': 'transaction',
}

/** Refusals that say the platform failed, rather than that it would not. */
export const seriousOutcomes: readonly string[] = Object.entries(refusals)
  .filter(([, row]) => row.status >= 500)
  .map(([code]) => code)

/** @spec http://hl7.org/fhir/R4/valueset-audit-event-outcome.html */
export const fhirOutcome = (outcome: string): '0' | '4' | '8' =>
  outcome === 'success' ? '0' : seriousOutcomes.includes(outcome) ? '8' : '4'

/** The id of an entry as a resource: whose it is and which, for a person's entries stand together. */
export const eventId = ({ key, id }: { key: string; id: string }): string => (key === '' ? id : `${key}.${id}`)

export function placeOfEvent(eventId: string): { key: string; id: string } | null {
  const [, key = '', id = ''] = /^(?:([0-9a-z]{1,36})\.)?([0-9a-z]{26})$/.exec(eventId) ?? []
  return id === '' ? null : { key, id }
}

const purposeOf = (purpose: string) => [{ coding: [{ system: ACT_REASON, code: purpose, display: purposeWords(purpose, 'ja') }] }]

function agents(e: LoggedEntry): object[] {
  const { name, app } = actorNamed(e.actorName)
  const display = name || actorKindWords(e.actorKind, 'ja')
  const role =
    e.actorRole === '' ? [] : [{ coding: [{ system: 'urn:enishi:role', code: e.actorRole, display: roleWords(e.actorRole, 'ja') }] }]
  const identifier = e.actorId === '' ? {} : { identifier: { system: `urn:enishi:${e.actorKind}`, value: e.actorId } }
  const requestor = {
    ...(role.length > 0 ? { role } : {}),
    who: { ...identifier, display },
    ...(e.requestId === '' ? {} : { altId: e.requestId }),
    name: display,
    requestor: true,
    policy: [`urn:enishi:rule:${e.rule === '' ? 'none' : encodeURIComponent(e.rule)}`],
    purposeOfUse: purposeOf(e.purpose),
  }
  const institution = {
    who: {
      identifier: { system: 'http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no', value: e.institutionNumber },
      display: e.institutionName,
    },
    name: e.institutionName,
    requestor: false,
  }
  return [
    requestor,
    ...(app === null ? [] : [{ who: { display: app }, name: app, requestor: false }]),
    ...(e.institutionNumber === '' ? [] : [institution]),
  ]
}

const detail = (type: string, value: string): object[] => (value === '' ? [] : [{ type, valueString: value }])

function entities(e: LoggedEntry, { shows }: Shown): object[] {
  const patient =
    e.key === ''
      ? []
      : [
          {
            what: { reference: `Patient/${e.key}` },
            type: { system: ENTITY_TYPE, code: '1', display: 'Person' },
            role: { system: ENTITY_ROLE, code: '1', display: 'Patient' },
          },
        ]
  const literal = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(e.resource)
  const touched = {
    what: literal ? { reference: e.resource } : { display: e.resource || e.action },
    type: { system: ENTITY_TYPE, code: '2', display: 'System Object' },
    role: e.resource.includes('?')
      ? { system: ENTITY_ROLE, code: '24', display: 'Query' }
      : { system: ENTITY_ROLE, code: '4', display: 'Domain Resource' },
    ...(e.kinds.length > 0 ? { description: e.kinds.map((k) => kindWords(k, 'ja')).join('、') } : {}),
    detail: [
      ...detail('kinds', e.kinds.join(' ')),
      ...(e.count > 0 ? detail('count', String(e.count)) : []),
      ...detail('rule', e.rule),
      ...detail('rule-in-words', e.rule === '' ? '' : ruleWords(e.rule, 'ja')),
      ...detail('consent', e.consentId),
      ...detail('law', e.law),
      ...detail('request', e.requestId),
      ...(shows === 'everything' ? detail('via', e.via) : []),
      ...detail('leaf', e.leafIndex === null ? '' : String(e.leafIndex)),
    ],
  }
  return [...patient, touched]
}

/** `words` names actions; the session or token that somebody else came by is shown to auditors alone. */
export type Shown = { words: ActionWords; shows: 'everything' | 'without-origin' }

/** One entry as a resource. */
export function toAuditEvent(e: LoggedEntry, shown: Shown): Resource {
  const { words } = shown
  const interaction = Object.hasOwn(interactions, e.action) ? interactions[e.action] : undefined
  return {
    resourceType: 'AuditEvent',
    id: eventId(e),
    type: typeOf(e.action),
    subtype: [
      { system: ACTION_SYSTEM, code: e.action, display: words(e.action, 'ja') },
      ...(interaction === undefined ? [] : [{ system: INTERACTION, code: interaction, display: interaction }]),
    ],
    action: fhirAction(e.action),
    recorded: e.at.toISOString(),
    outcome: fhirOutcome(e.outcome),
    ...(e.outcome === 'success' ? {} : { outcomeDesc: `${e.outcome}: ${outcomeWords(e.outcome, 'ja')}` }),
    purposeOfEvent: purposeOf(e.purpose),
    agent: agents(e),
    source: {
      site: 'enishi',
      observer: { display: 'Enishi 縁' },
      type: [{ system: SOURCE_TYPE, code: '4', display: 'Application Server' }],
    },
    entity: entities(e, shown),
  } as Resource
}
