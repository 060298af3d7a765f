import type { ReactNode } from 'react'

export type IconName =
  | 'check'
  | 'cross'
  | 'warning'
  | 'info'
  | 'up'
  | 'down'
  | 'lock'
  | 'card'
  | 'eye'
  | 'clock'
  | 'next'
  | 'shield'
  | 'person'

/** Each shape differs in outline, not only in colour: circle, triangle, octagon, square. Drawn on a 24 unit grid. */
const SHAPES: Record<IconName, ReactNode> = {
  check: (
    <>
      <circle cx="12" cy="12" r="9.25" />
      <path d="m7.8 12.4 2.9 2.9 5.6-6" />
    </>
  ),
  cross: (
    <>
      <path d="M8.2 2.75h7.6l5.45 5.45v7.6l-5.45 5.45H8.2L2.75 15.8V8.2z" />
      <path d="m9 9 6 6m0-6-6 6" />
    </>
  ),
  warning: (
    <>
      <path d="M12 3.2 22 20.5H2z" />
      <path d="M12 9.6v5M12 17.2v.6" />
    </>
  ),
  info: (
    <>
      <circle cx="12" cy="12" r="9.25" />
      <path d="M12 11v5.6M12 7.2v.6" />
    </>
  ),
  up: <path d="M12 5 20.5 19h-17z" fill="currentColor" />,
  down: <path d="M12 19 3.5 5h17z" fill="currentColor" />,
  lock: (
    <>
      <rect x="4.5" y="10.5" width="15" height="10" rx="1.5" />
      <path d="M8 10.5V7.5a4 4 0 0 1 8 0v3M12 14.5v2.5" />
    </>
  ),
  card: (
    <>
      <rect x="2.5" y="5" width="19" height="14" rx="2" />
      <rect x="5.8" y="9" width="4.6" height="4" rx="0.8" />
      <path d="M13.5 10h5M13.5 14h5M5.8 16h4.6" />
    </>
  ),
  eye: (
    <>
      <path d="M2 12c2.4-4.3 5.8-6.5 10-6.5S19.6 7.7 22 12c-2.4 4.3-5.8 6.5-10 6.5S4.4 16.3 2 12z" />
      <circle cx="12" cy="12" r="3" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="9.25" />
      <path d="M12 6.5V12l3.6 2.4" />
    </>
  ),
  next: <path d="m9 5 7 7-7 7" />,
  shield: (
    <>
      <path d="M12 2.8 19.5 5.5v6c0 4.6-3.1 7.9-7.5 9.7-4.4-1.8-7.5-5.1-7.5-9.7v-6z" />
      <path d="m8.6 12 2.4 2.4 4.4-4.8" />
    </>
  ),
  person: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20.5c.7-4 3.6-6 7.5-6s6.8 2 7.5 6" />
    </>
  ),
}

/** A drawing beside a word is silent for screen readers; one that stands alone must bring its `title`. */
export function Icon({ name, title }: { name: IconName; title?: string }): ReactNode {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: either hidden from assistive technology or titled, by the rule above
    <svg
      className="icon"
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      focusable="false"
      {...(title ? { role: 'img', 'aria-label': title } : { 'aria-hidden': true })}
    >
      {title ? <title>{title}</title> : null}
      {SHAPES[name]}
    </svg>
  )
}

/** The mark: two threads that meet in one knot. */
export function BrandMark(): ReactNode {
  return (
    <svg
      className="brand-mark"
      viewBox="0 0 40 40"
      width="40"
      height="40"
      fill="none"
      strokeWidth="3.5"
      aria-hidden="true"
      focusable="false"
    >
      <circle className="brand-thread-other" cx="25" cy="20" r="10" />
      <circle className="brand-thread" cx="15" cy="20" r="10" />
      <path className="brand-thread-other" d="M20 11.34A10 10 0 0 1 25 10" />
    </svg>
  )
}
