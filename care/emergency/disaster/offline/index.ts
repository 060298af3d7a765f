/** Disaster access without a network: the file, who can open it, the laptop's log, and its way back. */
export { makeExtract, type ToExtract } from './extract.ts'
export { type ExtractProblem, ExtractRefused, fingerprintOf, type Manifest } from './format.ts'
export { type LaptopLog, openLaptopLog } from './laptop-log.ts'
export { type LogEntry, type LogProblem, type Who, who } from './log.ts'
export { type Merged, mergeLog, type MergeRefused } from './merge.ts'
export type { AboutLine, PersonLine } from './person-line.ts'
export { type Address, mustBeInTime, openExtract, type OpenExtract, readManifest } from './read.ts'
export { type Invited, LEAST_PASSPHRASE, newPassphrase, readPrivateKey, readPublicKey, type Secret } from './recipients.ts'
