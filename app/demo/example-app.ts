import { findApp, insertApp, updateApp } from '#care/person'
import type { Db } from '#kernel/database'
import { DEMO_APP, demoApp } from '#portals/demo-app'

/** Enters the example app, under the address of this start. */
export async function enterDemoApp({ db, now, baseUrl }: { db: Db; now: Date; baseUrl: string }): Promise<void> {
  if (await findApp(db, DEMO_APP)) await updateApp(db, demoApp(baseUrl))
  else await insertApp(db, now, demoApp(baseUrl))
}
