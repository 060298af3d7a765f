import type { ReactNode } from 'react'
import type { Lang, Sentence } from '#kernel/language'
import { ButtonRow, Card, Grid, LinkButton, Page, renderPage, Section, t } from '#ui'
import { type About, frame, homeOf } from './page-frame.tsx'

/** The front page: what this is, for whom, and the way in. */
export function homePage(about: About): string {
  const { lang, actor } = about
  const signedIn = actor.kind === 'citizen' || actor.kind === 'staff'
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'あなたの記録を、あなたの同意で届ける', en: 'Your records, shared when you agree' })}
      lead={t(lang, {
        ja: '縁（えにし）は、病院や診療所にあるあなたの診療の記録を、あなたが「見せる」と決めた医療機関にだけ届けます。誰が見たかは、すべてあなたに見えます。',
        en: 'Enishi carries your medical records to the doctors you allow, and to nobody else. You can always see who looked.',
      })}
    >
      <ButtonRow>
        <LinkButton variant="primary" size="large" href={homeOf(actor)}>
          {signedIn ? t(lang, { ja: '自分のページへ', en: 'Go to your page' }) : t(lang, { ja: 'サインインする', en: 'Sign in' })}
        </LinkButton>
        {signedIn ? null : (
          <LinkButton href="/sign-in/staff">{t(lang, { ja: '医療機関で働く方', en: 'For staff of institutions' })}</LinkButton>
        )}
      </ButtonRow>
      <Section title={t(lang, { ja: '使う方', en: 'Who it is for' })}>
        <Grid>
          {audiences.map((one) => (
            <Card key={one.title.en} title={one.title[lang]} href={one.href}>
              <p>{one.text[lang]}</p>
            </Card>
          ))}
        </Grid>
      </Section>
      <OpenPages lang={lang} />
    </Page>,
  )
}

const audiences: readonly { title: Sentence; text: Sentence; href?: string }[] = [
  {
    title: { ja: '患者さん・ご家族', en: 'For people and families' },
    text: {
      ja: 'どの病院の検査結果や薬も、一つの画面で見られます。見せる相手と情報は、あなたが選び、いつでも取り消せます。',
      en: 'Test results and drugs from every hospital on one page. You choose who sees what, and can take it back at any time.',
    },
  },
  {
    title: { ja: '医療機関', en: 'For institutions' },
    text: {
      ja: '患者さんの同意のもとで、ほかの施設のアレルギー・検査・薬を診察の前に確かめられます。',
      en: 'With the patient’s consent, see allergies, results and drugs from elsewhere before you speak.',
    },
  },
  {
    title: { ja: 'システムをつなぐ方', en: 'For those who connect systems' },
    href: '/developer',
    text: {
      ja: 'FHIR R4 で記録を提出し、検索できます。規則に合わない提出は、どこをどう直すかを添えてお返しします。',
      en: 'Submit and search records in FHIR R4. What breaks a rule comes back with where it is wrong and what to do.',
    },
  },
]

const OpenPages = ({ lang }: { lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: 'どなたでも見られるもの', en: 'Open to everybody' })}>
    <ul>
      <li>
        <a href="/developer">
          {t(lang, { ja: 'システムをつなぐ方の案内と、検索を試す画面', en: 'Guide for developers, and a page to try queries' })}
        </a>
      </li>
      <li>
        <a href="/fhir/R4/metadata">
          {t(lang, { ja: 'FHIR でできること（CapabilityStatement）', en: 'What the FHIR interface can do (CapabilityStatement)' })}
        </a>
      </li>
      <li>
        <a href="/openapi.json">{t(lang, { ja: '窓口の一覧（OpenAPI）', en: 'All interfaces (OpenAPI)' })}</a>
      </li>
      <li>
        <a href="/statistics">
          {t(lang, { ja: '記録はどれだけ見られているか（統計）', en: 'How much records are looked at (statistics)' })}
        </a>
      </li>
      <li>
        <a href="/transparency">{t(lang, { ja: '情報をどう扱っているか', en: 'What is done with data' })}</a>
      </li>
      <li>
        <a href="/health">{t(lang, { ja: 'いま動いているか', en: 'Is it running?' })}</a>
      </li>
    </ul>
  </Section>
)
