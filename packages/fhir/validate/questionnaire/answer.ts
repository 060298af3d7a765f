/** One answer: its type, its options, its limits. */
import type { Json, JsonObject } from '../../model.ts'
import { codesOf, membershipOf } from '../environment.ts'
import { report, reportOnce, type Walk } from '../walk.ts'
import { answerTypes, choiceOf, type Item, isObject, objectsIn } from './definition.ts'
import { sameAnswer } from './enabled.ts'

type Asked = { item: Item; label: string; contained: ReadonlyMap<string, JsonObject> }

/** Types of the options count too: a choice may offer dates or texts. */
const typesFor = ({ type, options }: Item): readonly string[] => {
  const types = answerTypes[type] ?? []
  return options === null ? types : [...types, ...options.map((option) => option.type)]
}

/** Codes that a value set inside the Questionnaire lists; null where it does not list them. */
function listed(valueSet: JsonObject | undefined): { system: Json | undefined; code: Json | undefined }[] | null {
  const compose = valueSet?.compose
  if (!isObject(compose) || compose.exclude !== undefined) return null
  const includes = objectsIn(compose, 'include')
  if (includes.some((include) => !Array.isArray(include.concept) || include.valueSet !== undefined)) return null
  return includes.flatMap((include) => objectsIn(include, 'concept').map(({ code }) => ({ system: include.system, code })))
}

function inValueSet(walk: Walk, { item, contained }: Asked, value: Json): boolean {
  const valueSet = item.valueSet!
  if (valueSet.startsWith('#')) {
    const codes = listed(contained.get(valueSet.slice(1)))
    if (codes) return isObject(value) && codes.some(({ system, code }) => code === value.code && system === value.system)
    reportOnce(walk, 'structure/value-set-not-checked', [valueSet])
    return true
  }
  const { terminology } = walk.knowledge
  const result = terminology ? membershipOf(terminology, valueSet, codesOf(value)) : 'unknown'
  if (result === 'unknown') reportOnce(walk, 'structure/value-set-not-checked', [valueSet])
  return result !== 'out'
}

function checkLimits(walk: Walk, { item, label }: Asked, value: Json): void {
  const { maxLength, minValue, maxValue } = item
  if (maxLength !== null && typeof value === 'string' && value.length > maxLength)
    report(walk, 'questionnaire/too-long', [label, String(maxLength)])
  const number = isObject(value) ? value.value : value
  if (typeof number !== 'number') return
  if (minValue !== null && number < minValue) report(walk, 'questionnaire/too-low', [label, String(minValue)])
  if (maxValue !== null && number > maxValue) report(walk, 'questionnaire/too-high', [label, String(maxValue)])
}

/** Checks the value of the answer at hand. */
export function checkAnswer(walk: Walk, asked: Asked, answer: JsonObject): void {
  const found = choiceOf(answer, 'value')
  if (found === null) return
  const { item, label } = asked
  const { type, value } = found
  const types = typesFor(item)
  if (types.length > 0 && !types.includes(type)) {
    report(walk, 'questionnaire/answer-type', [label, `value${types[0]}`])
    return
  }
  const free = item.type === 'open-choice' && type === 'String'
  if (item.options !== null && !free && !item.options.some((option) => option.type === type && sameAnswer(option.value, value)))
    report(walk, 'questionnaire/not-an-option', [label])
  if (item.valueSet !== null && type === 'Coding' && !inValueSet(walk, asked, value)) report(walk, 'questionnaire/not-an-option', [label])
  checkLimits(walk, asked, value)
}
