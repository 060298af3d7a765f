/** Terminology: which codes there are, what they are called, which value sets they belong to. Pure and synchronous. */
import type { Definitions } from '../definition/model.ts'
import type { Json } from '../model.ts'
import { type CompiledSet, makeCompiler } from './compile.ts'
import type { CodeSystemView, Coding, Membership } from './model.ts'
import { makeSources, type Sources } from './sources.ts'
import { whyNoValueSet } from './why.ts'

export type * from './model.ts'
export type { CompiledSet } from './compile.ts'
export { codeSystemOf } from './table.ts'

export type Terminology = {
  /** Does a coding belong to a value set (`url` or `url|version`)? Without a system: to any system of the value set (elements of type `code`). */
  memberOf: (valueSet: string, coding: Coding) => Membership
  /** The compiled value set, to ask it many times; undefined where it is not loaded. */
  compiled: (valueSet: string) => CompiledSet | undefined
  sources: Sources
}

/**
 * Answers from, in this order: `resources` given for one question, masters of the operator, packages (`definitions`), R4's own, systems by form.
 * `below` lays resources over an existing terminology.
 */
export function makeTerminology(given: {
  definitions?: Definitions
  masters?: readonly CodeSystemView[]
  resources?: readonly Json[]
  below?: Terminology
}): Terminology {
  const { below, ...rest } = given
  const sources = makeSources({ ...rest, ...(below ? { below: below.sources } : {}) })
  const compiler = makeCompiler(sources)
  const memberOf = (valueSet: string, { system, code }: Coding): Membership => {
    const set = compiler.set(valueSet)
    if (!set) return { result: 'unknown', why: whyNoValueSet(valueSet) }
    return code === undefined ? { result: 'out' } : set.has(system, code)
  }
  return { memberOf, compiled: compiler.set, sources }
}
