import type { MakeAsked, MakeDone } from '#care/bulk'

/** What a maker is told first: the data folder, and the addresses under which the platform answers. */
export type MakerBegin = { home: string; bases: readonly string[] }
export type MakerAsked = { n: number; asked: MakeAsked }
export type MakerSaid = { up: true } | { n: number; done: MakeDone | null }
