/** What the law says to a wish to be erased. Pure: no clock, no database. */
import { retentionYears } from '#care/consent'
import type { Portion } from '#care/record'
import { dateInJapan } from '#kernel/japan'
import type { Sentence } from '#kernel/language'
import type { Certificate, Generation, ReasonId, Split } from './model.ts'

/**
 * Reasons the law knows, and the person's own wish, which this platform honours as far as nothing has to be kept.
 * @law 個人情報の保護に関する法律 第35条（適用の範囲は要確認: 弁護士）
 */
export const reasons: readonly { id: ReasonId; words: Sentence; law: string }[] = [
  { id: 'own-wish', words: { ja: '理由はないが、消してほしい', en: 'No special reason; I want it gone' }, law: '本基盤の約束' },
  {
    id: 'not-needed',
    words: { ja: 'もう使う必要がなくなった', en: 'It is no longer needed' },
    law: '個人情報の保護に関する法律 第35条',
  },
  {
    id: 'unlawful',
    words: { ja: '目的の外で使われた、正しくない方法で集められた', en: 'It was used beyond its purpose, or collected wrongly' },
    law: '個人情報の保護に関する法律 第35条（第18条〜第20条）',
  },
  {
    id: 'unlawful-transfer',
    words: { ja: '同意なく、ほかへ渡された', en: 'It was given to others without my consent' },
    law: '個人情報の保護に関する法律 第35条（第27条・第28条）',
  },
  { id: 'breach', words: { ja: '漏えいがあった', en: 'There was a breach' }, law: '個人情報の保護に関する法律 第35条' },
  {
    id: 'rights-at-risk',
    words: { ja: '自分の権利や利益が害されるおそれがある', en: 'My rights or interests are at risk' },
    law: '個人情報の保護に関する法律 第35条',
  },
]

export const isReason = (id: string): id is ReasonId => reasons.some((one) => one.id === id)

/** Why what institutions gave may not go yet. @law 医師法第24条（診療が終わってから5年。起算点は要確認: 弁護士） */
export const KEEPING_LAW = '医師法 第24条（診療録の保存。起算点は要確認: 弁護士）'
export const LOG_LAW = '個人情報の保護に関する法律 第29条・第30条（提供の記録）と本基盤の既定'

export const logYears = (now: Date): number =>
  Math.max(retentionYears('access-log', dateInJapan(now)), retentionYears('provision-record', dateInJapan(now)))

/** When what an institution gave may go: years after the last of it, as the treatment's end is not known better. */
export function keptUntil({ youngest }: Pick<Portion, 'youngest'>, now: Date): Date {
  const end = new Date(youngest)
  end.setUTCFullYear(end.getUTCFullYear() + retentionYears('chart', dateInJapan(now)))
  return end
}

/** An institution's part goes as a whole or not at all: while it treats somebody, its chart is one. */
export function splitOf(portions: readonly Portion[], now: Date): Split {
  const dated = portions.map((portion) => ({ ...portion, until: keptUntil(portion, now) }))
  return { free: portions.filter((p) => keptUntil(p, now) <= now), kept: dated.filter((p) => p.until > now) }
}

/** When something that is kept may go next. */
export const nextOf = ({ kept }: Split): Date | null =>
  kept.length === 0 ? null : new Date(Math.min(...kept.map(({ until }) => until.getTime())))

/**
 * By when no backup holds what goes now: the day after the last day of those that stand or are being made.
 * @returns null where one has no end, or stands beyond it because it is the last one
 */
export function backupsGoneBy(generations: readonly Generation[], now: Date): Certificate['backups'] {
  const standing = generations.filter((g) => g.destroyedAt === null)
  const [today, count] = [dateInJapan(now), standing.length]
  if (standing.some((g) => g.endsOn === null || g.endsOn < today)) return { count, until: null }
  const last = standing
    .map((g) => g.endsOn!)
    .toSorted()
    .at(-1)
  return { count, until: last === undefined ? today : dayAfter(last) }
}

const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/**
 * Generations whose key goes now. The newest whole one that stands and has an end never does: without it there might be no backup at all. One without
 * an end protects no other: it may be a key that was made for a backup which then failed.
 */
export function endedGenerations(generations: readonly Generation[], today: string): Generation[] {
  const standing = generations.filter((g) => g.destroyedAt === null)
  const newest = standing
    .filter((g) => g.endsOn !== null && g.whole)
    .toSorted((a, b) => a.madeAt.getTime() - b.madeAt.getTime())
    .at(-1)
  return standing.filter((g) => g !== newest && g.endsOn !== null && g.endsOn < today)
}
