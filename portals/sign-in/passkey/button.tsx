import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import { t } from '#ui'

export type PasskeyButtonProps = {
  lang: Lang
  /** `get` proves who somebody is, `create` makes a passkey. */
  what: 'get' | 'create'
  /** Rows that give the challenge and take the answer. */
  options: string
  answer: string
  next?: string | null
  variant?: 'primary' | 'secondary'
  shortcut?: string
  children: ReactNode
}

/** The button of a passkey, which the island `passkey` makes work, and the places where it says what came of it. */
export function PasskeyButton({
  lang,
  what,
  options,
  answer,
  next,
  variant = 'secondary',
  shortcut,
  children,
}: PasskeyButtonProps): ReactNode {
  return (
    <>
      <div data-passkey-alert role="alert" />
      <div className="button-row">
        <button
          type="button"
          className={`button button-${variant} button-large`}
          data-passkey={what}
          data-options={options}
          data-answer={answer}
          data-next={next ?? undefined}
          data-shortcut={shortcut}
          aria-keyshortcuts={shortcut}
          disabled
        >
          {children}
        </button>
      </div>
      <p data-passkey-status role="status" />
      <noscript>
        <p className="note">
          {t(lang, {
            ja: 'パスキーを使うには、この画面の JavaScript を有効にしてください。',
            en: 'Please switch on JavaScript to use a passkey.',
          })}
        </p>
      </noscript>
    </>
  )
}
