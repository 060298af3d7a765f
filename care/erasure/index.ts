/** The door of erasure: wishes that data be used no more or erased, what came of them, and the backups that still hold it. */
export { erasureJobs } from './jobs.ts'
export type { CaseState, Certificate, ErasureCase, Generation, Scope, Split, TableRule } from './model.ts'
export { endedGenerations, LOG_LAW, logYears, reasons } from './rules.ts'
export { erasureMigrations } from './schema.ts'
export { certificateHash, type ErasureDeps, type ErasureService, erasureService } from './service.ts'
export { beginGeneration, clear, finishGeneration, generations, noteDestroyed, noteGeneration } from './store.ts'
