/** Facts about one person that are known before a query is written; the query reads rows only while they stand. */
import type { FactRow } from '../model.ts'
import type { Asker, Condition, FactTest } from './condition.ts'
import { factTest } from './decide.ts'
import type { FactCondition } from './fact-query.ts'

/**
 * What holds or may begin to hold for one institution under one purpose, as it stood under a version. Times are still to be asked of.
 * Grants in the order of their consents' ids.
 */
export type KnownFacts = {
  key: string
  institutionNumber: string
  version: string
  grants: readonly FactRow[]
  closures: readonly FactRow[]
}
export type KnownName = 'grants' | 'closures'
export const isKnownName = (fact: FactCondition['fact']): fact is KnownName => fact === 'grants' || fact === 'closures'

/** Whether what a fact must be depends on the row. */
export const isOfRow = (t: FactTest): boolean => 'has' in t || ('sameAs' in t && 'item' in t.sameAs)

const plainTests = new WeakMap<FactCondition, (fact: FactRow, asker: Asker) => boolean>()
function plainTestOf(c: FactCondition): (fact: FactRow, asker: Asker) => boolean {
  const known = plainTests.get(c)
  if (known) return known
  const tests = c.where.filter((t) => !isOfRow(t)).map(factTest)
  const made = (fact: FactRow, asker: Asker) => tests.every((test) => test(fact, null, asker))
  plainTests.set(c, made)
  return made
}

/** Those of the known facts that may fit some row of this asker's query. */
export const fitting = (c: FactCondition, asker: Asker, facts: readonly FactRow[]): FactRow[] => {
  const fits = plainTestOf(c)
  return facts.filter((fact) => fits(fact, asker))
}

/** What was said of known facts, and from when until when: until then no time of theirs passes. */
type Said = { from: number; to: number; text: string }

/**
 * What known facts say to whoever they are known for (one institution, one purpose), worked out again when the time of one of them passes.
 * @param say of those that fit now
 */
export function sayingOnce(c: FactCondition, say: (facts: readonly FactRow[]) => string): (asker: Asker, known: KnownFacts) => string {
  const before = new WeakMap<KnownFacts, Said>()
  const timed = c.where.flatMap((t) => ('began' in t || 'notOver' in t ? [t.field] : []))
  return (asker, known) => {
    const now = asker.now.getTime()
    const said = before.get(known)
    if (said && now >= said.from && now < said.to) return said.text
    const facts = known[c.fact as KnownName]
    const to = Math.min(...facts.flatMap((fact) => timed.map((field) => (fact[field] as Date).getTime())).filter((at) => at > now))
    const text = say(fitting(c, asker, facts))
    before.set(known, { from: now, to, text })
    return text
  }
}

/** Every condition within one that asks for a fact by this name. */
export const askingFor = (c: Condition, name: KnownName): FactCondition[] =>
  'fact' in c
    ? c.fact === name
      ? [c]
      : []
    : 'all' in c
      ? c.all.flatMap((one) => askingFor(one, name))
      : 'any' in c
        ? c.any.flatMap((one) => askingFor(one, name))
        : 'not' in c
          ? askingFor(c.not, name)
          : []
