/** The door of the pages that anybody may read. */
export { type OperatorFacts, operatorFacts } from './operator-facts.ts'
export { publicJobs, publicRoutes, type PublicDeps } from './rows.ts'
export { publicMigrations } from './schema.ts'
export type { Outside } from './transparency-page.tsx'
