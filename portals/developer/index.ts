/** The door of the developers' portal: guide, check of files, playground for queries, list of search parameters. */
export type { CheckWith } from './check-routes.tsx'
export { type Deps, developerRoutes } from './routes.tsx'
