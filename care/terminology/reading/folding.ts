/** How words are made comparable for a search: width, case, accents, hiragana and katakana, and spaces do not count. Pure. */
import { foldText } from '#packages/fhir'

/** Index rows hold at most so many characters of a name; what is typed is shorter. */
const LONGEST = 200

export const folded = (text: string): string => foldText(text).slice(0, LONGEST)

/** Pairs of neighbours: what a text that contains the words must have too. A single character is looked for at the beginning alone. */
export function gramsOf(text: string): string[] {
  const characters = [...text]
  return [...new Set(characters.slice(1).map((c, n) => characters[n]! + c))]
}

const BETWEEN = /[\s\u3000・･,、，.．:：;；/／()（）[\]［］「」『』<>＜＞\-－‐―]+/

/** The words of a name, each folded. */
export const wordsOf = (text: string): string[] =>
  text
    .split(BETWEEN)
    .map(folded)
    .filter((word) => word !== '')
