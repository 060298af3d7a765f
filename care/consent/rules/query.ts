/**
 * The table as conditions of a query over alias `r`. What is known of the asker beforehand leaves the condition; the rest is the same text
 * for everybody of their kind, made once, with the asker's own values beside it.
 */
import { type RawBuilder, sql } from 'kysely'
import { askerTests, askerText, askerTexts } from './askers.ts'
import type { Asker, Condition, FactName, FactTest } from './condition.ts'
import { yearsBefore } from './decide.ts'
import { factPlaces } from './facts.ts'

type Value = (asker: Asker) => unknown
/** Fixed text, cut where values stand. Every piece comes from this folder, never from a request. */
export type Text = { pieces: readonly string[]; values: readonly Value[] }
/** A condition, or what is already known of it. */
export type Part = Text | boolean

const isKnown = (part: Part): part is boolean => typeof part === 'boolean'
const fixed = (text: string): Text => ({ pieces: [text], values: [] })

/** Text around values, in the form of a template. */
const text = (pieces: readonly string[], ...values: Value[]): Text => ({ pieces, values })

/** Texts one after another. */
function chain(parts: readonly (Text | string)[]): Text {
  const pieces = ['']
  const values: Value[] = []
  for (const part of parts) {
    const { pieces: more, values: theirs } = typeof part === 'string' ? fixed(part) : part
    pieces[pieces.length - 1] += more[0]!
    pieces.push(...more.slice(1))
    values.push(...theirs)
  }
  return { pieces, values }
}

function joined(parts: readonly Part[], { neutral, word }: { neutral: boolean; word: ' and ' | ' or ' }): Part {
  if (parts.includes(!neutral)) return !neutral
  const open = parts.filter((part): part is Text => !isKnown(part))
  if (open.length === 0) return neutral
  return open.length === 1 ? open[0]! : chain(['(', ...open.flatMap((part, i) => (i === 0 ? [part] : [word, part])), ')'])
}
export const allOf = (parts: readonly Part[]): Part => joined(parts, { neutral: true, word: ' and ' })
export const anyOf = (parts: readonly Part[]): Part => joined(parts, { neutral: false, word: ' or ' })

/** Id of the first condition that holds, and after a space the id of the fact that carries it. */
export const caseOf = (parts: readonly { id: string; part: Part; carrier: Text | null }[]): Text =>
  chain([
    'case',
    ...parts.flatMap(({ id, part, carrier }) => [
      ' when ',
      isKnown(part) ? String(part) : part,
      ...(carrier === null ? [` then ${quoted(id)}::text`] : [` then ${quoted(`${id} `)} || coalesce(`, carrier, `, '')`]),
    ]),
    ' end',
  ])

const factIn = (c: Condition, fact: FactName): Extract<Condition, { fact: unknown }> | undefined =>
  'fact' in c ? (c.fact === fact ? c : undefined) : 'all' in c ? c.all.map((one) => factIn(one, fact)).find((found) => found) : undefined

/** Id of the fact that a rule rests on, the latest where several carry it; null where the rule rests on none. */
export function carrierOf(when: Condition, restsOn: FactName | undefined, like: Asker): Text | null {
  const id = restsOn === undefined ? null : factPlaces[restsOn].id
  const found = restsOn === undefined ? undefined : factIn(when, restsOn)
  if (id === null || found === undefined) return null
  const which = factWhere(found, like)
  return which === false
    ? null
    : chain([
        `(select f.${id} from ${factPlaces[found.fact].table} f where `,
        which === true ? 'true' : which,
        ` order by f.${id} desc limit 1)`,
      ])
}

const flags = { uninformed: 'r.uninformed', undelivered: 'r.undelivered', longTerm: 'r.long_term' } as const
const quoted = (word: string) => `'${word.replaceAll("'", "''")}'`

/** A condition for askers of one kind: `like` stands for all of them. */
export function partOf(c: Condition, like: Asker): Part {
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
  if ('registeredWithinYears' in c) return text(['r.registered_at > ', ''], ({ now }) => yearsBefore(now, c.registeredWithinYears))
  return factPart(c, like)
}

/** Stops at the first that is known to be false: the rest may need what this asker does not have. */
function lazily(conditions: readonly Condition[], like: Asker): Part[] {
  const parts: Part[] = []
  for (const condition of conditions) {
    const part = partOf(condition, like)
    parts.push(part)
    if (part === false) break
  }
  return parts
}

const among = (column: 'r.kind' | 'r.key', which: Parameters<typeof askerTexts>[1], like: Asker): Part =>
  askerTexts(like, which).length === 0 ? false : text([`${column} = any(`, '::text[])'], (asker) => [...askerTexts(asker, which)])

const own: Value = (asker) => askerText(asker, 'institution')

/** Null-safe, because a condition may stand under a `not`. */
function sameInstitution(column: 'source' | 'addressee', like: Asker): Part {
  if (own(like) === null) return false
  return column === 'source' ? text(['r.source = ', ''], own) : text(['(r.addressee is not null and r.addressee = ', ')'], own)
}

function factWhere({ fact, where }: Extract<Condition, { fact: unknown }>, like: Asker): Part {
  const { key, columns } = factPlaces[fact]
  const about = key === null ? true : fixed(`f.${key} = r.key`)
  return allOf([about, ...where.map((test) => factTest(test, `f.${columns[test.field]}`, like))])
}

function factPart(c: Extract<Condition, { fact: unknown }>, like: Asker): Part {
  const found = factWhere(c, like)
  if (found === false) return false
  return chain([`exists (select 1 from ${factPlaces[c.fact].table} f where `, found === true ? 'true' : found, ')'])
}

const now: Value = (asker) => asker.now

function factTest(t: FactTest, column: string, like: Asker): Part {
  if ('is' in t) return fixed(typeof t.is === 'boolean' ? (t.is ? column : `not ${column}`) : `${column} = ${quoted(t.is)}`)
  if ('has' in t) return fixed(`r.kind = any(${column})`)
  if ('began' in t) return text([`${column} <= `, ''], now)
  if ('notOver' in t) return text([`${column} > `, ''], now)
  if ('unset' in t) return fixed(`${column} is null`)
  const { sameAs, orAny } = t
  const any = `${column} = ''`
  if ('item' in sameAs) return fixed(orAny ? `(${any} or ${column} = r.${sameAs.item})` : `${column} = r.${sameAs.item}`)
  const wanted: Value = (asker) => askerText(asker, sameAs.asker)
  if (wanted(like) === null) return orAny ? fixed(any) : false
  return orAny ? text([`(${any} or ${column} = `, ')'], wanted) : text([`${column} = `, ''], wanted)
}

/** A text with the values of one asker. */
export function filled<T>({ pieces, values }: Text, asker: Asker): RawBuilder<T> {
  const strings = Object.assign([...pieces], { raw: pieces })
  return sql<T>(strings, ...values.map((value) => value(asker)))
}

/** Everything about an asker that decides which conditions are known beforehand. */
export function kindOfAsker({ actor, purpose }: Asker): string {
  if (actor.kind === 'citizen')
    return `citizen ${purpose} ${actor.keys.length > 0} ${actor.actsFor === undefined ? '' : `${(actor.actsFor.hides ?? []).length > 0} ${actor.actsFor.masked === true}`}`
  return actor.kind === 'staff' ? `staff ${purpose} ${actor.role} ${actor.app === undefined}` : `${actor.kind} ${purpose}`
}
