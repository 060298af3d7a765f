import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import { Banner, ButtonRow, Page, renderPage, Section, t } from '#ui'
import { DEMO_APP, demoAppScopes } from './entry.ts'

export type About = { lang: Lang; path: string; fhirBase: string; redirectUri: string }

const Empty = ({ lang }: { lang: Lang }): ReactNode => <p>{t(lang, { ja: 'まだ読んでいません。', en: 'Not read yet.' })}</p>

/** The example app: one page, whose script asks to be let in and shows what it was let see. */
export function demoAppPage({ lang, path, fhirBase, redirectUri }: About): string {
  return renderPage(
    <Page
      lang={lang}
      path={path}
      audience="citizen"
      demo
      title={t(lang, { ja: 'お薬と検査の手帳（例）', en: 'Medicines and Tests (example)' })}
      lead={t(lang, {
        ja: 'アプリが記録を見せてもらう流れを、ひととおり試せます。',
        en: 'Try how an app is let in to see a record, from beginning to end.',
      })}
      islands={['demo-app']}
    >
      <Banner
        tone="attention"
        lang={lang}
        title={t(lang, {
          ja: 'これは例です。認められた製品ではありません。診療や服薬の判断に使わないでください。',
          en: 'This is an example, not an approved product. Do not use it to decide about treatment or medicines.',
        })}
      />
      <noscript>
        <p>{t(lang, { ja: 'このアプリには JavaScript が要ります。', en: 'This app needs JavaScript.' })}</p>
      </noscript>
      <div data-demo-app={DEMO_APP} data-fhir={fhirBase} data-redirect={redirectUri} data-scopes={demoAppScopes.join(' ')}>
        <p role="status" data-demo-status />
        <ButtonRow>
          <button type="button" className="button button-primary button-large" data-demo-connect disabled>
            {t(lang, { ja: '記録につなぐ', en: 'Connect to a record' })}
          </button>
          <button type="button" className="button button-secondary" data-demo-again hidden>
            {t(lang, { ja: 'もう一度読む', en: 'Read again' })}
          </button>
        </ButtonRow>
        <div data-demo-record hidden>
          <Section title={t(lang, { ja: '誰の記録か', en: 'Whose record' })}>
            <div data-demo-part="patient">
              <Empty lang={lang} />
            </div>
          </Section>
          <Section title={t(lang, { ja: 'お薬', en: 'Medicines' })}>
            <div data-demo-part="medicines">
              <Empty lang={lang} />
            </div>
          </Section>
          <Section title={t(lang, { ja: '検査結果', en: 'Test results' })}>
            <div data-demo-part="results">
              <Empty lang={lang} />
            </div>
          </Section>
          <p className="section">
            <a href="/me/apps" data-demo-end>
              {t(lang, { ja: 'このアプリをやめさせる（つながっているアプリへ）', en: 'End this app (to your connected apps)' })}
            </a>
          </p>
        </div>
      </div>
      <Section title={t(lang, { ja: 'このアプリがしていること', en: 'What this app does' })}>
        <ol>
          <li>
            {t(lang, {
              ja: 'あなたを縁の画面に送り、見せるものを選んでもらいます。パスワードや暗証番号はこのアプリに渡りません。',
              en: 'It sends you to a page of Enishi, where you choose what it may see. No password or PIN reaches this app.',
            })}
          </li>
          <li>
            {t(lang, {
              ja: '受け取った合いかぎ（5分で切れます）で、選ばれた記録だけを読みます。',
              en: 'With the key it is handed (good for five minutes) it reads what was chosen, and nothing else.',
            })}
          </li>
          <li>
            {t(lang, {
              ja: '読んだものはこの画面にだけあり、閉じると消えます。',
              en: 'What it read stands on this page alone, and goes when you close it.',
            })}
          </li>
        </ol>
      </Section>
    </Page>,
  )
}
