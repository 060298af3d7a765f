/**
 * What SMART scopes let through: as a decision on a type, as a condition of the query, and as a judgement of what is written.
 * @spec SMART App Launch 2.2, scopes for requesting FHIR resources (v1, v2 and finer-grained constraints)
 */
import { type RawBuilder, sql } from 'kysely'
import { type Actor, scopesOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type ScopeContext, type SmartScope, smartScope } from '#kernel/scope'
import type { Resource } from '#packages/fhir'
import { narrowedSql, narrowingHolds } from './narrowed-scopes.ts'

export type ScopeAct = 'c' | 'r' | 'u' | 'd' | 's'

/** Contexts that mean something: `patient/` and `user/` speak of who let an app in, `system/` of a system that acts for itself. */
const contexts: Record<Actor['kind'], readonly ScopeContext[]> = {
  public: [],
  system: ['system'],
  citizen: ['patient', 'user'],
  staff: ['patient', 'user'],
}

function parsedOf(scopes: readonly string[], meant: readonly ScopeContext[]): SmartScope[] {
  return scopes.flatMap((text) => {
    const scope = smartScope(text)
    return scope !== null && meant.includes(scope.context) ? [scope] : []
  })
}

/** Scopes that hold for who asks; null for a person in their own browser, whom none restricts. */
function heldBy(actor: Actor): SmartScope[] | null {
  const scopes = scopesOf(actor)
  return scopes === null ? null : parsedOf(scopes, contexts[actor.kind])
}

const covers = (scope: SmartScope, type: string, act: ScopeAct): boolean =>
  (scope.type === '*' || scope.type === type) && scope.acts.includes(act)

/** Whether a system's scopes cover an act on a type, be it on some of its resources only. Both forms are read: `system/Observation.rs`, `system/*.read`. */
export const scopeAllows = (scopes: readonly string[], type: string, act: ScopeAct): boolean =>
  parsedOf(scopes, contexts.system).some((scope) => covers(scope, type, act))

/** Whether who asks may do an act on a type, be it on some of its resources only; no scope restricts a person in their own browser. */
export function allows(actor: Actor, type: string, act: ScopeAct): boolean {
  const held = heldBy(actor)
  return held === null || held.some((scope) => covers(scope, type, act))
}

/** @refuses scope-missing where the token does not cover the act */
export function requireScope(actor: Actor, type: string, act: ScopeAct): void {
  if (!allows(actor, type, act))
    refuse('scope-missing', {
      scope: `${actor.kind === 'citizen' ? 'patient' : actor.kind === 'staff' ? 'user' : 'system'}/${type}.${act}`,
    })
}

/**
 * What is written must be within what the token is narrowed to, where it is narrowed.
 * @refuses scope-missing
 */
export function requireWithin(actor: Actor, resource: Resource, act: ScopeAct): void {
  const held = heldBy(actor)
  if (held === null) return
  const { resourceType: type } = resource
  const covering = held.filter((scope) => covers(scope, type, act))
  if (covering.some((scope) => scope.where.length === 0 || narrowingHolds(type, scope.where, resource))) return
  refuse('scope-missing', { scope: covering[0] ? `${type}.${act}?${covering[0].query.slice(0, 120)}` : `${type}.${act}` })
}

/** Whether old versions must be judged too before they are replaced: only where a scope is narrowed. */
export const isNarrowed = (actor: Actor, type: string, act: ScopeAct): boolean => {
  const held = heldBy(actor)?.filter((scope) => covers(scope, type, act)) ?? []
  return held.length > 0 && held.every((scope) => scope.where.length > 0)
}

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
