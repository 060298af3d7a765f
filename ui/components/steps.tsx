import type { ReactNode } from 'react'
import { Icon } from '../icons.tsx'
import type { Lang } from '../messages.ts'
import { word } from '../messages.ts'

export interface StepsProps {
  lang: Lang
  /** Three at most on a kiosk. */
  steps: readonly { title: string; body?: ReactNode }[]
  /** Index of the step in hand, from 0; `steps.length` when all are done. */
  current: number
}

/** Where one is in a short sequence: done, now, still to come, each told by number, shape and word. */
export function Steps({ lang, steps, current }: StepsProps): ReactNode {
  return (
    <ol className="steps">
      {steps.map((step, index) => (
        <li
          key={step.title}
          className={index < current ? 'step step-done' : index === current ? 'step step-now' : 'step'}
          aria-current={index === current ? 'step' : undefined}
        >
          <span className="step-number">
            {index < current ? <Icon name="check" /> : <span aria-hidden="true">{index + 1}</span>}
            <span className="visually-hidden">
              {word(lang, 'step')} {index + 1} {index < current ? word(lang, 'done') : ''}
            </span>
          </span>
          <div>
            <p className="step-title">{step.title}</p>
            {step.body ? <div className="step-body">{step.body}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  )
}

/** Clears the screen when nobody touches it: seconds counted by the island 'countdown', and by `refresh` of the page where script is off. */
export function Countdown({
  lang,
  seconds,
  href,
  warnSeconds = 15,
}: {
  lang: Lang
  seconds: number
  href: string
  warnSeconds?: number | undefined
}): ReactNode {
  return (
    <p className="countdown" data-countdown-seconds={seconds} data-countdown-warn={warnSeconds} data-countdown-href={href}>
      <Icon name="clock" />
      <span>{word(lang, 'screenClears')}</span>{' '}
      <span
        className="countdown-left"
        data-countdown-left
        role="status"
        data-countdown-text={lang === 'ja' ? 'あと{n}秒' : '{n} seconds left'}
      />
    </p>
  )
}
