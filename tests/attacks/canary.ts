/**
 * Words planted in every text of a victim's records. Each says which part it stands in, so that an answer that holds one can
 * be judged by who asked: `cnry0labs`, `cnry0own0Procedure`. Letters and a digit survive every folding.
 */
export const canary = (part: string, type?: string): string => `cnry0${part}${type === undefined ? '' : `0${type}`}`

/** `cnry0` as base64 writes it at the beginning of a content. */
const ENCODED = /Y25yeT[A-Za-z0-9+/]{4,120}/g

/** Canaries in a text, each once; other spellings (full width, escapes, base64) are folded back first. */
export function canariesIn(text: string): string[] {
  const folded = text.includes('cnry0') ? text : text.normalize('NFKC')
  const plain = folded.includes('Y25yeT')
    ? `${folded}\n${[...folded.matchAll(ENCODED)].map((m) => Buffer.from(m[0], 'base64').toString('latin1')).join('\n')}`
    : folded
  return [...new Set([...plain.matchAll(/cnry0[a-z]+(?:0[a-z]+)?/gi)].map((m) => m[0].toLowerCase()))]
}
