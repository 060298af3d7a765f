/** What the log says of many lines at once: one entry for each person, rule and fact it rested on. */
import type { Context } from '#kernel/context'

/** Something that was shown: `count` lines of it, one where absent. */
export type Shown = { key: string; kind: string; rule: string; consentId: string; count?: number }
export type Notes = Map<string, { key: string; rule: string; consentId: string; kinds: Set<string>; count: number }>

export function note(notes: Notes, shown: readonly Shown[]): void {
  for (const { kind, key, rule, consentId, count = 1 } of shown) {
    const whose = kind === 'shared' ? '' : key
    const id = `${whose} ${rule} ${consentId}`
    const known = notes.get(id) ?? { key: whose, rule, consentId, kinds: new Set(), count: 0 }
    notes.set(id, known)
    known.count += count
    known.kinds.add(kind)
  }
}

export function tellNotes(ctx: Pick<Context, 'audit'>, notes: Notes, resource: string): void {
  for (const { key, rule, consentId, kinds, count } of notes.values())
    ctx.audit({ ...(key === '' ? {} : { key }), rule, consentId, kinds: [...kinds].sort(), count, resource })
}
