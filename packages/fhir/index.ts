/** The door of the FHIR package: R4 structure, search parameters, and the Japanese submission rules. Pure; no database, no network. */
export * from './model.ts'
export { type DateRange, dateRange, daysInMonth } from './dates.ts'
export { jsonOf, sameNumbers, textOf } from './decimals.ts'
export {
  baseDefinitions,
  type Definitions,
  type LoadedPackage,
  loadPackages,
  makeDefinitions,
  readPackage,
  readPackages,
  type StructureDefinition,
  withPackages,
} from './definition/index.ts'
export { hasError, operationOutcome, ruleSystem } from './outcome.ts'
export { type Parsed, type ParseLimits, parseJson } from './parse.ts'
export { parseReference, type ReferenceTarget, referenceType, textsNamed } from './references.ts'
export {
  accessorsOf,
  compileParameter,
  compositesFor,
  extractIndex,
  type SearchParameter,
  searchParametersFor,
  storedUnder,
} from './search.ts'
export type { Component, Composite } from './search-composite.ts'
export type * from './search-values.ts'
export { elementsOf, isA, isPrimitive, isResourceType, namesOfType, resourceTypes, valueSetOf } from './shapes.ts'
export {
  type CodeSystemView,
  codingJson,
  type Concept,
  designationJson,
  expansionJson,
  makeTerminology,
  propertyValue,
  type Terminology,
} from './terminology/index.ts'
export { makeValidator, type Validator, validateResource } from './validate/index.ts'
export * from './fhirpath/index.ts'
export * from './patch/index.ts'
export { type Checked, type Checker, type CheckOptions, checkResource, checkText } from './check/index.ts'
export { locate } from './locate/index.ts'
export { foldText } from './text.ts'
export { isSubsetted, project, projectBundle, type Projection } from './summary/project.ts'
export { parseXml } from './xml/read.ts'
export { toXml } from './xml/write.ts'
export * from './clins/index.ts'
