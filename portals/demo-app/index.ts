/** The door of the example app. */
export { DEMO_APP, demoApp } from './entry.ts'
export { demoAppRows } from './rows.ts'
