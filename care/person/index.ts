/** The door of the registers: people, their keys and member ids, facilities, staff, system clients, cards. */
export { appAccessOf } from './app-access.ts'
export type { AppAuthMethod, AppClient, AppGrant, AppGrantType, AppKind, AppSubject, FoundApp } from './app-model.ts'
export {
  endApp,
  endAppGrant,
  findApp,
  findAppGrant,
  insertApp,
  insertAppGrant,
  listAppGrants,
  listApps,
  noteAppGrantUsed,
  updateApp,
} from './store/app.ts'
export { insertClient, updateClientBinding } from './store/client.ts'
export { hashPassword, newTotpSecret, totpStep } from './credentials.ts'
export { findStaffSignIn, setStaffSecrets, type StaffSignIn } from './store/staff-secrets.ts'
export type { BindingPolicy, Facility, FacilityKind, NewPerson, Person, Resolution, Staff, Stated, SystemClient } from './model.ts'
export { bindingDemanded, foldName } from './rules.ts'
export { accounts, accountsOf, type PersonService, personService } from './service.ts'
export { type Card, type CardBasis, type CardEvent, type CardHolder, type CardLink, type CardState, stateOf } from './card-model.ts'
export { liveHolder } from './cards.ts'
export { linkCard } from './store/card.ts'
export { insertFacilities, insertStaff, personMigrations } from './store.ts'
