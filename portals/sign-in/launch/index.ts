/** EHR launch: the patient whose chart was open goes along, once. */
export { launchAddress, policyLeadingTo } from './rules.ts'
export { findLaunch, forgetLaunches, type Launch, LAUNCH_MINUTES, launchMigrations, makeLaunch, spendLaunch } from './store.ts'
