/** What a change would open and close, before anybody clicks: the rule table read twice, with the facts of now and of then. Pure. */
import type { Actor } from '#kernel/context'
import type { Closure, Consent, Facts, Grant, Item } from './model.ts'
import { ruleThatAllows } from './rules.ts'

/** A change that somebody thinks of. */
export type Change =
  | { do: 'give'; consent: Consent }
  | { do: 'withdraw'; consentId: string }
  | { do: 'close'; closure: Closure }
  | { do: 'reopen'; closureId: string }

/** Items of one kind that an institution sees before it and would see after, of those the person sees themselves. */
export type Effect = { kind: string; total: number; before: number; after: number }

const grantsOf = (consent: Consent, keys: readonly string[]): Grant[] =>
  keys.flatMap((key) => consent.allowed.map((kind) => ({ ...consent, key, kind, consentId: consent.id })))

const spokenOf = (closure: Closure): Closure[] => [closure, ...(closure.alike ?? []).map((item) => ({ ...closure, ...item }))]

/** The facts as they would stand after a change, for every key of the person. */
export function factsAfter(facts: Facts, change: Change, keys: readonly string[]): Facts {
  const { grants, closures = [] } = facts
  switch (change.do) {
    case 'give': {
      const { institutionNumber, purpose } = change.consent
      const kept = grants.filter((g) => !(g.basis === 'standing' && g.institutionNumber === institutionNumber && g.purpose === purpose))
      return { ...facts, grants: [...kept, ...grantsOf(change.consent, keys)] }
    }
    case 'withdraw':
      return { ...facts, grants: grants.filter((g) => g.consentId !== change.consentId) }
    case 'close':
      return { ...facts, closures: [...closures, ...keys.flatMap((key) => spokenOf(change.closure).map((c) => ({ ...c, key })))] }
    case 'reopen':
      return { ...facts, closures: closures.filter((c) => c.closureId.split('.', 1)[0] !== change.closureId) }
  }
}

/** A physician of the institution who treats: whoever sees most there by consent. */
const treating = (institutionNumber: string): Actor => ({
  kind: 'staff',
  id: '',
  role: 'physician',
  institutionNumber,
  institutionName: '',
  name: '',
})

/**
 * Counts by kind what an institution would see for treatment.
 * @param asked.items what the person sees themselves; what they have not been told of is never counted
 */
export function effectOf(asked: {
  items: readonly Item[]
  facts: Facts
  change: Change
  keys: readonly string[]
  institutionNumber: string
  now: Date
}): Effect[] {
  const { items, facts, change, keys, now } = asked
  // A visit's answer ends within a day: what goes on is counted without it, or it would seem to change nothing.
  const standing = change.do === 'give' ? { ...facts, grants: facts.grants.filter((g) => g.basis === 'standing') } : facts
  const asker = { actor: treating(asked.institutionNumber), purpose: 'TREAT' as const, now }
  const changed = factsAfter(standing, change, keys)
  const effects = new Map<string, Effect>()
  for (const item of items) {
    if (item.kind === 'patient' || item.kind === 'shared') continue
    const effect = effects.get(item.kind) ?? { kind: item.kind, total: 0, before: 0, after: 0 }
    effects.set(item.kind, effect)
    effect.total++
    if (ruleThatAllows(item, asker, standing) !== null) effect.before++
    if (ruleThatAllows(item, asker, changed) !== null) effect.after++
  }
  return [...effects.values()].sort((a, b) => a.kind.localeCompare(b.kind))
}
