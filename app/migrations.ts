import { bulkMigrations } from '#care/bulk'
import { consentMigrations } from '#care/consent'
import { eligibilityMigrations } from '#care/eligibility'
import { personMigrations } from '#care/person'
import { recordMigrations } from '#care/record'
import { signatureMigrations } from '#care/signature'
import { subscriptionMigrations } from '#care/subscription'
import { terminologyMigrations } from '#care/terminology'
import type { Migration } from '#kernel/migrate'
import { kernelMigrations } from '#kernel/schema'
import { signInMigrations } from '#portals/sign-in'
import { demoMigrations } from './demo/progress.ts'

/** Every room's schema, the ground first. */
export const migrations: readonly Migration[] = [
  ...kernelMigrations,
  ...consentMigrations,
  ...personMigrations,
  ...eligibilityMigrations,
  ...recordMigrations,
  ...signatureMigrations,
  ...subscriptionMigrations,
  ...bulkMigrations,
  ...terminologyMigrations,
  ...signInMigrations,
  ...demoMigrations,
]
