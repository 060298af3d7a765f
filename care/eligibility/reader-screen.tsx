import { Fragment, type ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import { type ReaderWord, readerWords as words } from './reader-words.ts'

/** A sentence with the readings of its characters above them. */
export function Say({ lang, text }: { lang: Lang; text: ReaderWord }): ReactNode {
  return text[lang].split(/(\{[^|{}]+\|[^|{}]+\})/).map((part, i) => {
    const [, written, read] = /^\{([^|{}]+)\|([^|{}]+)\}$/.exec(part) ?? []
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one fixed sentence
      <Fragment key={i}>
        {written ? (
          <ruby>
            {written}
            <rp>（</rp>
            <rt>{read}</rt>
            <rp>）</rp>
          </ruby>
        ) : (
          part
        )}
      </Fragment>
    )
  })
}

type Button = { text: ReaderWord; act: string; look?: 'primary' | 'plain'; hidden?: boolean }

/** One large button; the same size for every answer, so that none is made easier than another. */
const Big = ({ lang, text, act, look = 'plain', hidden = false }: Button & { lang: Lang }): ReactNode => (
  <button
    type="button"
    className={look === 'primary' ? 'kiosk-button kiosk-primary' : 'kiosk-button'}
    data-reader-act={act}
    hidden={hidden}
  >
    <span>
      <Say lang={lang} text={text} />
    </span>
  </button>
)

type ScreenProps = {
  lang: Lang
  name: string
  step?: number
  ask: ReactNode
  lead?: ReactNode
  buttons?: readonly Button[]
  children?: ReactNode
  shown?: boolean
}

/** One screen: where one is, one question, what can be pressed. */
export function Screen({ lang, name, step, ask, lead, buttons = [], children, shown = false }: ScreenProps): ReactNode {
  return (
    <section className="kiosk-screen" data-reader-panel={name} hidden={!shown}>
      {step ? (
        <p className="kiosk-progress">
          <progress max={4} value={step} aria-label={words.progress[lang].replace('{n}', String(step))} />
          <span>{`${step} / 4`}</span>
        </p>
      ) : null}
      <h2 tabIndex={-1}>{ask}</h2>
      {lead ? <p className="kiosk-lead">{lead}</p> : null}
      {children}
      {buttons.length > 0 ? (
        <div className="kiosk-buttons">
          {buttons.map((button) => (
            <Big key={button.act} lang={lang} {...button} />
          ))}
        </div>
      ) : null}
    </section>
  )
}
