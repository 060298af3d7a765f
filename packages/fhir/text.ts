/**
 * Text as it is compared in a search: width, case, hiragana and katakana, and spaces do not count; voiced marks (か, が) do.
 * NFKC first, so that half-width katakana and its marks join; long vowel marks stay.
 */
export function foldText(value: string): string {
  return value
    .normalize('NFKC')
    .replace(/[\u30a1-\u30f6\u30fd\u30fe]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0x60))
    .toUpperCase()
    .toLowerCase()
    .replace(/\s+/g, '')
}
