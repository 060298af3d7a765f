/** What a SMART system scope lets a client do. @spec SMART App Launch 2.2, scopes for requesting FHIR resources (v1 and v2) */
const form = /^(system|user|patient)\/(\*|[A-Za-z]+)\.(\*|read|write|(?=[cruds])c?r?u?d?s?)(?:\?([!-~]+))?$/

const v1: Record<string, string> = { '*': 'cruds', read: 'rs', write: 'cud' }

/** `narrowed`: search parameters that the records must meet, '' where there are none. */
type Scope = { context: string; type: string; acts: string; narrowed: string }

function parsed(scope: string): Scope | null {
  const [, context = '', type = '', acts = '', narrowed = ''] = form.exec(scope) ?? []
  return context === '' ? null : { context, type, acts: v1[acts] ?? acts, narrowed }
}

/** Whether what a client holds covers what is asked: the same text, or one scope whose types and acts include it. */
export function scopeCovers(own: readonly string[], asked: string): boolean {
  if (own.includes(asked)) return true
  const wanted = parsed(asked)
  if (wanted === null) return false
  return own.some((scope) => {
    const held = parsed(scope)
    if (held === null || held.context !== wanted.context || (held.type !== '*' && held.type !== wanted.type)) return false
    if (held.narrowed !== '' && held.narrowed !== wanted.narrowed) return false
    return [...wanted.acts].every((act) => held.acts.includes(act))
  })
}
