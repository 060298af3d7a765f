/** The leader is killed again and again while a hospital writes: every event arrives, in order, under its own number. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../tests/harness/caller.ts'
import { BASE, HOSPITAL } from '../../tests/harness/platform.ts'
import { byCriteria, byTopic, type Hook, openHook, openScene, order, pressure, said, type Scene, until } from './scene.fixture.ts'

let scene: Scene
let hospital: Caller
let hooks: [Hook, Hook]
let leader: ChildProcess | undefined

beforeAll(async () => {
  scene = await openScene()
  hospital = await scene.platform.system(HOSPITAL)
  hooks = [await openHook(), await openHook()]
})
afterAll(async () => {
  leader?.kill('SIGKILL')
  for (const hook of hooks) await hook.close()
  await scene.close()
})

/** Starts a leader; the one before is gone, so nobody waits for it. */
async function startLeader(): Promise<void> {
  await sql`update kernel.leader set beat_at = 'epoch'`.execute(scene.platform.db)
  const url = (scene.platform.db as unknown as { pool: { options: { connectionString: string } } }).pool.options.connectionString
  const at = scene.platform.clock.at.toISOString()
  const program = join(import.meta.dirname, 'leader.fixture.ts')
  leader = spawn(process.execPath, [program, url, BASE, at], { stdio: ['ignore', 'ignore', 'inherit'] })
}

const KILLS = 6

test('nothing is lost, nothing overtakes, what comes twice says so', async () => {
  const { key } = await scene.platform.enter()
  await scene.platform.relate(key, HOSPITAL)
  const [topic, single] = hooks
  await order(hospital, byTopic('Observation', { channel: { endpoint: topic.url }, maxCount: 5 }))
  await order(hospital, byCriteria('Observation', { endpoint: single.url, payload: 'application/fhir+json' }))
  await startLeader()
  await until('the greeting', () => topic.calls.length > 0)
  const written: string[] = []
  const writeSome = async () => {
    for (let n = 0; n < 15; n++) {
      const answer = await hospital.post('/fhir/R4/Observation', pressure(key))
      expect(answer.status).toBe(201)
      written.push(answer.body.id!)
    }
  }
  for (let n = 0; n < KILLS; n++) {
    // Killed in the middle: some of these have arrived, some not, some while it is being killed.
    const before = single.calls.length
    const writing = writeSome()
    await until('something arrives', () => single.calls.length > before + n)
    leader!.kill('SIGKILL')
    await startLeader()
    await writing
  }
  const numbers = () => topic.calls.map((c) => said(c.body)).flatMap((s) => s.numbers)
  const puts = () => single.calls.map((c) => c.path.split('/').at(-1)!)
  await until('the last of all', () => new Set(puts()).size === written.length && new Set(numbers()).size === written.length)

  const firstSeen = <T>(list: readonly T[]) => [...new Set(list)]
  expect(firstSeen(puts())).toEqual(written)
  expect(firstSeen(numbers())).toEqual(written.map((_, i) => i + 1))
  const marked = single.calls.map((c) => `${c.headers['enishi-event']} ${c.path}`)
  expect(new Set(marked).size, 'a number always means the same').toBe(written.length)
  console.info(
    `killed ${KILLS}: written ${written.length}, lost 0, repeated ${puts().length - written.length} + ${numbers().length - written.length}`,
  )
}, 180_000)
