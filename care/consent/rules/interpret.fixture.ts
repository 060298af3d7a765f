/**
 * The table read word by word, by somebody who takes every sentence anew: slow, plain, and sharing nothing with the other two readings but
 * the table itself. The oracle of `rules.test.ts`.
 */
import type { Actor } from '#kernel/context'
import type { FactRow, Facts, Item } from '../model.ts'
import type { Asker, Condition, FactTest } from './condition.ts'
import { accessRules } from './table.ts'

const CLINICIANS = ['physician', 'dentist', 'nurse', 'pharmacist']

const numberOf = (actor: Actor) => (actor.kind === 'staff' || actor.kind === 'system' ? actor.institutionNumber : null)

function holdsForAsker(name: string, { actor, purpose }: Asker): boolean {
  switch (name) {
    case 'self':
      return purpose === 'PATRQT' && actor.kind === 'citizen' && !actor.actsFor
    case 'acts-for':
      return purpose === 'PATRQT' && actor.kind === 'citizen' && Boolean(actor.actsFor)
    case 'acts-for-protected':
      return purpose === 'PATRQT' && actor.kind === 'citizen' && actor.actsFor?.masked === true
    case 'treats':
      return purpose === 'TREAT' && numberOf(actor) !== null
    case 'treats-clinically':
      return purpose === 'TREAT' && (actor.kind === 'system' || (actor.kind === 'staff' && CLINICIANS.includes(actor.role)))
    case 'emergency-clinician':
      return purpose === 'ETREAT' && actor.kind === 'staff' && CLINICIANS.includes(actor.role) && actor.app === undefined
    case 'by-law':
      if (purpose === 'TREAT' || purpose === 'ETREAT' || purpose === 'PATRQT') return false
      return actor.kind === 'system' || (actor.kind === 'staff' && CLINICIANS.includes(actor.role))
    case 'signed-in':
      return actor.kind !== 'public'
    default:
      throw new Error(`nobody said what ${name} means`)
  }
}

const ABOUT_A_PERSON = new Set(['grants', 'relations', 'closures', 'emergencies'])

function fits(test: FactTest, fact: FactRow, { item, asker }: { item: Item; asker: Asker }): boolean {
  const value = fact[test.field]
  if ('is' in test) return value === test.is
  if ('has' in test) return (value as string[]).indexOf(item.kind) >= 0
  if ('began' in test) return (value as Date).getTime() <= asker.now.getTime()
  if ('notOver' in test) return (value as Date).getTime() > asker.now.getTime()
  if ('unset' in test) return value === null
  if (test.orAny && value === '') return true
  if ('item' in test.sameAs) return value === { key: item.key, kind: item.kind, type: item.type, id: item.id }[test.sameAs.item]
  if (test.sameAs.asker === 'purpose') return value === asker.purpose
  if (test.sameAs.asker === 'institution') return value === numberOf(asker.actor)
  return asker.actor.kind !== 'public' && value === asker.actor.id
}

export function interpret(c: Condition, item: Item, asker: Asker, facts: Facts): boolean {
  const again = (one: Condition) => interpret(one, item, asker, facts)
  if ('all' in c) return c.all.map(again).filter((yes) => !yes).length === 0
  if ('any' in c) return c.any.map(again).filter((yes) => yes).length > 0
  if ('not' in c) return again(c.not) === false
  if ('asker' in c) return holdsForAsker(c.asker, asker)
  if ('flag' in c) return { uninformed: item.uninformed, undelivered: item.undelivered, longTerm: item.longTerm }[c.flag]
  if ('kindIs' in c) return c.kindIs.indexOf(item.kind) >= 0
  if ('typeIs' in c) return c.typeIs.some((type) => type === item.type)
  if ('kindAmong' in c || 'keyAmong' in c) {
    const { actor } = asker
    const list =
      'keyAmong' in c && c.keyAmong === 'keys'
        ? actor.kind === 'citizen'
          ? actor.keys
          : []
        : actor.kind === 'citizen' && actor.actsFor
          ? (actor.actsFor.hides ?? [])
          : []
    return list.indexOf('kindAmong' in c ? item.kind : item.key) >= 0
  }
  if ('institution' in c) {
    const own = numberOf(asker.actor)
    return own !== null && (c.institution === 'source' ? item.source : item.addressee) === own
  }
  if ('registeredWithinYears' in c) {
    const { now } = asker
    const [y, m, d] = [now.getUTCFullYear() - c.registeredWithinYears, now.getUTCMonth(), now.getUTCDate()]
    const start = Date.UTC(y, m, d, now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds(), now.getUTCMilliseconds())
    return item.registeredAt.getTime() > start
  }
  const known = (facts[c.fact] ?? []) as readonly FactRow[]
  return known.some(
    (fact) => (!ABOUT_A_PERSON.has(c.fact) || fact.key === item.key) && c.where.every((test) => fits(test, fact, { item, asker })),
  )
}

/** Id of the first rule that shows the item to this asker, whoever the app behind them is. */
export const firstRule = (item: Item, asker: Asker, facts: Facts): string | null =>
  accessRules.find((rule) => interpret(rule.when, item, asker, facts))?.id ?? null
