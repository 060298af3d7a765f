/** Bindings of a profile: codes must come from the value set. @spec http://hl7.org/fhir/R4/terminologies.html#strength */
import type { ElementDefinition } from '../../definition/model.ts'
import type { Json, JsonObject } from '../../model.ts'
import type { Code, Membership } from '../ports.ts'
import type { Ask } from './model.ts'
import { type Answer, type Check, type Frame, no, type Run, say, sayOnce, unknown, yes } from './run.ts'
import { isObject, shownValue } from './values.ts'

const answers = { in: yes, out: no, unknown } as const

/** Asks for the value set as the package of the profile has it, where several packages carry one of that name. */
function codeAnswer(run: Run, valueSet: string, coding: { system?: Json; version?: Json; code?: Json }): Answer {
  const { terminology } = run.walk.knowledge
  const { system, version, code } = coding
  if (typeof code !== 'string') return no
  if (terminology === null) return unknown
  const memberOf: (valueSet: string, code: Code, within?: string) => Membership = terminology.memberOf
  const asked = { code, ...(typeof system === 'string' ? { system } : {}), ...(typeof version === 'string' ? { version } : {}) }
  return answers[memberOf(valueSet, asked, run.definition?.package).result]
}

/** Is a code, Coding, CodeableConcept or the unit of a Quantity in the value set? Of several codings one is enough. */
export function memberAnswer(run: Run, valueSet: string, value: Json): Answer {
  if (typeof value === 'string') return codeAnswer(run, valueSet, { code: value })
  if (!isObject(value)) return no
  if (value.coding === undefined) return codeAnswer(run, valueSet, value)
  let answer: Answer = no
  for (const coding of Array.isArray(value.coding) ? value.coding : []) {
    const one = isObject(coding) ? codeAnswer(run, valueSet, coding) : no
    if (one === yes) return yes
    if (one === unknown) answer = unknown
  }
  return answer
}

export const memberAsk =
  (valueSet: string): Ask =>
  (run, value) => {
    const answer = value === undefined ? unknown : memberAnswer(run, valueSet, value)
    if (answer === unknown && value !== undefined) sayOnce(run, 'profile/value-set-not-loaded', [valueSet])
    return answer
  }

const hasCode = (value: Json): boolean =>
  typeof value === 'string' ||
  (isObject(value) &&
    (typeof value.code === 'string' ||
      (Array.isArray(value.coding) && value.coding.some((coding) => isObject(coding) && typeof coding.code === 'string'))))

/** An extension may say why there is no code (data-absent-reason). */
const isExcused = (value: JsonObject): boolean =>
  value.extension !== undefined || (Array.isArray(value.coding) && value.coding.some((one) => isObject(one) && one.extension !== undefined))

const bound = new Set([
  'code',
  'Coding',
  'CodeableConcept',
  'Quantity',
  'string',
  'uri',
  'SimpleQuantity',
  'Age',
  'Duration',
  'Count',
  'Distance',
])

function checkMembership(run: Run, frame: Frame, { id, valueSet, required }: { id: string; valueSet: string; required: boolean }): void {
  const { value } = frame
  if (value === undefined || value === null || !bound.has(frame.type)) return
  if (!hasCode(value)) {
    if (required && isObject(value) && frame.type !== 'Quantity' && !isExcused(value)) say(run, 'profile/binding-no-code', [id, valueSet])
    return
  }
  const answer = memberAnswer(run, valueSet, value)
  if (answer === unknown) sayOnce(run, 'profile/value-set-not-loaded', [valueSet])
  else if (answer === no) say(run, required ? 'profile/binding' : 'profile/binding-extensible', [id, shownValue(value), valueSet])
}

/** Checks of a binding; preferred and example ones bind nobody. */
export function bindingChecks(id: string, binding: NonNullable<ElementDefinition['binding']>): Check[] {
  const checks: Check[] = []
  const { strength, valueSet, max } = binding
  if (valueSet !== '' && (strength === 'required' || strength === 'extensible'))
    checks.push((run, frame) => checkMembership(run, frame, { id, valueSet, required: strength === 'required' }))
  if (max !== undefined) checks.push((run, frame) => checkMembership(run, frame, { id, valueSet: max, required: true }))
  return checks
}
