/** Checks of a value itself: fixed, pattern, length and bounds. */
import type { ElementDefinition, TypedValue } from '../../definition/model.ts'
import { type Check, type Frame, type Run, say } from './run.ts'
import { characters, compareToBound, contains, same, shownValue } from './values.ts'

type Wanted = { fixed: TypedValue | undefined; pattern: TypedValue | undefined } & Pick<
  ElementDefinition,
  'maxLength' | 'minValue' | 'maxValue'
>

/** A choice is held to the fixed value only where it is of its type. */
const isType = (frame: Frame, { type }: TypedValue) => frame.type === type || frame.type === '' || type === ''

function boundCheck(id: string, bound: TypedValue, rule: 'profile/min-value' | 'profile/max-value'): Check {
  const sign = rule === 'profile/min-value' ? -1 : 1
  return (run: Run, frame: Frame) => {
    const order = compareToBound(frame.value, bound)
    if (order !== undefined && order * sign > 0) say(run, rule, [id, shownValue(bound.value), shownValue(frame.value)])
  }
}

export function valueChecks(id: string, { fixed, pattern, maxLength, minValue, maxValue }: Wanted): Check[] {
  const checks: Check[] = []
  if (fixed)
    checks.push((run, frame) => {
      if (frame.value !== fixed.value && !(typeof fixed.value === 'object' && same(frame.value, fixed.value)) && !otherType(frame, fixed))
        say(run, 'profile/fixed', [id, shownValue(fixed.value), shownValue(frame.value)])
    })
  if (pattern)
    checks.push((run, frame) => {
      if (!contains(frame.value, pattern.value) && !otherType(frame, pattern))
        say(run, 'profile/pattern', [id, shownValue(pattern.value), shownValue(frame.value)])
    })
  if (maxLength !== undefined)
    checks.push((run, { value }) => {
      if (typeof value === 'string' && value.length > maxLength && characters(value) > maxLength)
        say(run, 'profile/max-length', [id, String(maxLength), String(characters(value))])
    })
  if (minValue) checks.push(boundCheck(id, minValue, 'profile/min-value'))
  if (maxValue) checks.push(boundCheck(id, maxValue, 'profile/max-value'))
  return checks
}

const otherType = (frame: Frame, wanted: TypedValue) =>
  typeof frame.value === 'object' && typeof wanted.value === 'object' && !isType(frame, wanted)
