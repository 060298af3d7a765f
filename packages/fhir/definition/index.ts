/** Structure definitions and other conformance resources: base R4, and the packages an operator loads. */
export { baseDefinitions } from './base.ts'
export { canonicalOf, compareVersions, matchesVersion, parseCanonical } from './canonical.ts'
export { definitionsOf, entryOf, makeDefinitions, type Entry } from './registry.ts'
export type * from './model.ts'
