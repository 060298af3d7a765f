/** What SMART scopes let through, as a condition of the query. */
import { type RawBuilder, sql } from 'kysely'
import { type Actor, scopesOf } from '#kernel/context'
import { kindsOf, type SmartScope } from '#kernel/scope'
import { heldBy } from '../scopes.ts'
import { narrowedSql } from './narrowed-scopes.ts'

/** Both of two conditions; the second may leave nothing out. */
export const bothSql = (visible: RawBuilder<boolean>, scoped: RawBuilder<boolean> | null): RawBuilder<boolean> =>
  scoped === null ? visible : sql<boolean>`(${visible} and ${scoped})`

/** Keys of the patient whose record `patient/` scopes are about. */
function launchedFor(actor: Actor): readonly string[] {
  if (actor.kind !== 'citizen' && actor.kind !== 'staff') return []
  return actor.app?.patientKeys ?? (actor.kind === 'citizen' ? actor.keys : [])
}

const typesSql = (types: readonly string[]) =>
  types.length === 1 ? sql<boolean>`r.type = ${types[0]}` : sql<boolean>`r.type = any(${[...types]}::text[])`

const anyOf = (parts: readonly RawBuilder<boolean>[]): RawBuilder<boolean> =>
  parts.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(parts, sql` or `)})`

/** Whole types that scopes of one context let through: null for all of them. */
function wholeTypes(scopes: readonly SmartScope[]): string[] | null {
  const whole = scopes.filter((scope) => scope.where.length === 0)
  return whole.some((scope) => scope.type === '*') ? null : [...new Set(whole.map((scope) => scope.type))]
}

/** Resources of one context's scopes, over alias `r` with type and body. */
function contextSql(scopes: readonly SmartScope[]): RawBuilder<boolean> | null {
  const whole = wholeTypes(scopes)
  if (whole === null) return null
  const narrowed = scopes.filter((scope) => scope.where.length > 0 && !whole.includes(scope.type))
  return anyOf([
    ...(whole.length > 0 ? [typesSql(whole)] : []),
    ...narrowed.map((scope) => sql<boolean>`(r.type = ${scope.type} and ${narrowedSql(scope.type, scope.where)})`),
  ])
}

/**
 * What the scopes let through as a condition over alias `r` (key, type, kind, body), to stand beside consent's predicate in the query;
 * null where they leave nothing out that the types named in the request do not leave out already. A system with plain scopes pays nothing.
 */
export function scopeSql(actor: Actor, act: 'r' | 's'): RawBuilder<boolean> | null {
  const parts = [resourcesSql(actor, act), kindsSql(actor)].filter((part) => part !== null)
  return parts.length === 2 ? sql<boolean>`(${parts[0]!} and ${parts[1]!})` : (parts[0] ?? null)
}

/** The kinds that scopes narrow a token to; null where none is named. Registers and the Patient have no such kind. */
function kindsSql(actor: Actor): RawBuilder<boolean> | null {
  const kinds = kindsOf(scopesOf(actor) ?? [])
  return kinds.length === 0 ? null : sql<boolean>`(r.kind in ('shared', 'patient') or r.kind = any(${kinds}::text[]))`
}

function resourcesSql(actor: Actor, act: 'r' | 's'): RawBuilder<boolean> | null {
  const held = heldBy(actor)?.filter((scope) => scope.acts.includes(act))
  if (held === undefined) return null
  if (actor.kind === 'system') return held.some((scope) => scope.where.length > 0) ? contextSql(held) : null
  const parts = [patientPart(actor, held), userPart(held)]
  return parts.includes('all') ? null : anyOf(parts.filter((part) => part !== 'all' && part !== null) as RawBuilder<boolean>[])
}

function userPart(held: readonly SmartScope[]): RawBuilder<boolean> | 'all' | null {
  const scopes = held.filter(({ context }) => context === 'user')
  return scopes.length === 0 ? null : (contextSql(scopes) ?? 'all')
}

function patientPart(actor: Actor, held: readonly SmartScope[]): RawBuilder<boolean> | null {
  const scopes = held.filter(({ context }) => context === 'patient')
  if (scopes.length === 0) return null
  const [what, keys] = [contextSql(scopes), [...launchedFor(actor)]]
  const whose = sql<boolean>`(r.kind = 'shared' or r.key = any(${keys}::text[]))`
  return what === null ? whose : sql<boolean>`(${whose} and ${what})`
}
