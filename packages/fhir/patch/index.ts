/** Partial updates: JSON Patch, FHIRPath Patch, and what neither may change. */
export { applyFhirPathPatch } from './fhirpath-patch.ts'
export { changedImmutable } from './immutable.ts'
export { applyJsonPatch } from './json-patch.ts'
export type { Patched, PatchLimits } from './patch-finding.ts'
