/** Keys of systems and apps, from one to the next: a new one beside the old, the day on which the old one ends, the end at once. */
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { isDay } from './facility-rules.ts'
import { type Finding, judgeKeys } from './key-rules.ts'
import type { ClientKey } from './register-model.ts'
import { noted, type Saved } from './registers.ts'
import * as store from './store/client.ts'

/** Whose keys they are. `mayBeLast`: whether it can do without any key (a certificate's name counts, or it keeps none). */
export type KeyHolder = {
  clientId: string
  subject: string
  institutionNumber: string
  keys: readonly ClientKey[]
  mayBeLast: boolean
}

/** `secret`: what was pasted holds a private key, and must not be shown again either. */
export type KeysSaved = Saved<string> & { secret?: boolean }

const inUse = ({ keys }: KeyHolder): ClientKey[] => keys.filter((key) => key.retiredAt === null)
const about = ({ subject, institutionNumber }: KeyHolder, act: string) => ({ subject, institutionNumber, act })

/** The last moment of a day in Japan. */
const endOf = (day: string): Date => new Date(`${day}T23:59:59.999+09:00`)

/** Nobody plans further ahead; a year of five digits is a slip. */
const FARTHEST_YEARS = 10

/** What is wrong with a day on which a key shall end. */
export function judgeKeyEnd(day: string, today: string): Finding[] {
  const said = (ja: string, en: string): Finding[] => [{ field: 'until', ja, en }]
  if (!isDay(day)) return said('日付は 2026-04-01 の形で、ある日を書いてください。', 'Write a day that exists, as 2026-04-01.')
  if (day < today)
    return said('過ぎた日です。すぐに終えるときは「使用を終える」を使ってください。', 'This day has passed. To end it at once, retire it.')
  return Number(day.slice(0, 4)) - Number(today.slice(0, 4)) > FARTHEST_YEARS
    ? said(`期限は${FARTHEST_YEARS}年先までです。`, `At most ${FARTHEST_YEARS} years ahead.`)
    : []
}

/** Keys that may be added beside those in use. */
function judgeNew(ctx: Context, holder: KeyHolder, pasted: string) {
  const judged = judgeKeys(pasted, ctx.now)
  if (judged.findings.length > 0) return judged
  const said = (ja: string, en: string) => ({ ...judged, findings: [{ field: 'keys', ja, en }] })
  if (judged.keys.length === 0) return said('公開鍵か証明書を貼り付けてください。', 'Paste a public key or a certificate.')
  const same = judged.keys.find((k) => inUse(holder).some((u) => u.kid === k.kid && u.thumbprint !== k.thumbprint))
  if (same === undefined) return judged
  const kid = same.kid.slice(0, 60)
  return said(
    `kid「${kid}」は、別の鍵が使っています。新しい鍵には新しい kid を付けてください。`,
    `The kid “${kid}” belongs to another key. Give the new key a kid of its own.`,
  )
}

/**
 * Adds keys beside those in use. Both count until the old ones end: on a day that is said, or when somebody retires them.
 * @param given.oldUntil last day of the keys in use so far; null where none is planned
 */
export async function rotateKeys(ctx: Context, holder: KeyHolder, given: { pasted: string; oldUntil: string | null }): Promise<KeysSaved> {
  const { keys, findings, secret } = judgeNew(ctx, holder, given.pasted)
  const late = given.oldUntil === null ? [] : judgeKeyEnd(given.oldUntil, dateInJapan(ctx.now)).map((f) => ({ ...f, field: 'oldUntil' }))
  if (findings.length + late.length > 0) return { findings: [...findings, ...late], secret }
  const { clientId } = holder
  await store.insertKeys(ctx.db, clientId, { keys, at: ctx.now })
  const old = inUse(holder).filter((k) => k.form === 'jwk' && !keys.some((added) => added.thumbprint === k.thumbprint))
  const until = given.oldUntil === null ? null : endOf(given.oldUntil)
  for (const { thumbprint, validUntil } of until === null ? [] : old)
    if (validUntil === null || validUntil > until!) await store.setKeyEnd(ctx.db, { clientId, thumbprint, until })
  await store.settleKeys(ctx.db, clientId)
  const after = { keys: keys.map((k) => k.kid).join(' '), ...(until === null ? {} : { oldUntil: given.oldUntil }) }
  await noted(ctx, { ...about(holder, 'client.key-add'), before: null, after })
  return { saved: clientId }
}

/** Plans the last day of a key, or none. A certificate ends when it says. @refuses not-found where no key of it is in use */
export async function planKeyEnd(ctx: Context, holder: KeyHolder, to: { thumbprint: string; until: string | null }): Promise<KeysSaved> {
  const key = inUse(holder).find((k) => k.thumbprint === to.thumbprint && k.form === 'jwk') ?? refuse('not-found')
  const findings = to.until === null ? [] : judgeKeyEnd(to.until, dateInJapan(ctx.now))
  if (findings.length > 0) return { findings }
  const { clientId } = holder
  await store.setKeyEnd(ctx.db, { clientId, thumbprint: key.thumbprint, until: to.until === null ? null : endOf(to.until) })
  await store.settleKeys(ctx.db, clientId)
  const before = { key: key.kid, until: key.validUntil === null ? null : dateInJapan(key.validUntil) }
  await noted(ctx, { ...about(holder, 'client.key-end'), before, after: { key: key.kid, until: to.until } })
  return { saved: clientId }
}

/** Takes a key out of use at once; the last one only with its holder. @refuses not-found, last-key */
export async function retireOneKey(ctx: Context, holder: KeyHolder, thumbprint: string): Promise<void> {
  const key = inUse(holder).find((k) => k.thumbprint === thumbprint) ?? refuse('not-found')
  if (inUse(holder).length === 1 && !holder.mayBeLast) refuse('last-key')
  await store.retireKey(ctx.db, { clientId: holder.clientId, thumbprint, now: ctx.now })
  await noted(ctx, { ...about(holder, 'client.key-retire'), before: { key: key.kid }, after: { key: null } })
}
