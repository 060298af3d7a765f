import type { ReactNode } from 'react'
import { type Actor, institutionNameIn, type StaffRole } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import { type PageUser, Tabs, t } from '#ui'
import type { DemoDoor } from './model.ts'

/** What every page here needs to know. `path` is the request's own, for the language links. */
export type About = { lang: Lang; path: string; actor: Actor; demo: DemoDoor | null }

/** Keepers of the registers begin there, everybody else with the patients. */
export const homeOfStaff = (role: StaffRole | undefined): string =>
  role === 'auditor' ? '/audit' : role === 'operator' || role === 'administrator' ? '/operator' : '/clinic'

const roleNames: Record<StaffRole, Sentence> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  nurse: { ja: '看護職員', en: 'Nurse' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  operator: { ja: '縁の運用担当', en: 'Operator of the platform' },
  administrator: { ja: '施設の管理者', en: 'Administrator of the facility' },
  auditor: { ja: '縁の監査担当', en: 'Auditor of the platform' },
}
/** What a role is called. */
export const roleWords = (role: StaffRole): Sentence => roleNames[role]

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
