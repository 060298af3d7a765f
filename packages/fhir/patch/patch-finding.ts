import type { Finding, Json } from '../model.ts'
import { CopyRefused } from './json-value.ts'

export type PatchLimits = {
  /** Operations in one patch; 1,000 unless said. */
  maxOperations?: number
  /** What all operations together may add, in characters of JSON; 32 Mi unless said. */
  maxAdded?: number
  /** Nesting of the result; 100 unless said. */
  maxDepth?: number
}

export type Patched = { value: Json } | { findings: Finding[] }

/** Why a patch was not applied. `at` says which operation, e.g. `patch[2].path`. */
export class PatchRefused extends Error {
  readonly finding: Finding
  constructor(at: string, rule: { code: string; ruleId: string; ja: string; en: string }) {
    super(rule.en)
    this.finding = { severity: 'error', path: at, ...rule }
  }
}

export const limitsOf = (limits: PatchLimits) => ({
  maxOperations: limits.maxOperations ?? 1000,
  maxAdded: limits.maxAdded ?? 32 * 1024 * 1024,
  maxDepth: limits.maxDepth ?? 100,
})

const copyRules = {
  'too-large': [
    'too-costly',
    'パッチの結果が大きくなりすぎます。操作を分けてください。',
    'The patch makes the resource too large. Split it.',
  ],
  'too-deep': ['too-costly', 'パッチの結果の入れ子が深くなりすぎます。', 'The patch makes the resource nest too deeply.'],
  'forbidden-name': ['invalid', '項目名__proto__は使えません。', 'The name __proto__ cannot be used.'],
} as const

/** Runs one operation; a copy that went over its limits is told with the operation it was for. */
export function atOperation<T>(at: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof CopyRefused)) throw error
    const [code, ja, en] = copyRules[error.problem]
    throw new PatchRefused(at, { code, ruleId: `patch/${error.problem}`, ja, en })
  }
}

/** All operations or none: the first that cannot be applied is the answer. */
export function allOrNothing(apply: () => Json): Patched {
  try {
    return { value: apply() }
  } catch (error) {
    if (error instanceof PatchRefused) return { findings: [error.finding] }
    throw error
  }
}
