import type { ReactElement, ReactNode } from 'react'
import { Banner, type Lang, t } from '#ui'
import { Code, DeveloperPage, type PageOf } from './frame.tsx'
import { Against, type CheckForm, Form, type Packages } from './page-check-form.tsx'
import { type CheckResult, countOf, Result } from './page-check-result.tsx'

export type CheckPageProps = {
  on: PageOf
  form: CheckForm
  result: CheckResult | null
  /** The text was longer than the page takes. */
  tooLong: boolean
  packages: Packages
}

/** Paste or drop a file, see what is wrong with it beside the lines. */
export function CheckPage(props: CheckPageProps): ReactElement {
  const { on, form, result, tooLong, packages } = props
  const { lang } = on
  return (
    <DeveloperPage
      on={on}
      here="/developer/check"
      title={t(lang, { ja: 'ファイルを確かめる', en: 'Check a file' })}
      hasErrors={tooLong || (result !== null && countOf(result.checked.findings, 'error') > 0)}
      lead={t(lang, {
        ja: 'FHIR のファイルを貼り付けると、どこをどう直せばよいかを行ごとに示します。送られた内容は保存せず、記録にも残しません。',
        en: 'Paste a FHIR file and see, line by line, what to mend and how. What you send is not stored and not logged.',
      })}
    >
      {tooLong ? <TooLong lang={lang} /> : null}
      {result ? <Result result={result} lang={lang} /> : null}
      <Form form={form} lang={lang} again={result !== null} />
      <Against packages={packages} lang={lang} />
    </DeveloperPage>
  )
}

const TooLong = ({ lang }: { lang: Lang }): ReactNode => (
  <Banner
    lang={lang}
    tone="attention"
    title={t(lang, { ja: 'この画面で確かめられるのは2MBまでです。', en: 'This page checks texts up to 2 MB.' })}
  >
    <p>
      {t(lang, { ja: '大きなファイルは、手元で', en: 'Check larger files on your own machine with' })}{' '}
      <Code>npm run enishi -- validate FILE</Code> {t(lang, { ja: 'を使ってください。', en: '.' })}
    </p>
  </Banner>
)
