import type { ReactNode } from 'react'
import { AppEnded, type ConnectedApp, ConnectedApps, EndApp } from '#portals/sign-in'
import { LinkButton, Section, t } from '#ui'
import { type About, citizenPage } from './frame.tsx'

const BASE = '/me/apps'

/** An example app of the demo region, to see what letting one in is like. */
const TryOne = ({ lang }: Pick<About, 'lang'>): ReactNode => (
  <Section
    title={t(lang, { ja: 'ためしてみる', en: 'Try it' })}
    lead={t(lang, {
      ja: 'お薬と検査結果を見せる例のアプリです。しくみを試すためのもので、認められた製品ではありません。',
      en: 'An example app that shows medicines and test results. It is there to try how this works, and is not an approved product.',
    })}
  >
    <p>
      <LinkButton href="/demo/app">{t(lang, { ja: '例のアプリを開く', en: 'Open the example app' })}</LinkButton>
    </p>
  </Section>
)

/** The apps that the person let in: what each may see, since when, last used, and ending it. */
export function appsPage(about: About, { apps, justEnded }: { apps: readonly ConnectedApp[]; justEnded: boolean }): string {
  const { lang, now } = about
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: 'つながっているアプリ', en: 'Connected apps' }),
    lead: t(lang, {
      ja: 'あなたが記録を見せると決めたアプリです。いつでもやめさせられます。理由は要りません。',
      en: 'Apps you let see your record. You can end any of them at any time, without a reason.',
    }),
    breadcrumbs: [{ href: '/me/profile', label: t(lang, { ja: '登録情報', en: 'You' }) }],
    top: justEnded ? <AppEnded lang={lang} /> : undefined,
    children: (
      <ConnectedApps
        apps={apps}
        look={{ lang, now, base: BASE }}
        empty={
          <p>
            {t(lang, {
              ja: 'アプリの中で「縁につなぐ」などを選ぶと、この画面の前に、見せるものを選ぶ画面が開きます。選んだアプリがここに並びます。',
              en: 'When you choose in an app to connect it, you are asked here what it may see. Apps you let in are then listed on this page.',
            })}
          </p>
        }
        more={about.demo ? <TryOne lang={lang} /> : null}
      />
    ),
  })
}

/** What ending an app will do, told before it happens. */
export function endAppPage(about: About, app: ConnectedApp): string {
  const { lang, now } = about
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: `「${app.name}」をやめさせますか`, en: `End “${app.name}”?` }),
    breadcrumbs: [{ href: BASE, label: t(lang, { ja: 'つながっているアプリ', en: 'Connected apps' }) }],
    children: <EndApp app={app} look={{ lang, now, base: BASE }} />,
  })
}
