import type { ReactNode } from 'react'
import { offeredParameters } from '#care/record'
import { resourceTypes } from '#packages/fhir'
import { Banner, type Lang, t } from '#ui'
import type { Issue } from './answer.ts'
import { Code } from './frame.tsx'
import { nearest } from './nearest.ts'
import type { Ran } from './page-answer.tsx'
import { draftHref } from './query.ts'

/** What the answer says about itself: why it was refused, what it passed over. Both languages, because a vendor's log may hold either. */
export function Notices({ ran, lang }: { ran: Ran; lang: Lang }): ReactNode {
  const { query, taken } = ran
  return (
    <>
      {query.text.includes('+') ? (
        <Banner lang={lang} tone="info" title={t(lang, { ja: '「+」は空白として読まれます。', en: '“+” is read as a space.' })}>
          <p>
            {t(lang, { ja: '時差や足し算の記号としての + は ', en: 'For a sign, as in an offset of time, write ' })}
            <Code>%2B</Code>
            {t(lang, { ja: ' と書いてください。', en: '.' })}
          </p>
        </Banner>
      ) : null}
      {taken.issues.map((issue) => (
        <Notice key={`${issue.rule}${issue.ja}`} issue={issue} ran={ran} lang={lang} />
      ))}
    </>
  )
}

function Notice({ issue, ran, lang }: { issue: Issue; ran: Ran; lang: Lang }): ReactNode {
  const other = lang === 'ja' ? 'en' : 'ja'
  const instead = insteadOf(issue, ran)
  return (
    <Banner
      lang={lang}
      tone="attention"
      label={issue.severity === 'error' || issue.severity === 'fatal' ? t(lang, { ja: 'エラー', en: 'Error' }) : undefined}
      title={<span lang={lang}>{issue[lang]}</span>}
    >
      {instead.length > 0 ? (
        <p>
          {instead.some(({ name }) => name.includes(':'))
            ? t(lang, { ja: 'コロンの後ろに書けるもの：', en: 'What may follow the colon: ' })
            : t(lang, { ja: '近い名前：', en: 'Names like it: ' })}
          {instead.map(({ name, href }, n) => (
            <span key={name}>
              {n > 0 ? t(lang, { ja: '、', en: ', ' }) : null}
              <a href={href}>{name}</a>
            </span>
          ))}
        </p>
      ) : null}
      {instead.length === 0 ? <WhereToLook issue={issue} ran={ran} lang={lang} /> : null}
      <p className="note" lang={other}>
        {issue[other]}
      </p>
      <p className="note">
        {issue.where.length > 0 ? (
          <>
            {t(lang, { ja: '場所：', en: 'Where: ' })}
            <Code>{issue.where.join(', ')}</Code>{' '}
          </>
        ) : null}
        {t(lang, { ja: '規則：', en: 'Rule: ' })}
        <Code>{issue.rule}</Code>
      </p>
    </Banner>
  )
}

/** Where no name is near: the list of all of them. */
function WhereToLook({ issue, ran: { query }, lang }: { issue: Issue; ran: Ran; lang: Lang }): ReactNode {
  if (!['type-unknown', 'search-unsupported', 'search/unknown-parameter'].includes(issue.rule)) return null
  const href = query.type === null ? '/developer/parameters' : `/developer/parameters?type=${query.type}`
  return (
    <p>
      <a href={href}>{t(lang, { ja: '使える種類と検索条件の一覧', en: 'Types and parameters that can be used' })}</a>
    </p>
  )
}

type Instead = { name: string; href: string }

/** Names that may have been meant, each with the corrected query in the box. */
function insteadOf(issue: Issue, { query, result }: Ran): Instead[] {
  const corrected = (wrong: string, right: string): Instead => ({ name: right, href: draftHref(query.text.replace(wrong, right)) })
  if (issue.rule === 'type-unknown')
    return nearest(query.segments[0] ?? '', resourceTypes).map((name) => corrected(query.segments[0]!, name))
  const unknown = result.refusal?.code === 'search-unsupported' ? result.refusal.detail.param : ignoredIn(issue)
  if (!unknown || query.type === null) return []
  const [name = '', modifier] = unknown.split(':')
  const offered = offeredParameters(query.type)
  const known = offered.find((p) => p.code === name)
  if (known && modifier !== undefined) return known.modifiers.map((m) => corrected(unknown, `${name}:${m}`))
  return known ? [] : nearest(name, namesOf(offered)).map((right) => corrected(name, right))
}

const namesOf = (offered: readonly { code: string }[]): string[] => [...offered.map((p) => p.code), ...controls]

const controls = ['_sort', '_count', '_include', '_revinclude', '_total', '_summary', '_elements', '_has']

/** The parameter that an answer says it passed over. */
const ignoredIn = (issue: Issue): string | undefined =>
  issue.rule === 'search/unknown-parameter' ? /[「“]([^」”]+)[」”]/.exec(issue.ja)?.[1] : undefined
