/** Sentences that travel with the page, in its language. */
const root = document.querySelector<HTMLElement>('[data-reader]')
const sentences = JSON.parse(root?.dataset.readerSays ?? '{}') as Record<string, string>

export const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
export const institution = root?.dataset.readerInstitution ?? ''
/** Where the bridge to this machine's card reader stands; '' where the demo's cards are used. */
export const bridge = root?.dataset.readerBridge ?? ''
export const oldCardAsk = root?.dataset.readerOldCard ?? ''

/** One of the page's sentences, with its figures put in. */
export const says = (name: string, put: Record<string, string> = {}): string =>
  Object.entries(put).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), sentences[name] ?? '')

export const find = <E extends HTMLElement>(selector: string): E | null => document.querySelector<E>(selector)
