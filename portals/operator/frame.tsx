import type { ReactNode } from 'react'
import { type Actor, type Context, institutionNameIn } from '#kernel/context'
import type { RouteRequest } from '#kernel/route'
import { type Lang, type NavItem, Page, type PageProps, t } from '#ui'
import { roleNames } from './words.ts'

/** What every page needs of its request. */
export type PageOf = { lang: Lang; path: string; actor: Actor; now: Date; demo: boolean }

export const pageOf = ({ lang, actor, now }: Context, request: Pick<RouteRequest, 'url'>, { demo }: { demo: boolean }): PageOf => ({
  lang,
  path: request.url,
  actor,
  now,
  demo,
})

/** Places of the menu. The register of people is the platform's, so a facility's administrator does not see it. */
const places = [
  { href: '/audit', shortcut: 'h', ja: '今日見るもの', en: 'Today', roles: ['auditor'] },
  { href: '/operator', shortcut: 'h', ja: 'いまの状態', en: 'Overview', roles: ['operator', 'administrator'] },
  { href: '/operator/facilities', shortcut: 'f', ja: '施設と職員', en: 'Facilities and staff', roles: ['operator', 'administrator'] },
  { href: '/operator/people', shortcut: 'p', ja: '人の登録', en: 'People', roles: ['operator'] },
  { href: '/operator/clients', shortcut: 'c', ja: 'システムとアプリ', en: 'Systems and apps', roles: ['operator', 'administrator'] },
  { href: '/operator/disaster', shortcut: 'd', ja: '災害時の閲覧', en: 'Disaster access', roles: ['operator', 'auditor'] },
  { href: '/operator/questions', shortcut: 'u', ja: '本人からの質問', en: 'Questions', roles: ['administrator', 'auditor'] },
  { href: '/operator/sign-ins', shortcut: 's', ja: 'サインインの手助け', en: 'Sign-in help', roles: ['operator', 'administrator'] },
  {
    href: '/operator/emergencies/guards',
    shortcut: 'g',
    ja: '緊急アクセスの守り',
    en: 'Emergency guards',
    roles: ['operator', 'administrator'],
  },
  { href: '/operator/emergencies', shortcut: 'e', ja: '緊急アクセスの審査', en: 'Emergency access', roles: ['auditor', 'administrator'] },
  { href: '/operator/legal-bases', shortcut: 'l', ja: '法的根拠', en: 'Legal bases', roles: ['operator', 'auditor'] },
] as const

export type Place = (typeof places)[number]['href']

type FrameProps = Omit<PageProps, 'lang' | 'audience' | 'path' | 'nav' | 'user' | 'demo'> & { on: PageOf; here: Place }

/** The frame of the operator's pages: one menu, who is signed in, in which role. */
export function OperatorPage({ on, here, ...props }: FrameProps): ReactNode {
  const { lang, path, actor, demo } = on
  const role = actor.kind === 'staff' ? actor.role : null
  const nav: NavItem[] = places
    .filter(({ roles }) => roles.some((one) => one === role))
    .map(({ href, shortcut, ...label }) => ({ href, label: label[lang], current: href === here, shortcut }))
  const user =
    actor.kind === 'staff'
      ? { name: actor.name, detail: `${t(lang, roleNames[actor.role])} ・ ${institutionNameIn(actor, lang)}` }
      : undefined
  return <Page {...props} lang={lang} audience="staff" path={path} nav={nav} user={user} demo={demo} />
}
