/** The platform with bulk rows, a worker of its own, and a client that keeps to the specification. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { accounts } from '#care/person'
import { lead } from '#kernel/leader'
import type { Caller, Heard } from '../../tests/harness/caller.ts'
import { BASE, careMigrations, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { bulkMigrations, type BulkDeps, bulkRoutes, bulkService, type Worker } from './index.ts'

export type Bulk = Awaited<ReturnType<typeof openBulk>>

export async function openBulk(more: Partial<BulkDeps> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'enishi-bulk-'))
  const clients: BulkDeps['clients'] = (db, clientId, scopes) => accounts.system(db, clientId, { scopes, tokenBinding: 'no-token' })
  let deps: BulkDeps | undefined
  const platform = await openPlatform({
    rows: ({ services }) => {
      deps = { home, clients, ...services, lines: 500, ...more }
      return bulkRoutes(bulkService(deps), { base: BASE })
    },
    migrations: [...careMigrations, ...bulkMigrations],
    template: 'bulk',
  })
  let holder = 0
  const killed: (() => Promise<void>)[] = []
  return {
    platform,
    home,
    deps: deps!,
    /** A leader that has just started: what an earlier one had in memory is gone, and its epoch is over. */
    async leader(): Promise<{ worker: Worker; work: (steps?: number) => Promise<void>; tidy: () => Promise<void> }> {
      const { db, clock } = platform
      await db.executeQuery({ sql: `update kernel.leader set beat_at = 'epoch'`, parameters: [], query: {} as never, queryId: {} as never })
      const lease = await lead(db, `test-${++holder}`)
      const worker: Worker = { db, epoch: lease!.epoch, now: () => clock.at }
      const service = bulkService(deps!)
      killed.push(service.letGo)
      return { worker, work: (steps) => service.work(worker, steps), tidy: () => service.tidy(worker) }
    },
    async close(): Promise<void> {
      for (const letGo of killed) await letGo()
      await platform.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

export type Manifest = {
  transactionTime: string
  request: string
  requiresAccessToken: boolean
  output: { type: string; url: string; count: number }[]
  deleted: { type: string; url: string; count: number }[]
  error: { type: string; url: string; count: number }[]
}

const pathOf = (url: string): string => url.replace('http://localhost', '')
const asynchronous = { accept: 'application/fhir+json', prefer: 'respond-async' }

/** A bulk client by the letter of the specification: kick off, poll as told, fetch each file. */
export const bulkClient = (caller: Caller, platform: Platform) => ({
  async start(path: string, headers: Record<string, string> = {}): Promise<string> {
    const heard = await caller.get(`/fhir/R4/${path}`, { ...asynchronous, ...headers })
    expect([heard.status, heard.text]).toEqual([202, expect.anything()])
    return pathOf(heard.headers['content-location']!)
  },
  /** Asks until the job is over, waiting as long as it is told to. */
  async poll(status: string, between: () => Promise<void>): Promise<Manifest> {
    for (let tries = 0; tries < 50; tries++) {
      const heard = await caller.get(status, { accept: 'application/json' })
      if (heard.status !== 202) return manifestOf(heard)
      expect(heard.headers['x-progress']!.length).toBeLessThan(100)
      platform.clock.forward(Number(heard.headers['retry-after']) * 1000)
      await between()
    }
    throw new Error('the export hangs')
  },
  async file(url: string): Promise<{ resourceType: string; id: string }[]> {
    const heard = await caller.get(pathOf(url), { accept: 'application/fhir+ndjson' })
    expect(heard.status, heard.text).toBe(200)
    expect(heard.headers['content-type']).toMatch(/^application\/fhir\+ndjson/)
    return heard.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { resourceType: string; id: string })
  },
  /** Everything of a manifest's output, `Type/id`, sorted. */
  async all(manifest: Manifest): Promise<string[]> {
    const files = await Promise.all(
      manifest.output.map(async ({ type, url }) =>
        (await this.file(url)).map((r) => {
          expect(r.resourceType).toBe(type)
          return `${type}/${r.id}`
        }),
      ),
    )
    return files.flat().sort()
  },
})

export function manifestOf(heard: Heard): Manifest {
  expect([heard.status, heard.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
  const manifest = heard.body as unknown as Manifest
  expect(manifest.requiresAccessToken).toBe(true)
  return manifest
}
