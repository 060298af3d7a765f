import { resourceTypes, searchParametersFor } from '#packages/fhir'
import { ownTypes, patientReferences, sharedTypes } from './ids.ts'
import { searchCapability } from './search/capability.ts'

/** What the FHIR surface offers, made from the same tables that the rows read. @spec FHIR R4 CapabilityStatement */
export function capabilityStatement(base: string, version: string): object {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-11-22',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    software: { name: 'Enishi', version },
    implementation: { description: 'Enishi 縁', url: base },
    rest: [
      {
        mode: 'server',
        security: {
          service: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }] }],
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: [{ url: 'token', valueUri: base.replace(/\/fhir\/R4$/, '/oauth/token') }],
            },
          ],
        },
        interaction: [{ code: 'transaction' }, { code: 'batch' }, { code: 'search-system' }],
        operation: [{ name: 'submit', definition: 'urn:enishi:operation:submit' }],
        resource: resourceTypes
          .filter((type) => !['Bundle', 'Parameters', 'OperationOutcome', 'DomainResource', 'Resource'].includes(type))
          .map(ofType),
      },
    ],
  }
}

/** Types that are shared, or that name in one of the known elements whose they are. */
function isWritable(type: string): boolean {
  if (ownTypes.has(type)) return false
  if (type === 'Patient' || sharedTypes.has(type)) return true
  const path = new RegExp(`\\b${type}\\.(${patientReferences.join('|')})\\b`)
  return searchParametersFor(type).some((p) => path.test(p.expression ?? ''))
}

function ofType(type: string): object {
  const read = ['read', 'vread', 'history-instance', 'search-type']
  const write = !isWritable(type) ? [] : type === 'Patient' ? ['create', 'update'] : ['create', 'update', 'delete']
  return {
    type,
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: type !== 'Patient' && isWritable(type),
    conditionalCreate: isWritable(type),
    referencePolicy: sharedTypes.has(type) ? ['literal'] : ['literal', 'logical'],
    interaction: [...read, ...write].map((code) => ({ code })),
    ...searchCapability(type),
  }
}
