/** Marks that stand over or under a letter. What strikes a sign through (≠) makes another sign of it and stays. */
const MARKS = /[\u0300-\u0333\u0339-\u036f]/g
/** Where letters with such marks stand, so that Japanese and plain letters are spared the work. */
const MARKED = /[\u00c0-\u1fff]/
/** Letters that no normal form takes apart: Đức is looked for as duc, Strauß as strauss. */
const LETTERS: Record<string, string> = { ß: 'ss', đ: 'd', ħ: 'h', ł: 'l', ø: 'o', ŧ: 't' }

const withoutAccents = (text: string): string =>
  MARKED.test(text)
    ? text
        .normalize('NFKD')
        .replace(MARKS, '')
        .normalize('NFC')
        .replace(/[ßđħłøŧ]/g, (letter) => LETTERS[letter]!)
    : text

/**
 * Text as it is compared in a search: width, case, accents, hiragana and katakana, and spaces do not count; voiced marks (か, が) do.
 * NFKC first, so that half-width katakana and its marks join; long vowel marks stay.
 * @spec FHIR R4 search, string: case and accent are ignored
 */
export function foldText(value: string): string {
  const folded = value
    .normalize('NFKC')
    .replace(/[\u30a1-\u30f6\u30fd\u30fe]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0x60))
    .toUpperCase()
    .toLowerCase()
    .replace(/\s+/g, '')
  return withoutAccents(folded)
}
