import { licenceKinds, staffRoles } from '#care/person'
import { type Lang, t } from '#ui'
import { facilityHref } from './facility-parts.tsx'
import type { PageOf } from './frame.tsx'
import { licenceNames, roleNames } from './words.ts'

export const staffHref = (id: string, rest = ''): string => `/operator/staff/${encodeURIComponent(id)}${rest}`

/** Roles that the reader may give. */
export const rolesFor = ({ actor, lang }: PageOf) =>
  staffRoles
    .filter((role) => role !== 'operator' || (actor.kind === 'staff' && actor.role === 'operator'))
    .map((value) => ({ value, label: t(lang, roleNames[value]) }))

export const licenceOptions = (lang: Lang) => licenceKinds.map((value) => ({ value, label: t(lang, licenceNames[value]) }))
export const staffCrumbs = (lang: Lang, facility?: { number: string; name: string }) => [
  { href: '/operator/facilities', label: t(lang, { ja: '施設と職員', en: 'Facilities and staff' }) },
  ...(facility ? [{ href: facilityHref(facility.number), label: facility.name }] : []),
]
