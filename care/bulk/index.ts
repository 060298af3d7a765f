/** The door of bulk export and import. */
export { bulkRoutes } from './routes.ts'
export { type LineMaker, type MakeAsked, type MakeDone, makeLines } from './making.ts'
export { bulkMigrations } from './schema.ts'
export { type BulkDeps, type BulkService, bulkService } from './service.ts'
export type { Clients, Worker } from './worker.ts'
