/** The door of the developers' portal: guide, playground for queries, list of search parameters. */
export { type Deps, developerRoutes } from './routes.tsx'
