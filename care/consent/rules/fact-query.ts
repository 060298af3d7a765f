/**
 * Facts in a query over alias `r`. Where the query reads rows of known keys alone, and where a fact speaks of nobody in particular, a
 * statement gathers once which facts hold for who asks, and each row looks its own up: asked row by row, facts cost more than the rows.
 */
import type { FactRow } from '../model.ts'
import { askerText } from './askers.ts'
import type { AskerText, Condition, FactName, FactTest } from './condition.ts'
import { factPlaces } from './facts.ts'
import { isKnownName, isOfRow, type KnownName, sayingOnce } from './known.ts'
import { allOf, type Asked, chain, fixed, ofKeys, type Part, quoted, type Text, text, type Value, written } from './text.ts'

export type FactCondition = Extract<Condition, { fact: unknown }>

const now: Value = { type: 'timestamptz', of: (asked) => asked.now }
const said = (which: AskerText): Value => ({ type: 'text', of: (asked) => askerText(asked, which) })
export const textsOfAsker: Readonly<Record<AskerText, Value>> = {
  institution: said('institution'),
  id: said('id'),
  purpose: said('purpose'),
}

function testPart(t: FactTest, column: string, like: Asked): Part {
  if ('is' in t) return fixed(typeof t.is === 'boolean' ? (t.is ? column : `not ${column}`) : `${column} = ${quoted(t.is)}`)
  if ('has' in t) return fixed(`r.kind = any(${column})`)
  if ('began' in t) return text([`${column} <= `, ''], now)
  if ('notOver' in t) return text([`${column} > `, ''], now)
  if ('unset' in t) return fixed(`${column} is null`)
  const { sameAs, orAny } = t
  const any = `${column} = ''`
  if ('item' in sameAs) return fixed(orAny ? `(${any} or ${column} = r.${sameAs.item})` : `${column} = r.${sameAs.item}`)
  const wanted = textsOfAsker[sameAs.asker]
  if (wanted.of(like) === null) return orAny ? fixed(any) : false
  return orAny ? text([`(${any} or ${column} = `, ')'], wanted) : text([`${column} = `, ''], wanted)
}

const testsPart = ({ fact }: FactCondition, tests: readonly FactTest[], like: Asked): Part =>
  allOf(tests.map((test) => testPart(test, `f.${factPlaces[fact].columns[test.field]}`, like)))

/** Facts that fit one row. */
function ofRow(c: FactCondition, like: Asked): Part {
  const { key } = factPlaces[c.fact]
  return allOf([key === null ? true : fixed(`f.${key} = r.key`), testsPart(c, c.where, like)])
}

/** Facts that may fit some row of the query. */
function ofQuery(c: FactCondition, like: Asked): Part {
  const { key } = factPlaces[c.fact]
  const tests = c.where.filter((test) => !isOfRow(test))
  return allOf([key === null ? true : ofKeys(`f.${key}`, like), testsPart(c, tests, like)])
}

/** By what a row finds its fact: a column (or field) of the fact and one of the row. */
type Side = { of: string; field: string; row: string; unnested: string }
/** `once`: the fact fits all rows or none; `looked-up`: by columns; `narrowed`: row by row, where any fits at all; `by-row`. */
type Way = { how: 'once' | 'narrowed' | 'by-row' } | { how: 'looked-up'; by: readonly Side[] }

/** How a query asks for a fact. Facts that fit anybody are too many to gather, and where an empty text stands for all there is no one column. */
function wayOf({ fact, where }: FactCondition, like: Asked): Way {
  const { key, columns } = factPlaces[fact]
  if (key !== null && like.keys === null) return { how: 'by-row' }
  // Where the query reads rows of one key, its facts are all of that key.
  const by: Side[] = key === null || like.keys?.length === 1 ? [] : [{ of: `f.${key}`, field: 'key', row: 'r.key', unnested: '' }]
  for (const test of where.filter(isOfRow)) {
    const of = `f.${columns[test.field]}`
    if ('has' in test) by.push({ of: 'one.kind', field: test.field, row: 'r.kind', unnested: ` cross join unnest(${of}) one(kind)` })
    else if ('sameAs' in test && 'item' in test.sameAs && !test.orAny)
      by.push({ of, field: test.field, row: `r.${test.sameAs.item}`, unnested: '' })
    else return { how: 'narrowed' }
  }
  return by.length === 0 ? { how: 'once' } : { how: 'looked-up', by }
}

const together = (columns: readonly string[]): string => columns.join(` || ' ' || `)

/** What is told of the latest fact that fits the row, out of those gathered once a statement; null where none fits. */
function lookedUp(c: FactCondition, like: Asked, { by, told }: { by: readonly Side[]; told: string }): Text {
  const { table, id } = factPlaces[c.fact]
  const order = id === null ? '' : ` order by f.${id}`
  // Two lists made into one object cost less than an object that grows; of what fits one place twice the later stays, as there.
  const gathered = `select jsonb_object(array_agg(${together(by.map((side) => side.of))}${order}), array_agg(${told}${order}))`
  const from = `${table} f${by.map((side) => side.unnested).join('')}`
  return chain([`((${gathered} from ${from} where `, written(ofQuery(c, like)), `)${found(by)})`])
}

const found = (by: readonly Side[]): string => ` ->> (${together(by.map((side) => side.row))})`

/** The same out of facts that are known beforehand: they come as a value. Those of a list of kinds are not among them. */
function knownBy(c: FactCondition & { fact: KnownName }, { by, told }: { by: readonly Side[]; told: (id: string) => string }): Text {
  const said = sayingOnce(c, (facts) => {
    const place = (fact: FactRow) => by.map(({ field }) => String(fact[field])).join(' ')
    return JSON.stringify(Object.fromEntries(facts.map((fact) => [place(fact), told(String(fact[idFields[c.fact]]))])))
  })
  const value: Value = { type: 'jsonb', of: (asked) => said(asked, asked.known!) }
  return text(['(', `${found(by)})`], value)
}

/** What a receipt names of a fact, as a field. */
const idFields: Readonly<Record<KnownName, string>> = { grants: 'consentId', closures: 'closureId' }
const isKnownTo = (like: Asked, c: FactCondition): c is FactCondition & { fact: KnownName } => like.known !== null && isKnownName(c.fact)

const existing = ({ fact }: FactCondition, which: Part): Text =>
  chain([`exists (select 1 from ${factPlaces[fact].table} f where `, written(which), ')'])

/** Whether a fact fits the row. */
export function factPart(c: FactCondition, like: Asked): Part {
  const which = ofRow(c, like)
  if (which === false) return false
  const way = wayOf(c, like)
  // Of known facts that no row looks up there are none: where there are, the query asks for all of them (`areTold`).
  if (isKnownTo(like, c)) return way.how === 'looked-up' && chain([knownBy(c, { by: way.by, told: () => '' }), ' is not null'])
  if (way.how === 'once') return existing(c, ofQuery(c, like))
  if (way.how === 'looked-up') return chain([lookedUp(c, like, { by: way.by, told: `''::text` }), ' is not null'])
  return way.how === 'by-row' ? existing(c, which) : allOf([existing(c, ofQuery(c, like)), existing(c, which)])
}

/** A word and the id of the fact that a rule rests on, the latest where several carry it, null where none does; no text of a fact without id. */
export function carrierOf(c: FactCondition, like: Asked, word: string): Text | null {
  const { table, id } = factPlaces[c.fact]
  const which = ofRow(c, like)
  if (id === null || which === false) return null
  const told = `${quoted(`${word} `)} || f.${id}`
  const way = wayOf(c, like)
  if (isKnownTo(like, c)) return way.how === 'looked-up' ? knownBy(c, { by: way.by, told: (said) => `${word} ${said}` }) : null
  if (way.how === 'looked-up') return lookedUp(c, like, { by: way.by, told })
  const asked = way.how === 'once' ? ofQuery(c, like) : which
  return chain([`(select ${told} from ${table} f where `, written(asked), ` order by f.${id} desc limit 1)`])
}

/** Whether a row finds such facts by its columns. */
export const isLookedUp = (c: FactCondition, like: Asked): boolean => wayOf(c, like).how === 'looked-up'

/** The fact of this name that must hold wherever the condition holds. */
export const factIn = (c: Condition, fact: FactName): FactCondition | undefined =>
  'fact' in c ? (c.fact === fact ? c : undefined) : 'all' in c ? c.all.map((one) => factIn(one, fact)).find((found) => found) : undefined

/** The condition without one of the facts that must hold. */
export const without = (c: Condition, fact: FactCondition): Condition =>
  c === fact ? { all: [] } : 'all' in c ? { all: c.all.map((one) => without(one, fact)) } : c
