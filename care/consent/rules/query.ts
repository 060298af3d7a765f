/**
 * The table as conditions of a query over alias `r`. What is known of the asker beforehand leaves the condition; the rest is the same text
 * for everybody of their kind, made once, with the asker's own values beside it.
 */
import { askerTests, askerTexts } from './askers.ts'
import type { AskerTexts, Condition } from './condition.ts'
import { yearsBefore } from './decide.ts'
import { carrierOf, factIn, factPart, textsOfAsker, without } from './fact-query.ts'
import type { AccessRule } from './table.ts'
import { allOf, anyOf, type Asked, chain, fixed, isKnown, ofKeys, type Part, quoted, type Text, text, type Value, written } from './text.ts'

/** Says the id of a rule where it holds, and after a space the id of the fact that carries it; null where it does not hold. */
function told({ id, when, restsOn }: AccessRule, like: Asked): Text | null {
  if (partOf(when, like) === false) return null
  const fact = restsOn === undefined ? undefined : factIn(when, restsOn)
  const carrier = fact === undefined ? null : carrierOf(fact, like, id)
  // The fact that carries it is looked up once: where there is none, the whole is null, and the rule does not hold.
  const holds = written(partOf(carrier === null ? when : without(when, fact!), like))
  return chain(['case when ', holds, ' then ', carrier ?? `${quoted(id)}::text`, ' end'])
}

/** Whether a rule can hold for a row of one of these types. Where a query says the wrong ones, it is shown less. */
export function meets({ when }: AccessRule, types: readonly string[] | null): boolean {
  const all = 'all' in when ? when.all : [when]
  return types === null || all.every((one) => !('typeIs' in one) || one.typeIs.some((type) => types.includes(type)))
}

/** The first rule that holds; null where none ever can for such an asker. */
export function firstTold(rules: readonly AccessRule[], like: Asked): Text | null {
  const texts = rules.map((rule) => told(rule, like)).filter((one) => one !== null)
  if (texts.length === 0) return null
  const first = chain(['coalesce(', ...texts.flatMap((one, i) => (i === 0 ? [one] : [', ', one])), ')'])
  // Facts of nobody else are at hand, what closes a record among them: nobody else's rows are shown. Of known facts `whileKnown` says it.
  const within = like.known === null ? ofKeys('r.key', like) : true
  return isKnown(within) ? first : chain(['case when ', within, ' then ', first, ' end'])
}

const flags = { uninformed: 'r.uninformed', undelivered: 'r.undelivered', longTerm: 'r.long_term' } as const

/** A condition for askers of one kind: `like` stands for all of them. */
export function partOf(c: Condition, like: Asked): Part {
  if ('all' in c) return allOf(lazily(c.all, like))
  if ('any' in c) return anyOf(c.any.map((one) => partOf(one, like)))
  if ('not' in c) {
    const part = partOf(c.not, like)
    return isKnown(part) ? !part : chain(['not ', part])
  }
  if ('asker' in c) return askerTests[c.asker](like)
  if ('flag' in c) return fixed(flags[c.flag])
  if ('kindIs' in c) return fixed(`r.kind in (${c.kindIs.map(quoted).join(', ')})`)
  if ('typeIs' in c) return fixed(`r.type in (${c.typeIs.map(quoted).join(', ')})`)
  if ('kindAmong' in c) return among('r.kind', c.kindAmong, like)
  if ('keyAmong' in c) return among('r.key', c.keyAmong, like)
  if ('institution' in c) return sameInstitution(c.institution, like)
  if ('registeredWithinYears' in c) return text(['r.registered_at > ', ''], yearsAgo(c.registeredWithinYears))
  return factPart(c, like)
}

const list = (which: AskerTexts): Value => ({ type: 'text[]', of: (asker) => [...askerTexts(asker, which)] })
const listsOfAsker: Readonly<Record<AskerTexts, Value>> = { keys: list('keys'), 'hidden-kinds': list('hidden-kinds') }

const starts = new Map<number, Value>()
/** The beginning of so many years, the same object for the same number. */
function yearsAgo(years: number): Value {
  const known = starts.get(years) ?? { type: 'timestamptz', of: ({ now }) => yearsBefore(now, years) }
  starts.set(years, known)
  return known
}

/** Stops at the first that is known to be false: the rest may need what this asker does not have. */
function lazily(conditions: readonly Condition[], like: Asked): Part[] {
  const parts: Part[] = []
  for (const condition of conditions) {
    const part = partOf(condition, like)
    parts.push(part)
    if (part === false) break
  }
  return parts
}

const among = (column: 'r.kind' | 'r.key', which: AskerTexts, like: Asked): Part =>
  askerTexts(like, which).length === 0 ? false : text([`${column} = any(`, '::text[])'], listsOfAsker[which])

const own = textsOfAsker.institution

/** Null-safe, because a condition may stand under a `not`. */
function sameInstitution(column: 'source' | 'addressee', like: Asked): Part {
  if (own.of(like) === null) return false
  return column === 'source' ? text(['r.source = ', ''], own) : text(['(r.addressee is not null and r.addressee = ', ')'], own)
}

/** Everything about an asker, and about the rows of the query, that decides which conditions are known beforehand. */
export function kindOfAsked({ actor, purpose, keys, known }: Asked): string {
  const rows = known !== null ? 'known' : keys === null ? 'all' : keys.length === 1 ? 'one' : 'some'
  if (actor.kind === 'citizen')
    return `citizen ${rows} ${purpose} ${actor.keys.length > 0} ${actor.actsFor === undefined ? '' : `${(actor.actsFor.hides ?? []).length > 0} ${actor.actsFor.masked === true}`}`
  return actor.kind === 'staff' ? `staff ${rows} ${purpose} ${actor.role} ${actor.app === undefined}` : `${actor.kind} ${rows} ${purpose}`
}
