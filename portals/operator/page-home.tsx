import { renderPage, t } from '#ui'
import { OperatorPage, type PageOf } from './frame.tsx'

/** Is anything wrong? */
export function homePage(on: PageOf): string {
  const { lang } = on
  return renderPage(
    <OperatorPage on={on} here="/operator" title={t(lang, { ja: '困ったことは起きていませんか', en: 'Is anything wrong?' })}>
      {null}
    </OperatorPage>,
  )
}
