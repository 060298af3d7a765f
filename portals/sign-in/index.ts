/** The door of sign-in: front page, sign-in of people and staff, tokens of systems. */
export { AppEnded, type ConnectedApp, ConnectedApps, connectedApps, connectedJson, EndApp, endConnected } from './consent/index.ts'
export type { CardCheck, DemoDoor } from './model.ts'
export { assertionAlgorithms } from './oauth.ts'
export { signInRoutes } from './routes.ts'
export type { SignInDeps } from './row-terms.ts'
export { forgetLaunches, launchAddress, makeLaunch, policyLeadingTo } from './launch/index.ts'
export { BadPasswordList, knownPasswords } from './password/known.ts'
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
export { ClonedNotice, Devices, Lately, NewPasskey, Passkeys } from './security/parts.tsx'
export { type SecurityDeps, securityRows, subjectOf } from './security/rows.ts'
export { type SecurityView, securityJson, securityView } from './security/view.ts'
export { againHref, citizenStepUp, isProven, staffStepUp } from './step-up/rules.ts'
export { deskOf, type DeskDevice, endDesk, type ListedDesk, listDesks, nameDesk } from './desk/store.ts'
export { outsideClient } from './outside/client.ts'
export type { OutsideAudience, OutsideLink, OutsideSettings } from './outside/model.ts'
export { OutsideEntry } from './outside/page.tsx'
export type { OutsideClients } from './outside/service.ts'
export { outsideSettings } from './outside/settings.ts'
export { enterOutsideLink, dropOutsideLink } from './outside/service.ts'
export { outsideLinksOf } from './outside/store.ts'
export { recoveryCodesLeft } from './recovery/store.ts'
