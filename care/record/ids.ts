import { ulid } from '#kernel/id'

/** Resource types that belong to no person; sharded by their own id and readable by everyone who signed in. */
export const sharedTypes: ReadonlySet<string> = new Set([
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'Endpoint',
  'Medication',
  'Substance',
  'CodeSystem',
  'ValueSet',
  'ConceptMap',
  'StructureDefinition',
  'SearchParameter',
  'Questionnaire',
  'PlanDefinition',
  'ActivityDefinition',
  'Library',
  'Measure',
])

/** Types whose rows are made by the platform's own services; nobody writes them as plain resources. */
export const ownTypes: ReadonlySet<string> = new Set([
  'AuditEvent',
  'Consent',
  'Subscription',
  'Parameters',
  'OperationOutcome',
  'CapabilityStatement',
])

/** Elements that say whose a resource is. */
export const patientReferences = ['subject', 'patient', 'beneficiary', 'for', 'individual', 'candidate'] as const

/** A server-assigned id tells its own shard: `<key>.<ulid>`, a Patient's is the key itself. */
export const keyOfId = (id: string): string => id.split('.', 1)[0]!

export const newResourceId = (key: string, at: Date): string => `${key}.${ulid(at.getTime())}`

/** Whether the server itself might have given an id of this form: nobody's choice stands in the register of chosen ids then. */
export const isOfServer = (id: string): boolean => /^(?:[0-9a-hjkmnp-tv-z]{20}|[0-9a-hjkmnp-tv-z]{26})(?:\.|$)/.test(id)
