import type { ReactNode } from 'react'
import type { StaffEntry } from '#care/person'
import { Button, ButtonRow, Form, type Lang, Pagination, Tag, TextInput, t } from '#ui'
import type { PageOf } from './frame.tsx'
import { StateTag } from './parts.tsx'

export const facilityHref = (number: string, rest = ''): string => `/operator/facilities/${encodeURIComponent(number)}${rest}`
export const isOperator = ({ actor }: PageOf) => actor.kind === 'staff' && actor.role === 'operator'
export const facilityCrumbs = (lang: Lang) => [
  { href: '/operator/facilities', label: t(lang, { ja: '施設と職員', en: 'Facilities and staff' }) },
]

export function Search({ lang, action, value, label }: { lang: Lang; action: string; value: string; label: string }): ReactNode {
  return (
    <Form action={action} method="get" label={label}>
      <TextInput lang={lang} name="find" type="search" label={label} value={value} maxLength={60} width="medium" />
      <ButtonRow>
        <Button>{t(lang, { ja: '探す', en: 'Search' })}</Button>
      </ButtonRow>
    </Form>
  )
}

/** Links to the pages before and after, for a list of `size` at a time. */
export function Pages(props: { lang: Lang; path: string; find: string; page: number; size: number; total: number }): ReactNode {
  const { lang, path, find, page, size, total } = props
  const href = (n: number) => `${path}?${new URLSearchParams({ ...(find ? { find } : {}), page: String(n) })}`
  const [first, last] = [(page - 1) * size + 1, Math.min(page * size, total)]
  return (
    <Pagination
      lang={lang}
      position={t(lang, { ja: `${first}〜${last}件（全${total}件）`, en: `${first} to ${last} of ${total}` })}
      previousHref={page > 1 ? href(page - 1) : undefined}
      nextHref={last < total ? href(page + 1) : undefined}
    />
  )
}

/** Whether somebody works at a facility now; where the dates hold and the right does not, the licence is the reason. */
export function WorkTag({ works, lang }: { works: StaffEntry['assignments']; lang: Lang }): ReactNode {
  if (works.some((a) => a.holds)) return <StateTag state="now" lang={lang} />
  if (works.length === 0) return <StateTag state="over" lang={lang} />
  return <Tag tone="attention">{t(lang, { ja: '権限なし（期間か免許を確認）', en: 'No right (check dates, licence)' })}</Tag>
}
