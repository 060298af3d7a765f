import { isResourceType, type Resource, resourceTypes, searchParametersFor } from '#packages/fhir'
import { topicUrl } from './resource.ts'

const R5 = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic'

const abstract = new Set(['Resource', 'DomainResource', 'Bundle', 'Parameters', 'OperationOutcome', 'Subscription', 'Binary', 'AuditEvent'])

/** Types whose changes are told. */
export const topicTypes: readonly string[] = resourceTypes.filter((type) => !abstract.has(type))

/**
 * The topic of a type, as the Basic that R4 has for it: every creation, update and deletion, filtered by any search parameter.
 * @spec Subscriptions R5 Backport, SubscriptionTopic in R4 as Basic with the cross-version extensions
 */
export function topicOf(base: string, type: string): Resource | undefined {
  if (!isResourceType(type) || !topicTypes.includes(type)) return undefined
  const trigger = [
    { url: 'resource', valueUri: `http://hl7.org/fhir/StructureDefinition/${type}` },
    ...['create', 'update', 'delete'].map((code) => ({ url: 'supportedInteraction', valueCode: code })),
  ]
  const filters = searchParametersFor(type).map(({ code }) => ({
    url: `${R5}.canFilterBy`,
    extension: [
      { url: 'resource', valueUri: `http://hl7.org/fhir/StructureDefinition/${type}` },
      { url: 'filterParameter', valueString: code },
    ],
  }))
  return {
    resourceType: 'Basic',
    id: type,
    extension: [
      { url: `${R5}.url`, valueUri: topicUrl(base, type) },
      { url: `${R5}.title`, valueString: `${type}: created, updated, deleted` },
      { url: `${R5}.status`, valueCode: 'active' },
      { url: `${R5}.resourceTrigger`, extension: trigger },
      ...filters,
    ],
    code: { coding: [{ system: 'http://hl7.org/fhir/fhir-types', code: 'SubscriptionTopic' }] },
  }
}
