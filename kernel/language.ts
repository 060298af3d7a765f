/** Languages the platform speaks. Japanese first; English complete. */
export const langs = ['ja', 'en'] as const
export type Lang = (typeof langs)[number]

/** A sentence in every language of the platform. */
export type Sentence = Readonly<Record<Lang, string>>

/** Language of a request: an explicit choice, then the cookie, then the browser's first preference, else Japanese. */
export function langOf(wish: { query?: string | undefined; cookie?: string | undefined; accept?: string | undefined }): Lang {
  for (const choice of [wish.query, wish.cookie]) if (choice === 'ja' || choice === 'en') return choice
  const first = wish.accept?.split(',')[0]?.trim().toLowerCase() ?? ''
  return first.startsWith('en') ? 'en' : 'ja'
}
