/** The door of the FHIR package: R4 structure, search parameters, and the Japanese submission rules. Pure; no database, no network. */
export * from './model.ts'
export * from './clins/index.ts'
