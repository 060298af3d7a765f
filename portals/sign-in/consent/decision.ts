/** What came back from the page that asks. Pure. */
import { smartScope } from '#kernel/scope'
import type { ConsentDecision, ConsentProps } from './model.ts'
import { askedParts, scopesOfTicked } from './scope-words.ts'

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')

/**
 * What was answered, from the form's fields as parsed; null where nothing was decided, the person named is none of those asked about,
 * or nothing of the record was ticked where some was asked for: the page is shown again then.
 */
export function consentDecision(
  props: Pick<ConsentProps, 'scopes' | 'forWhom'>,
  form: Readonly<Record<string, unknown>>,
): ConsentDecision | null {
  if (form.decision === 'deny') return { allow: false }
  if (form.decision !== 'allow') return null
  const parts = askedParts(props.scopes)
  const ticked = listOf(form.part).filter((id) => parts.some((part) => part.id === id))
  const chosen = props.forWhom.find(({ id }) => id === form.for)
  if (props.forWhom.length > 0 && chosen === undefined) return null
  if (parts.length > 0 && !ticked.some((id) => id !== 'away')) return null
  const scopes = scopesOfTicked(props.scopes, ticked)
  return { allow: true, scopes, forId: chosen?.id ?? null }
}

/** Parts ticked in a form that is shown again. */
export const tickedIn = (form: Readonly<Record<string, unknown>>): string[] => listOf(form.part)

/** Scopes of resources among those asked for that nobody can let in: the app is told so before anybody is asked. */
export const neverLetIn = (scopes: readonly string[]): string[] => scopes.filter((scope) => smartScope(scope)?.context === 'system')
