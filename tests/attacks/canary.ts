/**
 * Words planted in every text of a victim's records. Each says which part it stands in, so that an answer that holds one can
 * be judged by who asked: `cnry0labs`, `cnry0own0Procedure`. Letters and a digit survive every folding.
 */
export const canary = (part: string, type?: string): string => `cnry0${part}${type === undefined ? '' : `0${type}`}`

/** Canaries in a text, each once; other spellings (full width, escapes) are folded back first. */
export function canariesIn(text: string): string[] {
  const plain = text.includes('cnry0') ? text : text.normalize('NFKC')
  return [...new Set([...plain.matchAll(/cnry0[a-z]+(?:0[a-z]+)?/gi)].map((m) => m[0].toLowerCase()))]
}
