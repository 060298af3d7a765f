import type { ReactNode } from 'react'
import { type Actor, institutionNameIn, type StaffRole } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { type PageUser, Tabs, t } from '#ui'
import type { DemoDoor } from './model.ts'

/** What every page here needs to know. `path` is the request's own, for the language links. */
export type About = { lang: Lang; path: string; actor: Actor; demo: DemoDoor | null }

/** Keepers of the registers begin there, everybody else with the patients. */
export const homeOfStaff = (role: StaffRole | undefined): string =>
  role === 'auditor' ? '/audit' : role === 'operator' || role === 'administrator' ? '/operator' : '/clinic'

export const homeOf = (actor: Actor): string =>
  actor.kind === 'citizen' ? '/me' : actor.kind === 'staff' ? homeOfStaff(actor.role) : '/sign-in'

function userOf(actor: Actor, lang: Lang): PageUser | undefined {
  if (actor.kind === 'citizen') return { name: actor.name }
  return actor.kind === 'staff' ? { name: actor.name, detail: institutionNameIn(actor, lang) } : undefined
}

export const frame = ({ lang, path, actor, demo }: About) => ({
  lang,
  path,
  demo: demo !== null,
  user: userOf(actor, lang),
  audience: 'public' as const,
})

/** The two ways in, as tabs. */
export function Ways({ lang, current, next }: { lang: Lang; current: 'card' | 'staff'; next: string | null }): ReactNode {
  const query = next === null ? '' : `?next=${encodeURIComponent(next)}`
  return (
    <Tabs
      label={t(lang, { ja: 'サインインのしかた', en: 'Ways to sign in' })}
      items={[
        {
          href: `/sign-in/card${query}`,
          label: t(lang, { ja: 'カードで（ご本人）', en: 'By card (people)' }),
          current: current === 'card',
        },
        { href: `/sign-in/staff${query}`, label: t(lang, { ja: '職員として', en: 'As staff' }), current: current === 'staff' },
      ]}
    />
  )
}
