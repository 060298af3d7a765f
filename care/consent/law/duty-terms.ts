/** What the rows of duties share. */
import type { Sentence } from '#kernel/language'

/** In force for private business and academic bodies alike. */
export const act = { from: '2022-04-01', until: null, signedOffBy: null, binds: ['private', 'academic'] } as const

export const none: Sentence = { ja: '—', en: '–' }
export const before: Sentence = { ja: '行う前', en: 'before' }
