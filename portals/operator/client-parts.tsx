import { type ClientEntry, type ClientKey, WARN_DAYS } from '#care/person'
import { type Lang, t } from '#ui'

export const clientHref = (id: string, rest = ''): string => `/operator/clients/${encodeURIComponent(id)}${rest}`
export const clientCrumbs = (lang: Lang) => [
  { href: '/operator/clients', label: t(lang, { ja: 'システムとアプリ', en: 'Systems and apps' }) },
]

/** The end of what a client signs with, and whether it is near. */
export const nearEnd = (key: ClientKey, now: Date): boolean =>
  key.validUntil !== null && key.validUntil.getTime() - now.getTime() < WARN_DAYS * 86_400_000

export const inUse = ({ keys }: { keys: readonly ClientKey[] }): ClientKey[] => keys.filter((k) => k.retiredAt === null)
export const lastUse = (client: ClientEntry): Date | null =>
  client.keys.reduce<Date | null>((last, { usedAt }) => (usedAt !== null && (last === null || usedAt > last) ? usedAt : last), null)
