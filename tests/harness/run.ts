import { dropDatabasesOfRun } from './database.ts'

/** What vitest does around all files: nothing before, and the databases of this run are removed after. */
export default function setup(): () => Promise<void> {
  return dropDatabasesOfRun
}
