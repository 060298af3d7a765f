import type { ReactNode } from 'react'
import { renderSVG } from 'uqr'
import type { Lang } from '#kernel/language'
import { Banner, TextInput, t } from '#ui'
import { otpauthUri } from './rules.ts'

/** The secret of a one-time code: a picture for the app's camera, and letters to type. */
export function CodeSecret({ lang, secret, account }: { lang: Lang; secret: string; account: string }): ReactNode {
  const picture = Buffer.from(renderSVG(otpauthUri({ secret, account }), { border: 2 })).toString('base64')
  return (
    <div className="stack">
      <p>
        {t(lang, {
          ja: '認証アプリ（多くの電話に入っています）でこの図を読み取り、出てきた数字6桁を下に入れてください。',
          en: 'Read this picture with an authenticator app (many phones have one), then type the six digits it shows.',
        })}
      </p>
      <img
        src={`data:image/svg+xml;base64,${picture}`}
        width={200}
        height={200}
        alt={t(lang, {
          ja: '認証アプリで読み取る図。読み取れないときは、次の文字を入れます。',
          en: 'Picture for an authenticator app; the same in letters below.',
        })}
      />
      <p>
        {t(lang, { ja: '読み取れないとき：', en: 'If it cannot be read: ' })}
        <code>{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
    </div>
  )
}

/** The first code of the new secret, which proves that the app has it. */
export const FirstCode = ({ lang, error }: { lang: Lang; error: string | undefined }): ReactNode => (
  <TextInput
    lang={lang}
    name="totp"
    label={t(lang, { ja: 'アプリに出ている数字6桁', en: 'The six digits in the app' })}
    error={error}
    inputMode="numeric"
    autoComplete="one-time-code"
    maxLength={12}
    width="short"
    required
  />
)

/** Ten codes, shown this once. */
export const RecoveryCodes = ({ lang, codes }: { lang: Lang; codes: readonly string[] }): ReactNode => (
  <>
    <Banner
      tone="attention"
      lang={lang}
      title={t(lang, {
        ja: '回復コードは、いま1回だけ表示します。紙に書くか印刷して、端末とは別の場所にしまってください。',
        en: 'These recovery codes are shown this once. Write them down or print them, and keep them apart from your device.',
      })}
    >
      <p>
        {t(lang, {
          ja: '認証アプリをなくしたとき、確認コードの代わりに1つずつ使えます（各1回）。',
          en: 'If you lose the app, each stands in for a one-time code, once.',
        })}
      </p>
    </Banner>
    <ol className="recovery-codes">
      {codes.map((code) => (
        <li key={code}>
          <code>{code}</code>
        </li>
      ))}
    </ol>
  </>
)
