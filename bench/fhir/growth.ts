/**
 * How half of the answers slow down while the data grows a hundredfold: the same people's worth of records, once few, once many.
 * The two are asked in turn, several times, so that a busy moment of the machine meets both.
 */
import { figure, round, say } from '../measure.ts'
import type { Options } from './options.ts'
import { type UnderLoad, underLoad } from './passes.ts'
import { keptDatabase } from './store.ts'
import { type WorkName, workOf } from './works.ts'

/** Few enough that what is timed is the work and not the queue. */
const CLIENTS = 4
const VISITS = 2
const BAR = 1.3
const measuredWorks = ['read', 'search-sort-2', 'search-patient', 'create'] as const satisfies readonly WorkName[]

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

export async function growth({ growth: { small, large, seconds, rounds }, fresh, quick, binding }: Options): Promise<void> {
  const templates = quick ? 20 : 200
  const shape = (people: number) => ({ people, visits: VISITS, templates: Math.min(templates, people) })
  const few = await keptDatabase(shape(small), fresh)
  const many = await keptDatabase(shape(large), fresh)
  const timing = { seconds, warmSeconds: Math.min(1, seconds), clients: CLIENTS, binding }
  const sides: UnderLoad[] = []
  try {
    sides.push(await underLoad(few, timing))
    sides.push(await underLoad(many, timing))
    const ratios: Record<string, number> = {}
    for (const name of measuredWorks) {
      const p50 = await inTurn(name, sides as [UnderLoad, UnderLoad], rounds)
      ratios[name] = round(p50.many / p50.few)
      say(`growth ${name}: half within ${round(p50.few)} ms at ${small} people, ${round(p50.many)} ms at ${large}: ${ratios[name]} times`)
    }
    const ratio = Math.max(...Object.values(ratios))
    say(`growth: ${ratio} times at most (bar: ${BAR}); ${CLIENTS} clients; 18 resources a person`)
    figure({ bench: 'fhir', name: 'growth', ratio, bar: BAR, ...ratios, small, large })
  } finally {
    for (const side of sides) await side.stop()
  }
}

async function inTurn(name: WorkName, [few, many]: [UnderLoad, UnderLoad], rounds: number): Promise<{ few: number; many: number }> {
  const taken = { few: [] as number[], many: [] as number[] }
  for (let n = 0; n < rounds; n++) {
    taken.few.push((await few.pass(workOf(name))).p50ms)
    taken.many.push((await many.pass(workOf(name))).p50ms)
  }
  return { few: median(taken.few), many: median(taken.many) }
}
