/** Is an item asked at all? Its conditions look at the answers nearest to it. @spec http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen */
import { dateRange } from '../../dates.ts'
import type { Json, JsonObject } from '../../model.ts'
import { choiceOf, type Condition, type Item, isObject, maxItemDepth, objectsIn } from './definition.ts'

/** Answers by linkId of one repetition of a group, and what is around it. */
export type Answers = { byLinkId: ReadonlyMap<string, readonly JsonObject[]>; around: Answers | null }

function collect(owner: JsonObject, into: Map<string, JsonObject[]>, depth: number): void {
  if (depth > maxItemDepth) return
  for (const item of objectsIn(owner, 'item')) {
    const answers = objectsIn(item, 'answer')
    if (typeof item.linkId === 'string') {
      const known = into.get(item.linkId)
      if (known) known.push(...answers)
      else into.set(item.linkId, answers)
    }
    collect(item, into, depth + 1)
    for (const answer of answers) collect(answer, into, depth + 1)
  }
}

/** The answers in a response, or in one repetition of a group. */
export function answersIn(owner: JsonObject, around: Answers | null): Answers {
  const byLinkId = new Map<string, JsonObject[]>()
  collect(owner, byLinkId, 0)
  return { byLinkId, around }
}

function answersTo(question: string, scope: Answers): readonly JsonObject[] {
  for (let at: Answers | null = scope; at; at = at.around) {
    const found = at.byLinkId.get(question)
    if (found) return found
  }
  return []
}

const isDate = (type: string) => type === 'Date' || type === 'DateTime'

/** Below 0, 0, above 0; null where the two cannot be compared. */
function compare(a: Json | undefined, b: Json | undefined, type: string): number | null {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') {
    if (!isDate(type)) return a < b ? -1 : a > b ? 1 : 0
    const [left, right] = [dateRange(a), dateRange(b)]
    return left && right ? (left.lo < right.lo ? -1 : left.lo > right.lo ? 1 : 0) : null
  }
  if (!isObject(a) || !isObject(b) || type !== 'Quantity') return null
  return (a.code ?? a.unit) === (b.code ?? b.unit) ? compare(a.value, b.value, 'Decimal') : null
}

/** The same answer: codings by system and code, references by their text, all else by value. */
export function sameAnswer(a: Json | undefined, b: Json | undefined): boolean {
  if (!isObject(a) || !isObject(b)) return a === b
  if (a.code !== undefined || b.code !== undefined)
    return a.code === b.code && (a.system === b.system || a.system === undefined || b.system === undefined) && a.value === b.value
  if (a.reference !== undefined || b.reference !== undefined) return a.reference === b.reference
  return a.value === b.value && a.display === b.display
}

function holds({ question, operator, answer, answerType }: Condition, scope: Answers): boolean {
  const values = answersTo(question, scope).flatMap((one) => choiceOf(one, 'value') ?? [])
  if (operator === 'exists') return values.length > 0 === (answer !== false)
  const any = (test: (order: number) => boolean) =>
    values.some(({ value }) => {
      const order = compare(value, answer, answerType)
      return order !== null && test(order)
    })
  if (operator === '=') return values.some(({ value }) => sameAnswer(value, answer))
  if (operator === '!=') return values.length > 0 && !values.some(({ value }) => sameAnswer(value, answer))
  if (operator === '>') return any((order) => order > 0)
  if (operator === '<') return any((order) => order < 0)
  if (operator === '>=') return any((order) => order >= 0)
  return operator === '<=' ? any((order) => order <= 0) : true
}

/** Do the conditions of the item hold? */
export function isEnabled({ conditions, all }: Item, scope: Answers): boolean {
  if (conditions.length === 0) return true
  return all ? conditions.every((one) => holds(one, scope)) : conditions.some((one) => holds(one, scope))
}
