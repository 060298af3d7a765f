import type { Random } from '#packages/synthetic'
import { pause, type Platform, until } from './platform.ts'
import { WRITERS, type Wrote } from './writers.ts'

/** What is killed with SIGKILL; nobody gets a chance to clean up. */
export type Kill = 'web-worker' | 'all-web-workers' | 'leader' | 'everyone-but-primary' | 'primary' | 'postmaster' | 'backend'

const ofApplication: readonly Kill[] = [
  'web-worker',
  'web-worker',
  'web-worker',
  'all-web-workers',
  'all-web-workers',
  'primary',
  'primary',
  'leader',
  'everyone-but-primary',
]
const ofDatabase: readonly Kill[] = ['postmaster', 'postmaster', 'backend']

/** The kills of a run in random order. */
export function killPlan(random: Random, counts: { application: number; database: number }): Kill[] {
  const draw = (kinds: readonly Kill[], n: number) => Array.from({ length: n }, () => random.pick(kinds))
  return random.shuffle([...draw(ofApplication, counts.application), ...draw(ofDatabase, counts.database)])
}

const RECOVERY_MS = 90_000

export type Killed = { inFlight: number; backMs: number }

/**
 * Kills in the middle of submissions, then waits until the platform acknowledges again.
 * @param about.pauseMs at most this long after an acknowledgement
 * @returns requests that were under way at the moment of the kill, and milliseconds to the next acknowledgement
 */
export async function killOnce(kill: Kill, about: { platform: Platform; wrote: Wrote; random: Random; pauseMs: number }): Promise<Killed> {
  const { platform, wrote, random, pauseMs } = about
  const acknowledged = (n: number) => () => {
    platform.mustRun()
    return wrote.acknowledged() >= n
  }
  if (!(await until(acknowledged(wrote.acknowledged() + random.whole(3, 25)), RECOVERY_MS)))
    throw new Error('the writers get no answers before the kill')
  if (pauseMs > 0) await pause(random.whole(0, pauseMs))
  await until(() => wrote.inFlight() > 0, 5_000)
  const found = await victims(kill, platform, random)
  const inFlight = wrote.inFlight()
  for (const pid of found) process.kill(pid, 'SIGKILL')
  const at = performance.now()
  if (kill === 'primary') {
    await platform.ended()
    await platform.start()
  }
  // More than can have been on their way at the kill: these were submitted to what came back.
  const back = wrote.acknowledged() + WRITERS + 1
  if (!(await until(acknowledged(back), RECOVERY_MS))) throw new Error(`nothing was acknowledged again after the ${kill} was killed`)
  return { inFlight, backMs: performance.now() - at }
}

/** Waits for one where the last kill has left none yet: the platform starts its processes again with growing pauses. */
export async function victims(kill: Kill, platform: Platform, random: Random): Promise<number[]> {
  const one = (pids: number[]) => (pids.length === 0 ? [] : [random.pick(pids)])
  const look = {
    'web-worker': () => one(platform.pidsOf('web')),
    'all-web-workers': () => platform.pidsOf('web'),
    leader: () => platform.pidsOf('leader'),
    'everyone-but-primary': () => [...platform.pidsOf('web'), ...platform.pidsOf('leader')],
    primary: () => [platform.primaryPid()],
    postmaster: () => [platform.postmasterPid()],
    backend: () => one(platform.backendPids()),
  }[kill]
  let found: number[] = []
  const isThere = () => {
    platform.mustRun()
    found = look().filter((pid) => pid > 0)
    return found.length > 0
  }
  if (!(await until(isThere, RECOVERY_MS))) throw new Error(`there is no ${kill} to kill`)
  return found
}
