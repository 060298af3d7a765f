/**
 * The register of what the law lets somebody see without consent: who, why, what, by which clause, decided by whom, to be looked at again
 * when. Each use is an entry of the log that names the basis.
 *
 * @law 個人情報の保護に関する法律 第27条第1項（例外。適用は要確認: 弁護士）
 */
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { addDays, dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { type LegalPurpose, type Statute, statutesOn } from './law/statutes.ts'
import { askableKinds } from './kinds.ts'
import * as store from './store/legal-basis.ts'
import type { RegisteredBasis } from './store/legal-basis.ts'

export type { BasisUse, RegisteredBasis } from './store/legal-basis.ts'

/** Days after which somebody must look at an entry again, at the latest. */
export const REVIEW_DAYS = 366
const MIN_WORDS = 10

/** `until`, `reviewOn`: days in Japan. `because`: facts, and why consent is hard to get. */
export type BasisWish = {
  institutionNumber: string
  institutionName: string
  purpose: string
  statute: string
  kinds: readonly string[]
  because: string
  decidedBy: string
  reviewOn: string
  until: string
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) === text
const validDay = (text: string): boolean => {
  try {
    return isDay(text)
  } catch {
    return false
  }
}

/** What keeps a wish from being an entry: names of fields, none where it is good. Pure. */
export function wrongIn(wish: BasisWish, today: string): string[] {
  const statute: Statute | undefined = statutesOn(today).find((one) => one.id === wish.statute)
  return [
    ...(/^\d{10}$/.test(wish.institutionNumber) ? [] : ['institutionNumber']),
    ...(statute === undefined ? ['statute'] : []),
    ...(statute === undefined || statute.purposes.includes(wish.purpose as LegalPurpose) ? [] : ['purpose']),
    ...(wish.kinds.length > 0 && wish.kinds.every((kind) => askableKinds.includes(kind as never)) ? [] : ['kinds']),
    ...([...wish.because.trim()].length >= MIN_WORDS ? [] : ['because']),
    ...(wish.decidedBy.trim() === '' ? ['decidedBy'] : []),
    ...(validDay(wish.until) && wish.until >= today ? [] : ['until']),
    ...(validDay(wish.reviewOn) && wish.reviewOn > today && wish.reviewOn <= addDays(today, REVIEW_DAYS) ? [] : ['reviewOn']),
  ]
}

const keepers = ({ actor }: Context): void => {
  if (actor.kind !== 'staff' || actor.role !== 'operator') refuse('not-permitted')
}

export const legalBases = {
  /** Every entry, running ones first. */
  list: (ctx: Context): Promise<RegisteredBasis[]> => store.findBases(ctx.db, ctx.now),
  /** Those that hold now. */
  running: async (ctx: Context): Promise<RegisteredBasis[]> => (await store.findBases(ctx.db, ctx.now)).filter((one) => one.running),
  find: async (ctx: Context, id: string): Promise<RegisteredBasis> =>
    (await store.findBases(ctx.db, ctx.now)).find((one) => one.id === id) ?? refuse('not-found'),
  /** Uses by month and basis, with how many persons they touched. */
  uses: (ctx: Context) => store.usesByMonth(ctx.db),

  /** Enters a basis; from the next request on it opens what it names. @refuses not-permitted, legal-basis-invalid */
  async enter(ctx: Context, wish: BasisWish): Promise<string> {
    keepers(ctx)
    const today = dateInJapan(ctx.now)
    const wrong = wrongIn(wish, today)
    if (wrong.length > 0) refuse('legal-basis-invalid', { what: wrong.join(', ') })
    const id = ulid(ctx.now.getTime())
    const until = new Date(`${addDays(wish.until, 1)}T00:00:00+09:00`)
    await store.insertBasis(ctx.db, { ...wish, id, because: wish.because.trim(), decidedBy: wish.decidedBy.trim(), since: ctx.now, until })
    ctx.audit({ action: 'legal-basis.enter', resource: `legal-basis/${id}`, consentId: id, kinds: wish.kinds, rule: wish.statute })
    return id
  },

  /** Ends a basis from the next request on. @refuses not-permitted, not-found, legal-basis-ended */
  async end(ctx: Context, id: string): Promise<void> {
    keepers(ctx)
    const found = await this.find(ctx, id)
    if (!found.running || (await store.endBasis(ctx.db, id, ctx.now)) === 0) refuse('legal-basis-ended')
    ctx.audit({ action: 'legal-basis.end', resource: `legal-basis/${id}`, consentId: id })
  },
}
