/** The door of the auditors' portal. */
export { type AuditorDeps, auditorRoutes } from './routes.tsx'
