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
  replaceAppGrants,
  updateApp,
} from './store/app.ts'
export type { AppSaved, GivenApp } from './app-register.ts'
export type { ClientSaved, NewClient } from './client-register.ts'
export { type GivenRegistration, judgeRegistration, type Registered, registerCard, whoRegisters } from './first-registration.ts'
export { facilityKinds, isDay, judgeInstitutionNumber, plainNumber } from './facility-rules.ts'
export { judgeKeyEnd } from './key-ends.ts'
export { type Finding, judgeKeys } from './key-rules.ts'
export {
  type Assignment,
  type Change,
  type ClientEntry,
  type ClientKey,
  type Department,
  type FacilityEntry,
  type Licence,
  type LicenceKind,
  licenceKinds,
  type StaffEntry,
} from './register-model.ts'
export { facilityColumns, type Misfit, MOST_LINES, staffColumns } from './register-csv.ts'
export type { TableDone } from './register-import.ts'
export { registers, type Registers, WARN_DAYS } from './register-service.ts'
export { reachOf, type Saved } from './registers.ts'
export { licencesFor, licensed, type NewStaff, staffRoles } from './staff-rules.ts'
export type { FacilityLine } from './store/facility.ts'
export { certificateRetiredAt, endedKeys, insertClient, updateClientBinding } from './store/client.ts'
export { sealStoredTotp } from './totp-at-rest.ts'
export { openPending, sealPending, sealTotpWith } from './totp-seal.ts'
export { hashPassword, newTotpSecret, totpStep } from './credentials.ts'
export { insertAssignment, staffRolesAt, type Workplace, workplacesOf } from './store/staff.ts'
export { findStaffSignIn, setStaffSecrets, type StaffSignIn } from './store/staff-secrets.ts'
export type { BindingPolicy, Facility, FacilityKind, NewPerson, Person, Resolution, Staff, Stated, SystemClient } from './model.ts'
export { bindingDemanded, foldName } from './rules.ts'
export { accounts, accountsOf, type PersonService, personService } from './service.ts'
export { type CaseView, whoStays } from './cases.ts'
export { markBases, type NewMark } from './marks.ts'
export { protectedKeys } from './store/proxy.ts'
export type {
  Case,
  Decided,
  Decision,
  DecisionReason,
  IdentityPart,
  IdentityValues,
  Membership,
  Side,
  Source,
  Statement,
} from './people-model.ts'
export { decisionReasons, identityParts, sources } from './people-model.ts'
export { closeness, type Closeness } from './closeness.ts'
export { sameName, type Tie, tieKinds } from './rules/closeness.ts'
export type { Watch, WatchKind } from './store/watch.ts'
export type { ProxyView } from './proxies.ts'
export { calledName, coversIn, coversOn } from './rules/history.ts'
export { findings, type FindingId, thresholds } from './rules/matching.ts'
export { ageOn, type WhyNotProxy } from './rules/proxy.ts'
export { giveChartNumbers } from './chart-numbers.ts'
export { type Card, type CardBasis, type CardEvent, type CardHolder, type CardLink, type CardState, stateOf } from './card-model.ts'
export { liveHolder } from './cards.ts'
export { around, type PersonAround, type StaffAround } from './store/around.ts'
export { linkCard } from './store/card.ts'
export {
  chartNumberOf,
  chartNumbersOf,
  keyOfChartNumber,
  keysOfChartNumbers,
  keysWithChartNumber,
  type NumberHere,
  numbersHere,
  setChartNumber,
} from './store/chart-number.ts'
export { insertFacilities, insertStaff, personMigrations } from './store.ts'
export { AGE_SPREAD, type Asked, isEnough, isUnreadBirth, readRemembered, type Remembered } from './sought/asked.ts'
export { soughtKeys, soughtPairs } from './sought/names.ts'
export { findsByAddress, type Fit, fitOf, isCandidate, isLikely, MOST_FOUND, type Sought } from './sought/scoring.ts'
export { indexSought, seek, soughtJob } from './sought/service.ts'
export type { FoundPerson } from './sought/store.ts'
export { type Area, countPeople, facilitiesIn, othersAs, peopleAfter, type Walked } from './store/area.ts'
