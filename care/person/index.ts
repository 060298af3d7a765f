/** The door of the registers: people, their keys and member ids, facilities, staff, system clients, cards. */
export { insertClient, updateClientBinding } from './store/client.ts'
export { hashPassword, newTotpSecret } from './credentials.ts'
export type { BindingPolicy, Facility, FacilityKind, NewPerson, Person, Resolution, Staff, Stated, SystemClient } from './model.ts'
export { bindingDemanded, foldName } from './rules.ts'
export { accounts, accountsOf, type PersonService, personService } from './service.ts'
export { insertFacilities, insertStaff, linkCard, personMigrations } from './store.ts'
