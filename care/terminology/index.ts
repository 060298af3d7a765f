/** The door of terminology: masters of the operator, what they mean, and the search over them. */
export { findLayout, type Layout, layouts } from './layouts/index.ts'
export { DayTaken, dropMaster, type Loaded, loadMaster, type Order } from './load.ts'
export { type Hit, type Misfit, MisfitFile, type Release, type Term } from './model.ts'
export { dayOf, holdingOn } from './rules.ts'
export { terminologyMigrations } from './schema.ts'
export { findReleases } from './store.ts'
