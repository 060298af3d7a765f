import type { Row } from '#kernel/route'
import { ButtonRow, LinkButton, Page, renderPage, Section, Steps, t } from '#ui'
import { type About, frame } from '../page-frame.tsx'
import { LAW, type SignInDeps } from '../row-terms.ts'
import { safeNext } from '../rules.ts'
import { NewPasskey } from '../security/parts.tsx'
import { citizenStepUp } from '../step-up/rules.ts'

export const offerHref = (next: string): string => `/sign-in/passkey/offer?next=${encodeURIComponent(next)}`

/** After the card: a passkey for the next time, which one may leave for later. */
function offerPage(about: About, next: string): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: '次からは、カードなしで入れます', en: 'Next time, sign in without your card' })}
      lead={t(lang, {
        ja: 'この端末にパスキーを作ると、次からは顔・指紋・画面ロックだけでサインインできます。作らなくても、今までどおりカードで入れます。',
        en: 'With a passkey on this device, its face, finger or screen lock is all you need. You can always go on using your card.',
      })}
      islands={['passkey']}
    >
      <NewPasskey lang={lang} base="/me/security" next={next} />
      <ButtonRow>
        <LinkButton href={next} variant="quiet">
          <span data-passkey-later>{t(lang, { ja: 'あとにする', en: 'Later' })}</span>
        </LinkButton>
      </ButtonRow>
      <Section title={t(lang, { ja: 'パスキーのきまり', en: 'About passkeys' })}>
        <Steps
          lang={lang}
          current={-1}
          steps={[
            {
              title: t(lang, { ja: '自分だけの端末で作ります', en: 'Make it on a device that is yours alone' }),
              body: t(lang, {
                ja: '家族と共用の端末や、職場の端末では作らないでください。',
                en: 'Not on one you share with family, nor at work.',
              }),
            },
            {
              title: t(lang, { ja: '顔や指紋は端末の外に出ません', en: 'Face and finger never leave the device' }),
              body: t(lang, {
                ja: 'この窓口に届くのは、鍵で署名した返事だけです。',
                en: 'All that reaches us is an answer signed by a key.',
              }),
            },
            {
              title: t(lang, { ja: 'いつでも取り消せます', en: 'You can remove it at any time' }),
              body: t(lang, {
                ja: '端末をなくしたら、カードで入って「サインインの安全」から取り消します。',
                en: 'If you lose the device, sign in by card and remove it under “Sign-in and security”.',
              }),
            },
          ]}
        />
      </Section>
    </Page>,
  )
}

export const offerRow = ({ demo }: SignInDeps): Row => ({
  kind: 'read',
  method: 'GET',
  path: '/sign-in/passkey/offer',
  who: ['citizen'],
  why: ['PATRQT'],
  stepUp: citizenStepUp,
  audit: 'none',
  law: LAW,
  summary: { ja: 'カードのあと、次回のためのパスキーを勧める画面', en: 'Page that offers a passkey after the card' },
  handle: async (ctx, request) => ({
    page: () => offerPage({ lang: ctx.lang, path: request.url, actor: ctx.actor, demo }, safeNext(request.query.get('next'), '/me')),
  }),
})
