/** Names as tired people type them on borrowed machines, each by a number, so that a failure can be seen again. */
import fc from 'fast-check'

const morae = [...'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわがぎぐざじずだでどばびぶぱん']

const word = (least: number, most: number) =>
  fc.array(fc.constantFrom(...morae), { minLength: least, maxLength: most }).map((all) => all.join(''))
export const kanaName = fc
  .record({ family: word(2, 5), given: word(2, 4) })
  .filter(({ family, given }) => [...family, ...given].length >= 6)

const katakana = (text: string) => text.replace(/[\u3041-\u3096]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60))
export const dakuten = (text: string) => text.normalize('NFD').replace(/[\u3099\u309a]/g, '')

/** The same name in another writing: katakana, no voiced marks, bars for long vowels, or as it is. */
export function spelt(text: string, seed: number): string {
  const ways = [(t: string) => t, katakana, dakuten, (t: string) => katakana(t).replace(/(?<=[オコソトノホモヨロ])ウ/g, 'ー')]
  return ways[seed % ways.length]!(text)
}

/** So many slips, one after another, each at a place of its own: wrong, missing, too many, or two exchanged. */
export function slips(text: string, count: number, seed: number): string {
  let all = [...text]
  for (let n = 0; n < count; n++) {
    const [kind, at] = [(seed + n * 3) % 4, (seed * 7 + n * 5) % Math.max(1, all.length)]
    const other = morae[(seed * 13 + n * 11) % morae.length]!
    if (kind === 0) all[at] = other
    else if (kind === 1 && all.length > 2) all.splice(at, 1)
    else if (kind === 2) all.splice(at, 0, other)
    else if (at + 1 < all.length) [all[at], all[at + 1]] = [all[at + 1]!, all[at]!]
    else all = [...all.slice(0, -1), other]
  }
  return all.join('')
}
