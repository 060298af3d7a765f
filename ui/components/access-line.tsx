import type { ReactNode } from 'react'
import { formatShortDate, formatTime, isoForMachines } from '../dates.ts'
import type { Lang } from '../messages.ts'
import { joinList, kindName, word } from '../messages.ts'

/** What was done with the person's data. */
export type AccessAction = 'looked' | 'registered' | 'changed' | 'exported' | 'refused'

const VERB: Record<AccessAction, { ja: string; en: string }> = {
  looked: { ja: 'を見ました', en: 'looked at' },
  registered: { ja: 'を登録しました', en: 'added' },
  changed: { ja: 'を変更しました', en: 'changed' },
  exported: { ja: 'を取り出しました', en: 'exported' },
  refused: { ja: 'を見ようとしましたが、見られませんでした', en: 'was refused when trying to look at' },
}

export interface AccessLineProps {
  lang: Lang
  /** '' where somebody acts for no institution: a parent, a guardian. */
  institution: string
  /** Person with title: '山田医師', 'Dr Yamada'; a system's name where no person acted. */
  who: string
  /** Purpose in words that fit 「…のために」 / 'for …': '診療', 'treatment'. */
  purpose: string
  /** What was touched, in words (use `kindName`). */
  what: readonly string[]
  at: Date | string
  action?: AccessAction | undefined
  /** Rule, consent and proof, one tap away. */
  details?: ReactNode | undefined
  proofHref?: string | undefined
  /** Where to say 'this looks wrong'. */
  concernHref?: string | undefined
}

const KIND_NAMES = new Set(Object.values(kindName).map((name) => name.en))

/** Our own kind names lose their capital inside a sentence; any other text may be a name and keeps it. */
const insideSentence = (text: string): string => (KIND_NAMES.has(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text)

/** 'B診療所の山田医師が診療のために検査結果を見ました' as one sentence. */
export function accessSentence({ lang, institution, who, purpose, what, action = 'looked' }: Omit<AccessLineProps, 'at'>): string {
  const things = joinList(lang, lang === 'ja' ? what : what.map(insideSentence))
  return lang === 'ja'
    ? `${institution === '' ? '' : `${institution}の`}${who}が${purpose}のために${things}${VERB[action].ja}`
    : `${who}${institution === '' ? '' : ` (${institution})`} ${VERB[action].en} ${things} for ${purpose}`
}

/** One look at the person's data, told as a sentence with its time, rule and proof behind one tap. */
export function AccessLine(props: AccessLineProps): ReactNode {
  const { lang, at, details, proofHref, concernHref } = props
  const more = details || proofHref || concernHref
  return (
    <div className={props.action === 'refused' ? 'access-line access-refused' : 'access-line'}>
      <p className="access-sentence">
        {accessSentence(props)}
        <span className="access-time">
          {' — '}
          <time dateTime={isoForMachines(at) || undefined}>{`${formatShortDate(at, lang)} ${formatTime(at)}`.trim()}</time>
        </span>
      </p>
      {more ? (
        <details className="details">
          <summary>{word(lang, 'details')}</summary>
          <div className="details-body">
            {details}
            <p className="inline-links">
              {proofHref ? <a href={proofHref}>{word(lang, 'proof')}</a> : null}
              {concernHref ? <a href={concernHref}>{word(lang, 'looksWrong')}</a> : null}
            </p>
          </div>
        </details>
      ) : null}
    </div>
  )
}

/** Access lines one under another, newest first. */
export function AccessList({ children }: { children: ReactNode }): ReactNode {
  return <div className="access-list">{children}</div>
}
