import type { Heard } from '../harness/caller.ts'
import { canariesIn } from './canary.ts'
import { type Asking, requestsOf, unknownIn } from './requests.ts'
import type { Attack, AttackRun, Tried } from './result.ts'
import { type Attacker, openWorld, type World } from './world.ts'

/** Canaries of an answer that the one who asked has no right to. */
export function leaked(attacker: Pick<Attacker, 'may'>, heard: Pick<Heard, 'text' | 'headers'>): string[] {
  return canariesIn(`${heard.text}\n${JSON.stringify(heard.headers)}`).filter((found) => !attacker.may(found))
}

/** Rows that would end the attacker's own session or the victim's standing, and say nothing about anybody. */
const isHarmless = (asking: Asking) => !/sign-out|withdraw/.test(asking.url)

async function attack(world: World, run: AttackRun & { mutated: boolean }): Promise<Tried> {
  const most = run.quick ? 5 : 80
  const result: Tried = { tried: 0, leaks: [] }
  for (const row of world.rows) {
    for (const param of unknownIn(row))
      result.leaks.push(`${row.method} ${row.path} was not attacked: say in tests/attacks/requests.ts what :${param} may hold`)
    const asked = requestsOf(row, world, run.random.fork(`${row.method} ${row.path}`), most).filter(isHarmless)
    for (const attacker of world.attackers) {
      for (const { method, url, payload, headers } of asked) {
        const heard = await attacker.caller.send(method, url, payload, headers)
        result.tried++
        const found = leaked(attacker, heard)
        if (found.length > 0) result.leaks.push(`${attacker.name}: ${method} ${url} → ${heard.status} shows ${found.join(', ')}`)
      }
      // The control has shown what it must; the rest would only take time.
      if (run.mutated && result.leaks.length > 50) return result
    }
  }
  return result
}

/** A1 and A2: every row, every kind of actor, every id of another person's. */
export const a1: Attack = {
  what: 'another person’s ids and narrow scopes, on every row, by every kind of actor',
  control: 'the consent predicate is always true',
  async run(about) {
    const world = await openWorld({ blind: about.mutated })
    try {
      return await attack(world, about)
    } finally {
      await world.close()
    }
  },
}
