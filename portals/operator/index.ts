/** The door of the operator's portal: registers of facilities, staff and systems, and what needs somebody's hand. */
export { type OperatorDeps, operatorRoutes } from './routes.tsx'
export { legalBasisRows } from './legal-bases/rows.ts'
export { questionDeskRows } from './questions/rows.ts'
