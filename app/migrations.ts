import { bulkMigrations } from '#care/bulk'
import { consentMigrations } from '#care/consent'
import { eligibilityMigrations } from '#care/eligibility'
import { emergencyMigrations } from '#care/emergency'
import { erasureMigrations } from '#care/erasure'
import { noticeMigrations } from '#care/notice'
import { oversightMigrations } from '#care/oversight'
import { personMigrations } from '#care/person'
import { questionMigrations } from '#care/question'
import { recordMigrations } from '#care/record'
import { signatureMigrations } from '#care/signature'
import { subscriptionMigrations } from '#care/subscription'
import { terminologyMigrations } from '#care/terminology'
import type { Migration } from '#kernel/migrate'
import { kernelMigrations } from '#kernel/schema'
import { publicMigrations } from '#portals/public'
import { signInMigrations } from '#portals/sign-in'
import { demoMigrations } from './demo/progress.ts'

/** Every room's schema, the ground first. */
export const migrations: readonly Migration[] = [
  ...kernelMigrations,
  ...consentMigrations,
  ...personMigrations,
  ...eligibilityMigrations,
  ...emergencyMigrations,
  ...recordMigrations,
  ...signatureMigrations,
  ...subscriptionMigrations,
  ...bulkMigrations,
  ...terminologyMigrations,
  ...oversightMigrations,
  ...noticeMigrations,
  ...questionMigrations,
  ...publicMigrations,
  ...erasureMigrations,
  ...signInMigrations,
  ...demoMigrations,
]
