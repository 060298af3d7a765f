/** How the register decides whether two statements speak of the same person. Pure. */
import type { BindingPolicy, Stated } from './model.ts'

export type Candidate = { key: string; personId: string; birthDate: string; sex: string; nameKana: string; name: string; doubtful: boolean }

/** Name reduced to what spelling habits do not change: width, kana kind, spaces. Kanji variants stay apart. */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\u30a1-\u30f6]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60))
    .replace(/[\s\u3000・]+/g, '')
    .toLowerCase()
}

/**
 * Which of the people who hold a member id a statement speaks of.
 *
 * The birth date must agree: a member id without branch is shared by a family, and a mistyped one belongs to somebody
 * else. Sex may be unknown on either side. A name may change (marriage), so it decides only between twins.
 *
 * @returns the candidate, or null where the statement must be set aside
 */
export function samePerson(
  stated: Pick<Stated, 'birthDate' | 'sex' | 'name' | 'nameKana'>,
  candidates: readonly Candidate[],
): Candidate | null {
  const agree = candidates.filter((c) => c.birthDate === stated.birthDate && sexAgrees(c.sex, stated.sex))
  if (oneOf(agree)) return agree[0]!
  const named = agree.filter((c) => foldName(c.nameKana) === foldName(stated.nameKana) || foldName(c.name) === foldName(stated.name))
  return oneOf(named) ? named[0]! : null
}

/** Whether all are entries of one person: a link leaves several under one number. */
const oneOf = (candidates: readonly Candidate[]) => new Set(candidates.map((c) => c.personId)).size === 1

function sexAgrees(a: string, b: string): boolean {
  const open = (s: string) => s === '' || s === 'unknown' || s === 'other'
  return open(a) || open(b) || a === b
}

/**
 * What a client's tokens must be tied to, whatever its register entry hopes for.
 *
 * A stolen token that is tied to nothing works for the thief, so only an app that reads its own person's record may do
 * without. The demo, whose secrets are public, may let any client do without.
 */
export function bindingDemanded(client: { binding: BindingPolicy; scopes: readonly string[] }, anyClientUnbound: boolean): BindingPolicy {
  if (client.binding !== 'none' || anyClientUnbound) return client.binding
  const reads = client.scopes.every((scope) =>
    /^(?:patient\/(?:\*|[A-Za-z]+)\.(?:read|rs?|s)(?:\?[!-~]+)?|launch|launch\/patient|openid|fhirUser|profile|(?:on|off)line_access)$/.test(
      scope,
    ),
  )
  return reads && client.scopes.length > 0 ? 'none' : 'any'
}
