/** The door of sign-in: front page, sign-in of people and staff, tokens of systems. */
export type { CardCheck, DemoDoor } from './model.ts'
export { assertionAlgorithms } from './oauth.ts'
export { signInRoutes } from './routes.ts'
export type { SignInDeps } from './row-terms.ts'
export { safeNext } from './rules.ts'
export { signInMigrations } from './store.ts'
export {
  type Invitation,
  type InvitationKind,
  endInvitations,
  issueInvitation,
  openInvitation,
  openInvitations,
  spacedToken,
} from './invitation/store.ts'
export { endEveryWay, issueRecovery, issueStaffInvitation, lockedFor, unlock } from './recovery/service.ts'
