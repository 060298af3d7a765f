/** Structure definitions and other conformance resources: base R4, and the packages an operator loads. */
export { baseDefinitions } from './base.ts'
export { canonicalOf, compareVersions, matchesVersion, parseCanonical } from './canonical.ts'
export { definitionsOf, entryOf, makeDefinitions, type Entry } from './registry.ts'
export type * from './model.ts'
export { type LoadedPackage, type PackageFailure, type PackageFile, readFiles, withPackages } from './package.ts'
export { loadPackages, readPackage, readPackageFolder, readPackages } from './package-files.ts'
