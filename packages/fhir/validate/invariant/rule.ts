/** Invariants ready to run: a native form where one is written, else the definition's expression on our FHIRPath. */
import type { Constraint } from '../../definition/model.ts'
import { compileFhirPath, type FhirPath, FhirPathError, type FhirPathNode } from '../../fhirpath/index.ts'
import type { Json, JsonObject } from '../../model.ts'
import { isA } from '../../shapes.ts'
import { nodeHere, reportInvariant, reportOnce, type Walk } from '../walk.ts'
import { administrativeInvariants } from './administrative.ts'
import { bundleInvariants } from './bundle.ts'
import { clinicalInvariants } from './clinical.ts'
import { japaneseSentences } from './sentences.ts'
import type { Invariant } from './terms.ts'
import { absentHolds } from './wrong-in-r4.ts'
import { typeInvariants } from './types.ts'

/** One invariant. A native test answers undefined where it leaves the decision to the expression. */
export type Rule = {
  key: string
  severity: 'error' | 'warning'
  native: ((value: JsonObject) => boolean | undefined) | null
  /** The compiled expression; null where there is none, an error where it can't be read. */
  expression: () => FhirPath | FhirPathError | null
  ja: string
  en: string
}

export const nativeInvariants: readonly Invariant[] = [
  ...typeInvariants,
  ...bundleInvariants,
  ...clinicalInvariants,
  ...administrativeInvariants,
]

/** Checked by the walk itself, at every element, resource, narrative or reference. */
const builtIn = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6', 'dom-r4b', 'ref-1', 'txt-1', 'txt-2'])

function lazily(expression: string | undefined): Rule['expression'] {
  let found: FhirPath | FhirPathError | null | undefined
  return () => {
    if (found !== undefined) return found
    try {
      found = expression === undefined ? null : compileFhirPath(expression)
    } catch (error) {
      if (!(error instanceof FhirPathError)) throw error
      found = error
    }
    return found
  }
}

/** A constraint of a definition as a rule that runs on the engine. Constraints of packages have no sentence of ours. */
export function expressionRule({ key, severity, human, expression }: Constraint): Rule {
  return {
    key,
    severity,
    native: null,
    expression: lazily(expression),
    ja: japaneseSentences.get(key) ?? `規則${key}に合いません: ${human}`,
    en: `${key} is not kept: ${human}`,
  }
}

const nativeRule = (row: Invariant, constraint: Constraint | undefined): Rule => ({
  key: row.key,
  severity: row.severity ?? 'error',
  native: row.test,
  expression: lazily(constraint?.expression),
  ja: row.ja,
  en: row.en,
})

/** Rules of a shape: the native ones written for it or its ancestors, and those of its definition that have no native form. */
export function rulesFor(shape: string, constraints: readonly Constraint[]): Rule[] {
  const native = nativeInvariants.filter((row) => isA(shape, row.on))
  const rest = constraints.filter(({ key }) => !builtIn.has(key) && !native.some((row) => row.key === key))
  const byKey = (key: string) => constraints.find((constraint) => constraint.key === key)
  return [...native.map((row) => nativeRule(row, byKey(row.key))), ...rest.map(expressionRule)]
}

/**
 * Does the rule hold? An expression that finds nothing says no, as elsewhere in the field, but where R4 forgot the absent value.
 * One that fails, or that waits for a value set or profile nobody knows, is reported as not checked.
 */
export function holds(walk: Walk, rule: Rule, node: FhirPathNode): boolean {
  const expression = rule.expression()
  if (expression === null) return true
  walk.unanswered = false
  try {
    if (expression instanceof FhirPathError) throw expression
    const held = expression.holds(node, walk.env)
    if (held !== undefined) return held
    if (!walk.unanswered) return absentHolds(rule.key)
    reportOnce(walk, 'structure/invariant-not-checked', [rule.key, 'not-found'])
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error
    reportOnce(walk, 'structure/invariant-not-checked', [rule.key, error.code])
  }
  return true
}

/** Runs the rules of the object at hand. */
export function checkRules(walk: Walk, value: JsonObject, rules: readonly Rule[]): void {
  let node: FhirPathNode | null = null
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!
    const native = rule.native?.(value)
    if (native === true) continue
    if (native === undefined) node ??= nodeHere(walk)
    if (native === false || (node !== null && !holds(walk, rule, node))) reportInvariant(walk, rule)
  }
}

/** Runs the rules that stand on an element of the object at hand. */
export function checkPropertyRules(
  walk: Walk,
  value: Json,
  property: { type: string; pathName: string; rules: readonly Rule[] | null },
): void {
  const { type, pathName, rules } = property
  const node: FhirPathNode = { value, type, extra: undefined, parent: nodeHere(walk), name: pathName, index: -1 }
  for (const rule of rules ?? []) if (!holds(walk, rule, node)) reportInvariant(walk, rule)
}
