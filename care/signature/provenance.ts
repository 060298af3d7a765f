/**
 * A signature as FHIR says it: who vouched for which version of a document, with the signature itself.
 * @spec http://hl7.org/fhir/R4/provenance.html, http://hl7.org/fhir/R4/datatypes.html#Signature
 */
import { identifierSystems, type Resource } from '#packages/fhir'
import type { Signature } from './model.ts'

const AUTHOR = { system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1', display: "Author's Signature" }
const ATTESTER = { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'attester', display: 'Attester' }

export function provenanceOf(s: Signature): Resource {
  const who = { display: s.staffName }
  return {
    resourceType: 'Provenance',
    id: s.id,
    target: [{ reference: `${s.type}/${s.resourceId}/_history/${s.version}` }],
    recorded: s.signedAt.toISOString(),
    agent: [
      {
        type: { coding: [ATTESTER] },
        who,
        onBehalfOf: { identifier: { system: identifierSystems.institution, value: s.institutionNumber }, display: s.institutionName },
      },
    ],
    signature: [
      {
        type: [AUTHOR],
        when: s.signedAt.toISOString(),
        who,
        targetFormat: 'application/fhir+json',
        sigFormat: 'application/jose',
        data: Buffer.from(s.jws, 'latin1').toString('base64'),
      },
    ],
  }
}

/** The signatures of one document as a Bundle. */
export const signaturesBundle = (signatures: readonly Signature[]): Resource => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: signatures.map((s) => ({ fullUrl: `urn:enishi:signature:${s.id}`, resource: provenanceOf(s) })),
})
