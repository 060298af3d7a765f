/** A database that holds the masters alone. */
import { openDatabase } from '#kernel/database'
import { migrate } from '#kernel/migrate'
import { testDatabase } from '../../tests/harness/database.ts'
import { terminologyMigrations } from './schema.ts'

export async function openTerminology() {
  const database = await testDatabase(async (url) => {
    const one = openDatabase({ url, poolSize: 1, applicationName: 'template' })
    await migrate(one, terminologyMigrations)
    await one.destroy()
  }, 'terminology')
  return { db: openDatabase({ url: database.url, poolSize: 4, applicationName: 'test' }), url: database.url, drop: database.drop }
}
