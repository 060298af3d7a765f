/** The door of the registers: people, their keys and member ids, facilities, staff, system clients, cards. */
export { hashPassword, newTotpSecret } from './credentials.ts'
export type { Facility, FacilityKind, NewPerson, Person, Resolution, Staff, Stated, SystemClient } from './model.ts'
export { foldName } from './rules.ts'
export { accounts, type PersonService, personService } from './service.ts'
export { insertClient, insertFacilities, insertStaff, linkCard, personMigrations } from './store.ts'
