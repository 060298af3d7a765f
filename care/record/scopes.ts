/**
 * Whether SMART scopes cover an act on a type. Both forms are read: `system/Observation.rs` and `system/*.read`.
 * @spec SMART App Launch 2.2, scopes for requesting FHIR resources (v1 and v2)
 */
export function scopeAllows(scopes: readonly string[], type: string, act: 'c' | 'r' | 'u' | 'd' | 's'): boolean {
  return scopes.some((scope) => {
    const match = /^(?:system|user|patient)\/(\*|[A-Za-z]+)\.(\*|read|write|c?r?u?d?s?)$/.exec(scope)
    if (!match || (match[1] !== '*' && match[1] !== type)) return false
    const acts = match[2]!
    if (acts === '*') return true
    if (acts === 'read') return act === 'r' || act === 's'
    if (acts === 'write') return act === 'c' || act === 'u' || act === 'd'
    return acts.includes(act)
  })
}
