/** The door of validation: what is wrong with a resource, asked before it is sent. */
export { type ValidationDeps, validationRoutes } from './routes.ts'
