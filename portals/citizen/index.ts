/** The door of the person's portal. */
export { type CitizenDeps, citizenRoutes } from './routes.tsx'
