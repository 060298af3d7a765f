import type { Finding } from '../model.ts'

/**
 * Why an expression could not be read or run.
 * `syntax`: not FHIRPath; `type`: a value of the wrong kind or too many values; `unknown`: no such function, type or variable; `costly`: over a limit.
 */
export type FhirPathErrorCode = 'syntax' | 'type' | 'unknown' | 'costly'

/** An expression that cannot be read or run: position (offset from 0; line and column from 1) and a sentence in both languages. */
export class FhirPathError extends Error {
  readonly code: FhirPathErrorCode
  readonly at: number
  readonly ja: string
  readonly en: string
  /** Set by whoever knows the text. */
  line = 0
  column = 0

  constructor(code: FhirPathErrorCode, at: number, says: { ja: string; en: string }) {
    super(says.en)
    this.name = 'FhirPathError'
    this.code = code
    this.at = at
    this.ja = says.ja
    this.en = says.en
  }
}

/** Adds line and column to an error that knows only its offset. */
export function placed(error: FhirPathError, expression: string): FhirPathError {
  const before = expression.slice(0, Math.max(error.at, 0))
  error.line = before.split('\n').length
  error.column = before.length - before.lastIndexOf('\n')
  return error
}

const issueCodes: Record<FhirPathErrorCode, string> = {
  syntax: 'invalid',
  type: 'processing',
  unknown: 'not-supported',
  costly: 'too-costly',
}

/** The error as a finding about the element that carried the expression. */
export function fhirPathFinding(error: FhirPathError, path: string): Finding {
  return {
    severity: 'error',
    code: issueCodes[error.code],
    path,
    ruleId: `fhirpath/${error.code}`,
    ja: `FHIRPathの${error.line}行${error.column}文字目: ${error.ja}`,
    en: `FHIRPath line ${error.line}, column ${error.column}: ${error.en}`,
  }
}

export const syntaxError = (at: number, ja: string, en: string) => new FhirPathError('syntax', at, { ja, en })
export const typeError = (at: number, ja: string, en: string) => new FhirPathError('type', at, { ja, en })
export const unknownError = (at: number, ja: string, en: string) => new FhirPathError('unknown', at, { ja, en })
export const costlyError = (at: number, ja: string, en: string) => new FhirPathError('costly', at, { ja, en })
