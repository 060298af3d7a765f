import type { ReactNode } from 'react'
import { formatDate, formatDateTime, isoForMachines } from '../dates.ts'
import { Icon } from '../icons.tsx'
import type { InformationKind, Lang } from '../messages.ts'
import { kindName, word } from '../messages.ts'
import { Ja } from './content.tsx'

/** A day or an instant, written for people and machines. */
export function Time({ value, lang, withTime = false }: { value: Date | string; lang: Lang; withTime?: boolean | undefined }): ReactNode {
  return <time dateTime={isoForMachines(value) || undefined}>{withTime ? formatDateTime(value, lang) : formatDate(value, lang)}</time>
}

export interface ProvenanceChipProps {
  lang: Lang
  institution: string
  /** Day or instant of the fact, not of its upload. */
  on: Date | string
  /** Who may see it, in words: '本人と、同意のある医療機関'. */
  audience?: string | undefined
}

/** Where a fact comes from, when, and who may see it. Every clinical fact carries one. */
export function ProvenanceChip({ lang, institution, on, audience }: ProvenanceChipProps): ReactNode {
  return (
    <p className="provenance">
      <span className="provenance-institution">
        <Ja>{institution}</Ja>
      </span>
      <Time value={on} lang={lang} />
      {audience ? (
        <span className="provenance-audience">
          <Icon name="eye" />
          <span>
            <span className="visually-hidden">{word(lang, 'visibleTo')}</span>
            {audience}
          </span>
        </span>
      ) : null}
    </p>
  )
}

/** 未告知: on record, but the person has not been told. Staff pages only; a citizen's page must never hold the fact at all. */
export function UninformedMark({ lang }: { lang: Lang }): ReactNode {
  return (
    <span className="mark mark-uninformed" title={word(lang, 'uninformedMeaning')}>
      <Icon name="lock" />
      {word(lang, 'uninformed')}
      <span className="visually-hidden">（{word(lang, 'uninformedMeaning')}）</span>
    </span>
  )
}

/** A short word beside a fact: 'new', a state, a label. Neutral unless its tone says otherwise. */
export function Tag({
  tone,
  children,
}: {
  tone?: 'accent' | 'attention' | 'harm' | 'success' | undefined
  children: ReactNode
}): ReactNode {
  return <span className={tone ? `tag tag-${tone}` : 'tag'}>{children}</span>
}

export interface ClosedDoorProps {
  lang: Lang
  /** What is behind it: a kind, or words for it. */
  what: InformationKind | (string & {})
  /** Which rule or decision keeps it closed. */
  reason: ReactNode
  /** How to ask for it. */
  howToAsk?: ReactNode | undefined
}

const nameOf = (what: string, lang: Lang): string => (what in kindName ? kindName[what as InformationKind][lang] : what)

/** Something that exists or may exist and is not shown: says so and why, never silently missing. */
export function ClosedDoor({ lang, what, reason, howToAsk }: ClosedDoorProps): ReactNode {
  return (
    <div className="closed-door">
      <Icon name="lock" />
      <div>
        <p className="closed-door-what">
          {nameOf(what, lang)}
          <span className="visually-hidden"> — {word(lang, 'closedDoor')}</span>
        </p>
        <p className="closed-door-reason">{reason}</p>
        {howToAsk ? <div className="closed-door-ask">{howToAsk}</div> : null}
      </div>
    </div>
  )
}

export interface ConsentBarProps {
  lang: Lang
  state: 'open' | 'partial' | 'none' | 'emergency'
  /** Kinds this desk may see now. */
  open: readonly InformationKind[]
  /** Kinds it may not see, each with the reason. */
  closed?: readonly { kind: InformationKind; reason: string }[] | undefined
  /** When it ends; absent where nothing is open. */
  until?: Date | string | undefined
  /** Why this desk may look: consent at the reader on which day, emergency, treatment. */
  why: ReactNode
  /** Where to ask, such as the reader's page. */
  action?: ReactNode | undefined
}

const CONSENT = {
  open: { icon: 'check', text: 'consentOpen' },
  partial: { icon: 'info', text: 'consentPartial' },
  none: { icon: 'lock', text: 'consentNone' },
  emergency: { icon: 'warning', text: 'consentEmergency' },
} as const

/** Stands on every chart: what this desk may see, until when, why; what stays closed and for what reason. */
export function ConsentBar({ lang, state, open, closed = [], until, why, action }: ConsentBarProps): ReactNode {
  const { icon, text } = CONSENT[state]
  return (
    <section className={`consent-bar consent-${state}`} aria-label={word(lang, text)}>
      <Icon name={icon} />
      <div className="consent-body">
        <p className="consent-line">
          <strong>{word(lang, text)}</strong>
          {until ? (
            <span>
              {word(lang, 'until')} <Time value={until} lang={lang} withTime />
            </span>
          ) : null}
          <span>{why}</span>
        </p>
        {open.length > 0 ? (
          <ul className="consent-kinds" aria-label={word(lang, 'canSee')}>
            {open.map((kind) => (
              <li key={kind}>
                <Icon name="check" />
                {kindName[kind][lang]}
              </li>
            ))}
          </ul>
        ) : null}
        {closed.length > 0 ? (
          <ul className="consent-doors" aria-label={word(lang, 'closedDoor')}>
            {closed.map((door) => (
              <li key={door.kind}>
                <Icon name="lock" />
                <span>
                  {kindName[door.kind][lang]} <span className="consent-reason">{door.reason}</span>
                </span>
              </li>
            ))}
          </ul>
        ) : null}
        {action}
      </div>
    </section>
  )
}
