import { Countdown, Steps } from './components/steps.tsx'
import type { Audience } from './frame.tsx'
import { Page, renderPage } from './frame.tsx'
import { LONGEST } from './gallery/data.ts'
import type { Lang } from './messages.ts'
import { t } from './messages.ts'
import { Forms } from './gallery/forms.tsx'
import { Layout } from './gallery/layout.tsx'
import { Results } from './gallery/results.tsx'
import { Banners, Consents, Signs } from './gallery/signs.tsx'

export function galleryPage(lang: Lang, audience: Audience = 'staff'): string {
  const steps = [
    { title: t(lang, { ja: 'カードを置く', en: 'Place your card' }), body: t(lang, { ja: '読み取りました', en: 'Read' }) },
    { title: t(lang, { ja: '見せる情報を選ぶ', en: 'Choose what to show' }), body: t(lang, { ja: 'あなたが決めます', en: 'You decide' }) },
    { title: t(lang, { ja: 'カードを取る', en: 'Take your card' }) },
  ]
  return renderPage(
    <Page
      title={t(lang, { ja: '部品の見本', en: 'Gallery of parts' })}
      lang={lang}
      audience={audience}
      path="/gallery"
      demo
      user={{
        name: lang === 'ja' ? LONGEST.doctor : 'Dr Taeko Chosokabe',
        detail: t(lang, { ja: '医師 ・ 縁ヶ浜診療所', en: 'Physician, Enishigahama Clinic' }),
      }}
      nav={[
        { href: '#queue', label: t(lang, { ja: '受付', en: 'Arrivals' }), shortcut: 'a' },
        { href: '#chart', label: t(lang, { ja: 'カルテ', en: 'Chart' }), current: true },
        { href: '#prescribe', label: t(lang, { ja: '処方', en: 'Prescribe' }), shortcut: 'p' },
        { href: '#letters', label: t(lang, { ja: '文書', en: 'Letters' }) },
      ]}
      breadcrumbs={[
        { href: '#home', label: t(lang, { ja: 'ホーム', en: 'Home' }) },
        { href: '#parts', label: t(lang, { ja: '画面の部品', en: 'Parts of pages' }) },
      ]}
      lead={t(lang, {
        ja: 'どの画面も、はじめに一つの問いに答え、次にすることを示します。',
        en: 'Every page answers one question first and shows the next step.',
      })}
    >
      <Steps lang={lang} steps={steps} current={1} />
      <Consents lang={lang} />
      <Banners lang={lang} />
      <Results lang={lang} />
      <Signs lang={lang} />
      <Layout lang={lang} />
      <Forms lang={lang} />
      <Countdown lang={lang} seconds={60} href="/" />
    </Page>,
  )
}
