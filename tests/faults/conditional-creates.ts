import { pause } from './platform.ts'
import type { Party, Scene } from './scene.ts'
import { isOutcome, observation, SYSTEM } from './traffic.ts'

const TIMEOUT_MS = 120_000
const TRIES = 10

/** What of one round's many creates must be one. */
type Round = { made: number; found: number; busy: number; ids: Set<string>; wrong: string[] }

/**
 * Many clients want the same resource at the same moment, over every worker: found by its identifier in one round, by code
 * and subject in the next.
 */
export async function conditionalCreates(scene: Scene, { rounds, at }: { rounds: number; at: number }) {
  const sum = { creates: 0, rounds: 0, resources: 0, duplicates: 0, wrong: [] as string[] }
  const mark = scene.random.whole(0, 1e9).toString(36)
  for (let n = 0; n < rounds * 2; n++) {
    scene.run.stopping.throwIfAborted()
    const party = scene.parties[n % scene.parties.length]!
    const name = `cc-${mark}-${n}`
    const code = { coding: [{ system: SYSTEM, code: name }] }
    const criteria = n % 2 === 0 ? `identifier=${SYSTEM}|${name}` : `code=${SYSTEM}|${name}&subject=Patient/${party.patient}`
    const body = JSON.stringify({ ...observation(party.patient, name), ...(n % 2 === 0 ? {} : { code }) })
    const from = performance.now()
    const round = await createAll(party, { at, criteria, body })
    const there = await count(party, criteria)
    scene.run.tell(
      `${at} conditional creates by ${n % 2 === 0 ? 'identifier' : 'code and subject'}: ${round.made} made, ${round.found} found it, ${round.busy} times busy, ${there} there, ${Math.round(performance.now() - from)} ms`,
    )
    sum.creates += at
    sum.rounds++
    sum.resources += there
    sum.duplicates += Math.max(0, there - 1, round.made - 1, round.ids.size - 1)
    sum.wrong.push(...round.wrong.slice(0, 3), ...(round.made === 1 ? [] : [`${round.made} were told that they made ${criteria}`]))
  }
  return sum
}

async function createAll({ hospital }: Party, about: { at: number; criteria: string; body: string }): Promise<Round> {
  const round: Round = { made: 0, found: 0, busy: 0, ids: new Set(), wrong: [] }
  const one = async () => {
    for (let tries = 0; tries < TRIES; tries++) {
      const response = await hospital
        .ask('Observation', { method: 'POST', body: about.body, headers: { 'if-none-exist': about.criteria }, timeoutMs: TIMEOUT_MS })
        .catch((error: unknown) => void round.wrong.push(String(error)))
      if (!response) return
      const text = await response.text()
      const id = /Observation\/([^/]+)/.exec(response.headers.get('location') ?? '')?.[1]
      if (id !== undefined) round.ids.add(id)
      if (response.status === 201) round.made++
      else if (response.status === 200) round.found++
      else if (response.status === 503 && isOutcome(text)) {
        round.busy++
        await pause(100 * (tries + 1))
        continue
      } else round.wrong.push(`a conditional create was answered ${response.status}: ${text.slice(0, 200)}`)
      return
    }
    round.wrong.push(`a conditional create was busy ${TRIES} times`)
  }
  await Promise.all(Array.from({ length: about.at }, one))
  return round
}

async function count({ hospital }: Party, criteria: string): Promise<number> {
  const found = (await (await hospital.ask(`Observation?${criteria}&_count=50`)).json()) as { entry?: { search?: { mode?: string } }[] }
  return (found.entry ?? []).filter((e) => e.search?.mode === 'match').length
}
