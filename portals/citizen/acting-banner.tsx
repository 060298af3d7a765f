import type { ReactNode } from 'react'
import type { ActsFor } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { Banner, Button, Form, formatDate, t } from '#ui'
import { basisNames } from './family-words.ts'

/** On every page while somebody acts for another: for whom, on what basis, and the way back. */
export function ActingBanner({ actsFor, lang }: { actsFor: ActsFor; lang: Lang }): ReactNode {
  const until = actsFor.until === null ? '' : formatDate(actsFor.until, lang)
  return (
    <Banner
      tone="attention"
      lang={lang}
      label={t(lang, { ja: '代理', en: 'Acting for' })}
      title={t(lang, { ja: `${actsFor.name}さんの代わりに見ています`, en: `You are acting for ${actsFor.name}` })}
    >
      <p>
        {t(lang, basisNames[actsFor.basis])}
        {until === '' ? '' : t(lang, { ja: `（${until}まで）`, en: ` (until ${until})` })}
        {t(lang, {
          ja: '。見たことは本人の「誰が見たか」に残ります。',
          en: '. What you look at stands in their log.',
        })}
      </p>
      <Form action="/me/family/self" label={t(lang, { ja: '自分に戻る', en: 'Back to myself' })}>
        <Button>{t(lang, { ja: '自分に戻る', en: 'Back to myself' })}</Button>
      </Form>
    </Banner>
  )
}
