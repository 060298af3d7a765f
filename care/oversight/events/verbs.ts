/** The one table of what an action of the log does, by its last word: read by the mapping and by the query. */

/** @spec http://hl7.org/fhir/R4/valueset-audit-event-action.html */
export type FhirAction = 'C' | 'R' | 'U' | 'D' | 'E'

/** What is not here is a read. */
export const verbs: Readonly<Record<Exclude<FhirAction, 'R'>, readonly string[]>> = {
  C: [
    'create',
    'deposit',
    'deposit-again',
    'give',
    'enter',
    'add',
    'put',
    'make',
    'issue',
    'propose',
    'mark',
    'invite',
    'assign',
    'push',
    'open',
  ],
  U: [
    'update',
    'change',
    'changed',
    'rename',
    'accept',
    'close',
    'reopen',
    'set',
    'unlock',
    'link',
    'unlink',
    'part',
    'decide',
    'undo',
    'meta',
    'let-in',
    'review',
  ],
  D: ['delete', 'end', 'ended', 'withdraw', 'remove', 'purge', 'erase', 'revoke', 'stopped', 'mark-end', 'unmark'],
  E: [
    ...['search', 'graphql', 'query', 'everything', 'lastn', 'export-start', 'import-start', 'validate', 'check', 'deliver'],
    ...['card', 'passkey', 'staff', 'sign-out', 'lock', 'again', 'use', 'act', 'self', 'introspect', 'bundle', 'look-asked'],
  ],
}

const lastWord = (action: string): string => action.slice(action.lastIndexOf('.') + 1)
const listed = Object.values(verbs).flat()

/** What an action does. `sign-in.card` and `sign-in.staff` execute; `operator.staff` shows a page. */
export function fhirAction(action: string): FhirAction {
  const word = lastWord(action)
  const found = (['C', 'U', 'D', 'E'] as const).find((code) => verbs[code].includes(word))
  return found ?? 'R'
}

/** The same as a filter on the last word. */
export const verbsOf = (action: FhirAction): { among: readonly string[] } | { not: readonly string[] } =>
  action === 'R' ? { not: listed } : { among: verbs[action] }
