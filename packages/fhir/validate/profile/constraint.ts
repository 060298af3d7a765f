/** Invariants that a profile adds, in FHIRPath. @spec http://hl7.org/fhir/R4/conformance-rules.html#constraints */
import type { Constraint } from '../../definition/model.ts'
import { compileFhirPath, type FhirPath, FhirPathError } from '../../fhirpath/index.ts'
import { type Check, environmentOf, nodeOf, type Run, sayFinding, sayOnce } from './run.ts'

const compiled = new Map<string, FhirPath | FhirPathError>()

function compileOnce(expression: string): FhirPath | FhirPathError {
  const known = compiled.get(expression)
  if (known !== undefined) return known
  let made: FhirPath | FhirPathError
  try {
    made = compileFhirPath(expression)
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error
    made = error
  }
  if (compiled.size > 10_000) compiled.clear()
  compiled.set(expression, made)
  return made
}

const notEvaluated = (run: Run, key: string, error: FhirPathError) => sayOnce(run, 'profile/rule-not-evaluated', [key, error.ja, error.en])

function broken(run: Run, { key, severity, human, bestPractice }: Constraint): void {
  const said = human === '' ? key : human
  sayFinding(run, {
    severity: bestPractice ? 'warning' : severity,
    code: 'invariant',
    ruleId: key,
    ja: `規則「${key}」を満たしていません: ${said}`,
    en: `Rule '${key}' is not kept: ${said}`,
  })
}

/** The check of an invariant; null where it is prose only. */
export function constraintCheck(constraint: Constraint): Check | null {
  const { expression, key } = constraint
  if (expression === undefined) return null
  let rule: FhirPath | FhirPathError | undefined
  return (run, frame) => {
    rule ??= compileOnce(expression)
    if (rule instanceof FhirPathError) {
      notEvaluated(run, key, rule)
      return
    }
    try {
      if (rule.holds(nodeOf(run, frame), environmentOf(run)) !== true) broken(run, constraint)
    } catch (error) {
      if (!(error instanceof FhirPathError)) throw error
      notEvaluated(run, key, error)
    }
  }
}
