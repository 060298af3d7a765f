/** One decision of the rule table in TypeScript: an item, an asker, and the facts around them. */
import { type Item, ruleThatAllows } from '#care/consent'
import type { Actor, Purpose } from '#kernel/context'
import { randomFrom } from '#packages/synthetic'
import { figure, percentile, round, say } from '../measure.ts'

const BAR_MS = 1
const now = new Date('2026-11-22T03:00:00.000Z')
const HOUR = 3600_000

type Facts = Parameters<typeof ruleThatAllows>[2]
type Case = { item: Item; asker: { actor: Actor; purpose: Purpose; now: Date }; facts: Facts }

const kinds = ['diagnosis', 'drug-allergy', 'test-result', 'infection', 'prescription', 'check-up', 'letter'] as const

/** A person with a life of consents: some live, most over, some closed; and somebody who asks. */
function someCase(n: number): Case {
  const random = randomFrom(`decision/${n}`)
  const place = () => `13100000${random.whole(10, 40)}`
  const key = 'k1'
  const at = (hours: number) => new Date(now.getTime() + hours * HOUR)
  const grant = () => {
    const begun = -random.whole(0, 400)
    return {
      ...{
        basis: 'visit' as const,
        consentId: `c${random.whole(0, 99)}`,
        key,
        institutionNumber: place(),
        kind: random.pick(kinds),
        purpose: 'TREAT',
      },
      ...{ givenAt: at(begun), until: at(begun + 24), withdrawnAt: random.chance(0.1) ? at(begun + 1) : null },
    }
  }
  const closure = () => ({
    ...{ key, closureId: 'x', purpose: random.chance(0.5) ? 'TREAT' : '', institutionNumber: random.chance(0.5) ? place() : '' },
    ...{ type: '', id: '', absolute: random.chance(0.2), since: at(-1_000), endedAt: random.chance(0.7) ? at(-500) : null },
  })
  const staff: Actor = {
    kind: 'staff',
    id: 's',
    role: random.pick(['physician', 'nurse', 'clerk'] as const),
    institutionNumber: place(),
    institutionName: '',
    name: '',
  }
  const citizen: Actor = { kind: 'citizen', id: 'p', keys: [key], name: '' }
  const self = random.chance(0.2)
  return {
    item: {
      ...{
        type: 'Observation',
        id: 'o1',
        key,
        kind: random.pick(kinds),
        source: place(),
        uninformed: random.chance(0.05),
        undelivered: random.chance(0.05),
      },
      ...{ longTerm: random.chance(0.1), addressee: null, registeredAt: at(-random.whole(1, 60_000)) },
    },
    asker: { actor: self ? citizen : staff, purpose: self ? 'PATRQT' : random.chance(0.1) ? 'ETREAT' : 'TREAT', now },
    facts: {
      grants: Array.from({ length: random.whole(0, 60) }, grant),
      relations: Array.from({ length: random.whole(0, 8) }, () => ({ key, institutionNumber: place() })),
      closures: Array.from({ length: random.whole(0, 6) }, closure),
      emergencies: [],
      disasters: [],
      legalBases: [],
    },
  }
}

export async function decision({ cases }: { cases: number }): Promise<void> {
  const prepared = Array.from({ length: Math.min(cases, 20_000) }, (_, n) => someCase(n))
  for (const c of prepared) ruleThatAllows(c.item, c.asker, c.facts)
  const taken = new Float64Array(cases)
  let allowed = 0
  const began = performance.now()
  for (let n = 0; n < cases; n++) {
    const c = prepared[n % prepared.length]!
    const from = process.hrtime.bigint()
    if (ruleThatAllows(c.item, c.asker, c.facts) !== null) allowed++
    taken[n] = Number(process.hrtime.bigint() - from) / 1e6
  }
  const rate = Math.round(cases / ((performance.now() - began) / 1000))
  const sorted = taken.sort()
  const [p50ms, p99ms] = [round(percentile(sorted, 0.5), 5), round(percentile(sorted, 0.99), 5)]
  say(`decision: 99 of 100 within ${p99ms} ms, half within ${p50ms} ms (bar: ${BAR_MS} ms); ${rate}/s, one at a time`)
  say(
    `  ${cases} decisions over ${prepared.length} cases with up to 60 consents, ${Math.round((allowed / cases) * 100)} of 100 allowed; the clock’s own time is in them`,
  )
  figure({ bench: 'consent', name: 'decision', p50ms, p99ms, rate, n: cases, allowed })
}
