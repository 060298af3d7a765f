import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beginRunWithin, dropDatabasesOfRun } from '../harness/database.ts'

/** Runs work that makes databases of its own on the server that tests share, and takes them away again. */
export async function onTestServer<T>(root: string, work: () => Promise<T>): Promise<T> {
  process.env.ENISHI_TEST_DATABASE_URL ??= execFileSync(process.execPath, [join(root, 'app/launcher/throwaway.mjs')], {
    encoding: 'utf8',
  }).trim()
  beginRunWithin()
  try {
    return await work()
  } finally {
    await dropDatabasesOfRun()
  }
}
