import type { ReactNode } from 'react'
import { type Actor, institutionNameIn } from '#kernel/context'
import { type Lang, Page, type PageProps } from '#ui'

export type PageOf = { lang: Lang; path: string; actor: Actor; demo: boolean }

const places = [
  { href: '/statistics', ja: '統計', en: 'Statistics' },
  { href: '/transparency', ja: '情報の扱い', en: 'What is done with data' },
  { href: '/disaster', ja: '災害時の閲覧', en: 'Disaster access' },
] as const

/** The frame of pages that anybody may read. */
export function PublicPage({
  on,
  here,
  ...props
}: Omit<PageProps, 'lang' | 'audience' | 'path' | 'nav' | 'user' | 'demo'> & {
  on: PageOf
  here: (typeof places)[number]['href']
}): ReactNode {
  const { lang, path, actor, demo } = on
  const nav = places.map(({ href, ...label }) => ({ href, label: label[lang], current: href === here }))
  const user =
    actor.kind === 'staff'
      ? { name: actor.name, detail: institutionNameIn(actor, lang) }
      : actor.kind === 'citizen'
        ? { name: actor.name }
        : undefined
  return <Page {...props} lang={lang} audience="public" path={path} nav={nav} user={user} demo={demo} />
}
