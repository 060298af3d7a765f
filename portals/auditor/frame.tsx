import type { ReactNode } from 'react'
import { type Actor, type Context, institutionNameIn } from '#kernel/context'
import type { RouteRequest } from '#kernel/route'
import { type Lang, type NavItem, Page, type PageProps, t } from '#ui'

/** What every page needs of its request. */
export type PageOf = { lang: Lang; path: string; actor: Actor; now: Date; demo: boolean }

export const pageOf = ({ lang, actor, now }: Context, { url }: Pick<RouteRequest, 'url'>, { demo }: { demo: boolean }): PageOf => ({
  lang,
  path: url,
  actor,
  now,
  demo,
})

const places = [
  { href: '/audit', shortcut: 'h', ja: '今日見るもの', en: 'Today' },
  { href: '/audit/findings', shortcut: 'f', ja: '気づき', en: 'Findings' },
  { href: '/audit/events', shortcut: 'l', ja: '記録を調べる', en: 'The log' },
  { href: '/audit/scope', shortcut: 'r', ja: '範囲を調べる', en: 'Scope' },
  { href: '/audit/breaches', shortcut: 'b', ja: '漏えい等', en: 'Breaches' },
  { href: '/operator/emergencies', shortcut: 'e', ja: '緊急アクセスの審査', en: 'Emergency access' },
  { href: '/operator/questions', shortcut: 'u', ja: '本人からの質問', en: 'Questions' },
  { href: '/operator/disaster', shortcut: 'd', ja: '災害時の閲覧', en: 'Disaster access' },
] as const

export type Place = (typeof places)[number]['href']

type FrameProps = Omit<PageProps, 'lang' | 'audience' | 'path' | 'nav' | 'user' | 'demo'> & { on: PageOf; here: Place }

/** The frame of the auditors' pages. */
export function AuditorPage({ on, here, ...props }: FrameProps): ReactNode {
  const { lang, path, actor, demo } = on
  const nav: NavItem[] = places.map(({ href, shortcut, ...label }) => ({ href, label: label[lang], current: href === here, shortcut }))
  const role = t(lang, { ja: '縁の監査担当', en: 'Auditor of the platform' })
  const user = actor.kind === 'staff' ? { name: actor.name, detail: `${role} ・ ${institutionNameIn(actor, lang)}` } : undefined
  return <Page {...props} lang={lang} audience="staff" path={path} nav={nav} user={user} demo={demo} />
}
