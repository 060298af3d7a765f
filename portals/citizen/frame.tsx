import type { ReactNode } from 'react'
import { MOST_UNREAD } from '#care/notice'
import type { ActsFor } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { type NavItem, Page, type PageProps, renderPage, t } from '#ui'
import { ActingBanner } from './acting-banner.tsx'

/** What every page of the person's portal needs. `actsFor`: whose portal it is, where somebody acts for another; `unread`: notices. */
export type About = {
  lang: Lang
  path: string
  name: string
  now: Date
  demo: boolean
  actsFor?: ActsFor | undefined
  unread?: number | undefined
}

const places = [
  { href: '/me', ja: 'ホーム', en: 'Home' },
  { href: '/me/record', ja: '記録', en: 'Record' },
  { href: '/me/notices', ja: 'お知らせ', en: 'Notices' },
  { href: '/me/access-log', ja: '誰が見たか', en: 'Access' },
  { href: '/me/consents', ja: '同意', en: 'Consents' },
  { href: '/me/profile', ja: '登録情報', en: 'You' },
] as const

export type Place = (typeof places)[number]['href']

/** How many notices wait, in the menu: a number with its unit, so that it is read aloud as one. */
function unreadWords({ unread = 0, lang }: About): string {
  if (unread === 0) return ''
  const many = unread >= MOST_UNREAD ? '+' : ''
  return lang === 'ja' ? `（${unread}${many}件）` : ` (${unread}${many})`
}

/** A page of the portal under its place in the menu. */
export function citizenPage(
  about: About,
  page: {
    here: Place
    title: string
    lead?: ReactNode
    top?: ReactNode
    breadcrumbs?: PageProps['breadcrumbs']
    islands?: string[]
    children: ReactNode
  },
): string {
  const nav: NavItem[] = places.map(({ href, ...label }) => ({
    href,
    label: `${t(about.lang, label)}${href === '/me/notices' ? unreadWords(about) : ''}`,
    current: href === page.here,
  }))
  return renderPage(
    <Page
      audience="citizen"
      lang={about.lang}
      path={about.path}
      demo={about.demo}
      user={{ name: about.name }}
      nav={nav}
      title={page.title}
      lead={page.lead}
      top={
        about.actsFor ? (
          <>
            <ActingBanner actsFor={about.actsFor} lang={about.lang} />
            {page.top}
          </>
        ) : (
          page.top
        )
      }
      breadcrumbs={page.breadcrumbs}
      islands={page.islands}
    >
      {page.children}
    </Page>,
  )
}
