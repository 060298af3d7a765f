/** What a profile compiles to: only what it adds. Empty parts are left out, so that they cost nothing. */
import type { Json } from '../../model.ts'
import type { Answer, Check, Place, Run } from './run.ts'

/** Asks a value of the instance; undefined stands for what a reference names and nobody here has. */
export type Ask = (run: Run, value: Json | undefined, type: string) => Answer

/** Tells whether a value has what a slice is known by. */
export type Test = {
  ask: Ask
  /** `system = 'http://...'`, for sentences. */
  says: string
  /** A path of one step to a text: slices are then found by that text. */
  key?: { json: string; text: string }
  /** What keeps the value from it, where more can be said than that it has not what the test says. */
  why?: (run: Run, value: Json, type: string) => { ja: string; en: string } | null
}

export type Slice = {
  name: string
  /** `Observation.code.coding:alb` */
  id: string
  min: number
  max: number
  tests: readonly Test[]
  /** What would tell it apart cannot be read from the definitions. */
  blind: boolean
  /** Takes what no other slice takes. */
  rest: boolean
  checks: () => readonly Check[]
  within: Slicing | null
  /** Where it is counted, and in its slicing's order. */
  at: number
  order: number
}

export type Slicing = {
  id: string
  rules: 'open' | 'closed' | 'openAtEnd'
  ordered: boolean
  slices: readonly Slice[]
  /** Names of the slices, for sentences. */
  names: string
  /** Slices by the text that only they can have; null where they have none in common. */
  index: { json: string; byText: ReadonlyMap<string, readonly Slice[]>; others: readonly Slice[] } | null
  rest: Slice | null
  /** Says nothing of items of no slice, where open. */
  quiet: boolean
  /** Counters it needs, its slices' own slicings included. */
  size: number
}

/** One element of an object, with what the profile adds there. */
export type Member = {
  name: string
  id: string
  places: readonly Place[]
  /** 0 and Infinity where the base says the same. */
  min: number
  max: number
  baseMin: number
  baseMax: number
  /** Types of a choice or of a resource; null where any of the base's. */
  allowed: ReadonlySet<string> | null
  checks: readonly Check[]
  slicing: Slicing | null
}
