import type { ReactNode } from 'react'
import { type Actor, institutionNameIn, type StaffRole } from '#kernel/context'
import { formatDate, Ja, KeyValue, type Lang, Page, type PageProps, staffNav, t, wareki, type Words } from '#ui'
import type { PatientView } from './model.ts'

/** What every page needs of its request. */
export type PageOf = { lang: Lang; path: string; actor: Actor; now: Date; demo: boolean }

const roleNames: Record<StaffRole, Words> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  nurse: { ja: '看護職員', en: 'Nurse' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  operator: { ja: '運用担当', en: 'Operator' },
  administrator: { ja: '施設の管理者', en: 'Administrator' },
  auditor: { ja: '監査担当', en: 'Auditor' },
}

export const sexNames: Record<PatientView['sex'], Words> = {
  male: { ja: '男性', en: 'Male' },
  female: { ja: '女性', en: 'Female' },
  other: { ja: 'その他', en: 'Other' },
  unknown: { ja: '性別不明', en: 'Sex unknown' },
}

/** The frame of the clinician portal: one menu, who is signed in, for which institution. */
export function ClinicPage({
  on,
  home,
  ...props
}: Omit<PageProps, 'lang' | 'audience' | 'path' | 'nav' | 'user'> & { on: PageOf; home?: boolean }): ReactNode {
  const { lang, path, actor, demo } = on
  const user =
    actor.kind === 'staff'
      ? { name: actor.name, detail: `${t(lang, roleNames[actor.role])} ・ ${institutionNameIn(actor, lang)}` }
      : undefined
  const nav = staffNav(lang, home === true ? '/clinic' : null)
  return <Page {...props} lang={lang} audience="staff" path={path} nav={nav} user={user} demo={demo} />
}

export const patientHref = (patient: PatientView, rest = ''): string => `/clinic/patients/${encodeURIComponent(patient.patientId)}${rest}`
export const itemHref = (patient: PatientView, item: { id: string; is: string }): string =>
  patientHref(patient, `/${item.is === 'document' ? 'documents' : 'items'}/${encodeURIComponent(item.id)}`)

/** Kana, age, sex, birth date with its wareki: the line by which a desk makes sure of the person. */
export function PatientLine({ patient, lang }: { patient: PatientView; lang: Lang }): ReactNode {
  const era = wareki(patient.birthDate, 'day')
  return (
    <>
      {patient.called === null ? null : (
        <KeyValue name={t(lang, { ja: 'お呼びする名前', en: 'Called' })}>
          <strong lang="ja">{patient.called}</strong>
        </KeyValue>
      )}
      <KeyValue name={t(lang, { ja: 'フリガナ', en: 'Kana' })}>
        <Ja>{patient.nameKana || '—'}</Ja>
      </KeyValue>
      <KeyValue name={t(lang, { ja: '年齢・性別', en: 'Age, sex' })}>
        {t(lang, { ja: `${patient.age}歳`, en: `${patient.age}` })} {t(lang, sexNames[patient.sex])}
      </KeyValue>
      <KeyValue name={t(lang, { ja: '生年月日', en: 'Born' })}>
        {formatDate(patient.birthDate, lang)} {era ? <span className="note">{lang === 'ja' ? era : <Ja>{era}</Ja>}</span> : null}
      </KeyValue>
    </>
  )
}

/** The name above the line, on pages whose title is something else. */
export const PatientHead = ({ patient, lang }: { patient: PatientView; lang: Lang }): ReactNode => (
  <>
    <p>
      <strong lang="ja">{patient.name}</strong>
    </p>
    <PatientLine patient={patient} lang={lang} />
  </>
)

/** The way back from a page below the chart. */
export const crumbs = (patient: PatientView, lang: Lang) => [
  { href: '/clinic', label: t(lang, { ja: '受付', en: 'Arrivals' }) },
  { href: patientHref(patient), label: patient.name },
]
