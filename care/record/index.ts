/** The door of the record: submissions, single resources, search, history, the chart. */
export { type DepositReceipt, judge, MAX_UPLOAD_BYTES } from './deposit.ts'
export type { Seen, StoredResource } from './model.ts'
export { recordRoutes } from './routes.ts'
export { recordMigrations } from './schema.ts'
export { scopeAllows } from './scopes.ts'
export { type Chart, type RecordService, recordService } from './service.ts'
export * from './present/index.ts'
