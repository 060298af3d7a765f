/** EHR launch: the patient whose chart was open goes along, once. */
export { launchContexts } from './contexts.ts'
export { pickerPage } from './picker-page.tsx'
export { mayPick, type PatientPicker, patientPicker } from './picker.ts'
export { launchAddress, policyLeadingTo } from './rules.ts'
export { findLaunch, forgetLaunches, type Launch, LAUNCH_MINUTES, launchMigrations, makeLaunch, spendLaunch } from './store.ts'
