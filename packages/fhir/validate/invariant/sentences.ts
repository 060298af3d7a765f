/** What the invariants without a native form say, by key. Keys that are not here show the definition's own English sentence. */
type Sentence = { ja: string; en: string }

export const sentences: Readonly<Record<string, Sentence>> = {}
