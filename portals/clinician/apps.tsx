/** Apps that may be started from a chart. */
import type { ReactNode } from 'react'
import type { FoundApp } from '#care/person'
import { Button, ButtonRow, Details, Form, Ja, type Lang, t } from '#ui'
import { patientHref } from './frame.tsx'
import type { PatientView } from './model.ts'

export type Launchable = { clientId: string; name: string; maker: string; about: string; launchUrl: string }

/** The register's entry as the menu shows it. */
export const launchable = (app: FoundApp, lang: Lang): Launchable => ({
  clientId: app.clientId,
  name: (lang === 'en' && app.nameEn) || app.name,
  maker: app.maker,
  about: app.about[lang] || app.about.ja,
  launchUrl: app.launchUrl ?? '',
})

/** Folded away: the chart is what the page is for. Each app begins with this patient. */
export function AppsMenu({ apps, patient, lang }: { apps: readonly Launchable[]; patient: PatientView; lang: Lang }): ReactNode {
  if (apps.length === 0) return null
  return (
    <Details summary={t(lang, { ja: `アプリで開く（${apps.length}）`, en: `Open in an app (${apps.length})` })}>
      <p className="note">
        {t(lang, {
          ja: 'この患者を選んだ状態でアプリが開きます。アプリが見たことは、あなたの閲覧として残ります。',
          en: 'The app opens with this patient chosen. What it looks at is logged as your access.',
        })}
      </p>
      {apps.map((app) => (
        <Form key={app.clientId} action={patientHref(patient, `/apps/${encodeURIComponent(app.clientId)}`)}>
          <ButtonRow>
            <Button ariaLabel={t(lang, { ja: `${app.name}で開く`, en: `Open in ${app.name}` })}>
              <Ja>{app.name}</Ja>
            </Button>
            <span className="note">
              <Ja>{app.about}</Ja>
              {lang === 'ja' ? '（' : ' ('}
              <Ja>{app.maker}</Ja>
              {lang === 'ja' ? '）' : ')'}
            </span>
          </ButtonRow>
        </Form>
      ))}
    </Details>
  )
}
