import type { HttpRow } from '#kernel/route'
import type { Heard } from '../harness/caller.ts'
import { leaked } from './a1.ts'
import { canariesIn } from './canary.ts'
import { conditionals, existence, knowsNobody, oracles, type Question, SECRET, secretsFor, turned } from './a3-probes.ts'
import { pathsOf } from './requests.ts'
import type { Attack, AttackRun, Tried } from './result.ts'
import { statementsOf } from './statements.ts'
import { type Attacker, openWorld, type World } from './world.ts'

/**
 * An answer without what differs from request to request, and without the values that were asked for. Both of a pair stand for the same in
 * both answers: a short one may stand in a link, or in a count, without having been asked for there.
 */
export function shape({ status, headers, text }: Heard, ...values: readonly string[]): string {
  const spellings = values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    new URLSearchParams({ v: value }).toString().slice(2),
  ])
  const told = ['location', 'etag', 'last-modified', 'content-type'].map((name) => `${name}: ${headers[name] ?? ''}`).join('\n')
  let said = `${status}\n${told}\n${text}`
  for (const spelling of spellings.sort((a, b) => b.length - a.length)) said = said.replaceAll(spelling, 'V')
  // Numbers that the platform makes anew: ids, references of faults.
  return said.replace(/[0-9a-hjkmnp-tv-z]{26}/gi, 'ID').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
}

const filledIn = ({ url, payload, ...rest }: Question, value: string) => ({
  ...rest,
  url: url.replaceAll(SECRET, encodeURIComponent(value)),
  ...(payload === undefined
    ? {}
    : {
        payload: payload.replaceAll(
          SECRET,
          rest.headers?.['content-type']?.includes('form')
            ? encodeURIComponent(value)
            : JSON.stringify(encodeURIComponent(value)).slice(1, -1),
        ),
      }),
  headers: Object.fromEntries(
    Object.entries(rest.headers ?? {}).map(([name, text]) => [name, text.replaceAll(SECRET, encodeURIComponent(value))]),
  ),
})

async function differs(attacker: Attacker, question: Question, about: { hit: string; miss: string }, result: Tried): Promise<void> {
  const ask = async (value: string) => {
    const { method, url, payload, headers } = filledIn(question, value)
    const { result: heard, statements } = await statementsOf(() => attacker.caller.send(method, url, payload, headers))
    return { url, heard, statements }
  }
  const [hit, miss] = [await ask(about.hit), await ask(about.miss)]
  result.tried++
  // The question itself stands in the answer's own link.
  const found = leaked(attacker, hit.heard).filter((one) => !canariesIn(about.hit).includes(one))
  if (found.length > 0) result.leaks.push(`${attacker.name}: ${hit.url} shows ${found.join(', ')}`)
  for (const { url, heard } of [hit, miss])
    if (heard.status >= 500) result.leaks.push(`${attacker.name}: ${question.method} ${url} → ${heard.status} ${heard.text.slice(0, 200)}`)
  const [one, other] = [shape(hit.heard, about.hit, about.miss), shape(miss.heard, about.hit, about.miss)]
  if (one !== other) result.leaks.push(`${attacker.name}: ${question.method} ${hit.url} → ${firstDifference(one, other)}`)
  // A timer may have asked something beside: only what differs each time tells anything.
  let costs = [hit, miss] as const
  for (let tries = 0; tries < 3 && costs[0].statements.length !== costs[1].statements.length; tries++)
    costs = [await ask(about.hit), await ask(about.miss)]
  const [right, wrong] = costs.map(({ statements }) => statements)
  if (right!.length !== wrong!.length)
    result.leaks.push(
      `${attacker.name}: ${question.method} ${hit.url} → costs ${right!.length} statements, a wrong guess ${wrong!.length}: ${moreOf(right!, wrong!)}`,
    )
}

/** The first statement of the longer list that the shorter has less often. */
function moreOf(one: readonly string[], other: readonly string[]): string {
  const [more, less] = one.length > other.length ? [one, other] : [other, one]
  const count = (all: readonly string[], text: string) => all.filter((each) => each === text).length
  return (more.find((text) => count(more, text) > count(less, text)) ?? '').replace(/\s+/g, ' ').slice(0, 160)
}

function firstDifference(one: string, other: string): string {
  const [a, b] = [one.split('\n'), other.split('\n')]
  const at = a.findIndex((line, n) => line !== b[n])
  const cut = (line = '') => {
    const from = [...line].findIndex((c, n) => c !== (at < 0 ? '' : (b[at] ?? '')[n]))
    return line.slice(Math.max(0, from - 40), from + 120)
  }
  return at < 0 ? 'another answer' : `“${cut(a[at])}” instead of “${(b[at] ?? '').slice(0, 160)}”`
}

/** Rows for which the answer to an id that is nobody's may be another, each with its reason. */
const tellsById: Record<string, string> = {}

const doorOf = (row: HttpRow) => `${row.method} ${row.path}`

async function attack(world: World, run: AttackRun & { mutated: boolean }): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const { random, quick, mutated } = run
  for (const attacker of world.attackers) {
    const secrets = random.fork(attacker.name).shuffle(await secretsFor(world, attacker))
    const writes = attacker.name === 'a stranger’s system' || attacker.name === 'the clinic’s system'
    for (const secret of secrets.slice(0, quick || mutated ? 6 : 60)) {
      const questions = [...oracles(secret), ...(writes ? conditionals(secret, world.other.key) : [])]
      for (const question of questions) await differs(attacker, question, secret, result)
    }
    if (mutated && result.leaks.length > 50) return result
    await walk(attacker, result)
  }
  return result

  async function walk(attacker: Attacker, sum: Tried): Promise<void> {
    if (!knowsNobody(attacker)) return
    for (const row of world.rows.filter((r) => r.method === 'GET' && r.path.includes('/:') && !(doorOf(r) in tellsById))) {
      const paths = random.fork(`${attacker.name} ${doorOf(row)}`).shuffle(pathsOf(row, world))
      for (const path of paths.slice(0, quick || mutated ? 2 : 12)) {
        const id = [world.victim.key, world.victim.personId, ...world.victim.ids].find((one) => path.includes(one))
        if (id === undefined) continue
        for (const question of existence(row, path, id)) await differs(attacker, question, { hit: id, miss: turned(id) }, sum)
      }
    }
  }
}

/** A3: questions whose answers, counts or order tell what is not shown. */
export const a3: Attack = {
  what: 'oracles: whether a hidden value or id is there, by searches, chains, _has, _filter, _sort, counts, conditions, GraphQL, and by every address that names one; answers to a right and a wrong guess must be the same, and ask the database as often',
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
