import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import { t } from '#ui'

/** For whoever looks for another and does not decide for them. */
export const OnlyThemselves = ({ lang }: { lang: Lang }): ReactNode => (
  <p className="note">
    {t(lang, {
      ja: '見せるか、見せないかを決めるのは、ご本人です。あなたは、見ることだけができます。',
      en: 'What is shared is for the person to decide. You can look, and no more.',
    })}
  </p>
)
