/** Whether the display of a coding is one of its names. */
import { type Languages, languageMeets, type Name } from './language.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { Coding } from './model.ts'

/** Case and the number of spaces do not count. */
const folded = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase()

export type DisplayQuestion = { coding: Coding; names: readonly Name[]; own?: string | undefined; languages: Languages; lenient: boolean }

/** Names of the asked languages; where there is no name of them, the system's own display is spoken of. */
export function displayIssue({ coding, names, own, languages, lenient }: DisplayQuestion): CodeIssue | undefined {
  const { display } = coding
  if (display === undefined || names.length === 0) return undefined
  const given = folded(display)
  const { tags, text } = languages
  const meets = names.filter(
    ({ language, own: isOwn }) =>
      tags.length === 0 || tags.some((tag) => languageMeets(language, tag)) || (isOwn && language === undefined),
  )
  if (meets.some(({ value }) => folded(value) === given)) return undefined
  if (meets.length === 0) {
    const matches = names.some((name) => name.own && folded(name.value) === given)
    if (languages.others && names.some(({ value }) => folded(value) === given)) return undefined
    return issues.noDisplayInLanguage({ coding, display: own, languages: text, matches, lenient })
  }
  return issues.wrongDisplay({ coding, right: [...new Set(meets.map(shown))], languages: text, lenient })
}

/** `'Tee' (de)`. */
const shown = ({ value, language }: Name): string => `'${value}'${language ? ` (${language})` : ''}`
