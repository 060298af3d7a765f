/**
 * What SMART scopes let through: as a decision on a type, and as a judgement of what is written. As a condition of the query: store/scopes.ts.
 * @spec SMART App Launch 2.2, scopes for requesting FHIR resources (v1, v2 and finer-grained constraints)
 */
import { type Actor, scopesOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { kindsOf, scopeCovers, type ScopeContext, type SmartScope, smartScope } from '#kernel/scope'
import type { Resource } from '#packages/fhir'
import { narrowingHolds } from './store/narrowed-scopes.ts'

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
export function heldBy(actor: Actor): SmartScope[] | null {
  const scopes = scopesOf(actor)
  return scopes === null ? null : parsedOf(scopes, contexts[actor.kind])
}

const covers = (scope: SmartScope, type: string, act: ScopeAct): boolean =>
  (scope.type === '*' || scope.type === type) && scope.acts.includes(act)

/** Whether a system's scopes cover an act on a type, be it on some of its resources only. Both forms are read: `system/Observation.rs`, `system/*.read`. */
export const scopeAllows = (scopes: readonly string[], type: string, act: ScopeAct): boolean =>
  parsedOf(scopes, contexts.system).some((scope) => covers(scope, type, act))

/** Whether scopes of a system let through of a type all that others do. */
export function reachesAsFar(scopes: readonly string[], as: readonly string[], type: string, act: ScopeAct): boolean {
  const [kinds, asked] = [kindsOf(scopes), kindsOf(as)]
  if (kinds.length > 0 && (asked.length === 0 || asked.some((kind) => !kinds.includes(kind)))) return false
  return parsedOf(as, contexts.system)
    .filter((scope) => covers(scope, type, act))
    .every(({ query }) => scopeCovers(scopes, `system/${type}.${act}${query === '' ? '' : `?${query}`}`))
}

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
