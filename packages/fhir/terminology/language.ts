/** Which display a reader asked for: languages with weights as in Accept-Language. @spec RFC 9110 12.5.4, RFC 4647 */
import type { CodeSystemView, Concept, Designation } from './model.ts'

/** Languages in order of wish. `others`: what has another language may stand in. Empty: no wish. */
export type Languages = { tags: readonly string[]; others: boolean; text: string }

const tagForm = /^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/i

/** Reads `ja, en;q=0.5, *;q=0`; undefined where it is not of that form. Unless `*` has q=0, `softly` lets others stand in. */
export function languagesOf(text: string | undefined, softly: boolean): Languages | undefined {
  if (text === undefined || text.trim() === '') return { tags: [], others: true, text: '' }
  const wishes = text.split(',').map((part) => {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
  })
  if (wishes.some(({ tag, weight }) => !tagForm.test(tag) || !(weight >= 0 && weight <= 1))) return undefined
  const star = wishes.find(({ tag }) => tag === '*')
  const tags = wishes.filter(({ tag, weight }) => tag !== '*' && weight > 0).sort((a, b) => b.weight - a.weight)
  return { tags: tags.map(({ tag }) => tag), others: star ? star.weight > 0 : softly, text }
}

/** Does a text's language meet what is asked: the same or a narrower one (`en` takes `en-GB`)? */
export function languageMeets(language: string | undefined, asked: string): boolean {
  if (language === undefined) return false
  const [have, want] = [language.toLowerCase(), asked.toLowerCase()]
  return have === want || have.startsWith(`${want}-`)
}

export type Name = {
  value: string
  language?: string | undefined /** The system's own display. */
  own?: boolean
  use?: Designation['use']
}

/** Every name of a concept, its own display first. */
export function namesOf(view: CodeSystemView | undefined, concept: Pick<Concept, 'display' | 'designations'>): Name[] {
  const own = concept.display === undefined ? [] : [{ value: concept.display, language: view?.language, own: true }]
  return [...own, ...(concept.designations ?? [])]
}

/** The name in the language that is wished most; the own display where none is, unless others may not stand in. */
export function preferredName(names: readonly Name[], { tags, others }: Languages): Name | undefined {
  for (const tag of tags) {
    const meets = names.filter(({ language }) => languageMeets(language, tag))
    const exact = meets.filter(({ language }) => language?.toLowerCase() === tag.toLowerCase())
    const among = exact.length > 0 ? exact : meets
    const found = among.find((name) => name.own) ?? among.find(({ use }) => !use || use.code === 'display') ?? among[0]
    if (found) return found
  }
  const own = names.find((name) => name.own)
  if (tags.length === 0) return own
  // a display of no stated language is taken for whatever is asked
  return others || (own && own.language === undefined) ? own : undefined
}
