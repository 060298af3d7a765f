import type { Random } from '#packages/synthetic'

export type AttackRun = { quick: boolean; random: Random; root: string; tell: (line: string) => void }

/** What was tried, and what came out that must not: each leak says what was asked and what was shown. */
export type Tried = { tried: number; leaks: string[] }

/** An attack: once against the product, once against the product made wrong on purpose. */
export type Attack = { what: string; control: string; run: (about: AttackRun & { mutated: boolean }) => Promise<Tried> }
