/** The table as decisions in TypeScript: each condition becomes a function once. */
import type { FactRow, Facts, Item } from '../model.ts'
import { askerTests, askerText, askerTexts } from './askers.ts'
import type { Asker, Condition, FactTest } from './condition.ts'
import { factPlaces } from './facts.ts'

export type Decision = (item: Item, asker: Asker, facts: Facts) => boolean

/** Five years ago to the instant, as calendars count. */
export function yearsBefore(now: Date, years: number): Date {
  const start = new Date(now)
  start.setUTCFullYear(start.getUTCFullYear() - years)
  return start
}

const every =
  (parts: readonly Decision[]): Decision =>
  (item, asker, facts) =>
    parts.every((part) => part(item, asker, facts))
const some =
  (parts: readonly Decision[]): Decision =>
  (item, asker, facts) =>
    parts.some((part) => part(item, asker, facts))

export function decisionOf(c: Condition): Decision {
  if ('all' in c) return every(c.all.map(decisionOf))
  if ('any' in c) return some(c.any.map(decisionOf))
  if ('not' in c) return negated(decisionOf(c.not))
  if ('asker' in c) {
    const holds = askerTests[c.asker]
    return (_, asker) => holds(asker)
  }
  if ('flag' in c) return (item) => item[c.flag]
  if ('kindIs' in c) return (item) => c.kindIs.includes(item.kind)
  if ('typeIs' in c) return (item) => c.typeIs.includes(item.type)
  if ('kindAmong' in c) return (item, asker) => askerTexts(asker, c.kindAmong).includes(item.kind)
  if ('keyAmong' in c) return (item, asker) => askerTexts(asker, c.keyAmong).includes(item.key)
  if ('institution' in c) return (item, asker) => item[c.institution] !== null && item[c.institution] === askerText(asker, 'institution')
  if ('registeredWithinYears' in c) return (item, { now }) => item.registeredAt > yearsBefore(now, c.registeredWithinYears)
  const tests = c.where.map(factTest)
  const about = factPlaces[c.fact].key !== null
  return (item, asker, facts) =>
    (facts[c.fact] ?? []).some(
      (fact) => (!about || (fact as FactRow).key === item.key) && tests.every((test) => test(fact as FactRow, item, asker)),
    )
}

const negated =
  (inner: Decision): Decision =>
  (item, asker, facts) =>
    !inner(item, asker, facts)

/** Of a fact; `item` null where the test does not depend on it. */
type Tested = (fact: FactRow, item: Item | null, asker: Asker) => boolean

export function factTest(t: FactTest): Tested {
  if ('is' in t) return (fact) => fact[t.field] === t.is
  if ('has' in t) return (fact, item) => item !== null && (fact[t.field] as readonly string[]).includes(item.kind)
  if ('began' in t) return (fact, _, { now }) => (fact[t.field] as Date) <= now
  if ('notOver' in t) return (fact, _, { now }) => (fact[t.field] as Date) > now
  if ('unset' in t) return (fact) => fact[t.field] === null
  const { sameAs, orAny } = t
  const wanted = (item: Item | null, asker: Asker) => ('item' in sameAs ? item?.[sameAs.item] : askerText(asker, sameAs.asker))
  return (fact, item, asker) => (orAny === true && fact[t.field] === '') || fact[t.field] === wanted(item, asker)
}
