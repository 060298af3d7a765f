/** Answers against the Questionnaire they answer. @spec http://hl7.org/fhir/R4/questionnaireresponse.html */
import type { JsonObject } from '../../model.ts'
import { report, reportAt, reportOnce, type Walk } from '../walk.ts'
import { checkAnswer } from './answer.ts'
import { type Definition, definitionOf, type Item, isObject, maxItemDepth } from './definition.ts'
import { type Answers, answersIn, isEnabled } from './enabled.ts'

type Check = { walk: Walk; definition: Definition; unfinished: boolean }
type Placed = { item: JsonObject; index: number }

function questionnaireOf(walk: Walk, response: JsonObject): JsonObject | null {
  const canonical = response.questionnaire
  if (typeof canonical !== 'string' || canonical === '') {
    report(walk, 'questionnaire/none', [])
    return null
  }
  const found = canonical.startsWith('#')
    ? walk.scope.contained.get(canonical.slice(1))
    : walk.knowledge.definitions?.resource('Questionnaire', canonical)
  if (isObject(found) && found.resourceType === 'Questionnaire') return found
  reportOnce(walk, 'questionnaire/not-loaded', [canonical.slice(0, 200)])
  return null
}

function at(walk: Walk, index: number, act: () => void): void {
  walk.path.push('item', index)
  act()
  walk.path.length -= 2
}

const labelOf = ({ linkId, text }: Item) => (text === '' ? linkId : `${linkId}: ${text}`).slice(0, 120)
const answersOf = (item: JsonObject) => (Array.isArray(item.answer) ? item.answer : [])
const hasContent = (item: JsonObject): boolean => answersOf(item).length > 0 || (Array.isArray(item.item) && item.item.length > 0)

/** Items of the response by linkId; those that don't belong here or come out of order are reported. */
function placed({ walk, definition }: Check, owner: JsonObject, items: readonly Item[]): Map<string, Placed[]> {
  const order = new Map(items.map(({ linkId }, index) => [linkId, index]))
  const found = new Map<string, Placed[]>()
  let last = -1
  const list = Array.isArray(owner.item) ? owner.item : []
  list.forEach((item, index) => {
    if (!isObject(item) || typeof item.linkId !== 'string') return
    const { linkId } = item
    const position = order.get(linkId)
    if (position === undefined) {
      const rule = definition.linkIds.has(linkId) ? 'questionnaire/item-misplaced' : 'questionnaire/item-unknown'
      at(walk, index, () => reportAt(walk, 'linkId', rule, [linkId.slice(0, 80)]))
      return
    }
    if (position < last) at(walk, index, () => report(walk, 'questionnaire/item-order', [linkId.slice(0, 80)]))
    last = Math.max(last, position)
    const known = found.get(linkId)
    if (known) known.push({ item, index })
    else found.set(linkId, [{ item, index }])
  })
  return found
}

function checkGroup(check: Check, item: Item, { item: given }: Placed, scope: Answers, depth: number): void {
  if (answersOf(given).length > 0) report(check.walk, 'questionnaire/group-answer', [labelOf(item)])
  checkLevel(check, given, item.items, item.repeats ? answersIn(given, scope) : scope, depth + 1)
}

function checkQuestion(check: Check, item: Item, { item: given }: Placed, scope: Answers, depth: number): void {
  const { walk, unfinished } = check
  const answers = answersOf(given)
  if (answers.length === 0 && item.least > 0 && !unfinished) report(walk, 'questionnaire/required', [labelOf(item)])
  if (answers.length > item.most) report(walk, 'questionnaire/too-many', [labelOf(item), String(item.most)])
  else if (answers.length > 0 && answers.length < item.least && !unfinished)
    report(walk, 'questionnaire/too-few', [labelOf(item), String(item.least)])
  answers.forEach((answer, index) => {
    if (!isObject(answer)) return
    walk.path.push('answer', index)
    checkAnswer(walk, { item, label: labelOf(item), contained: check.definition.contained }, answer)
    checkLevel(check, answer, item.items, scope, depth + 1)
    walk.path.length -= 2
  })
  if (answers.length === 0 && Array.isArray(given.item)) checkLevel(check, given, item.items, scope, depth + 1)
}

function checkItem(check: Check, item: Item, list: readonly Placed[], scope: Answers, depth: number): void {
  const { walk, unfinished } = check
  if (!isEnabled(item, scope)) {
    for (const one of list) if (hasContent(one.item)) at(walk, one.index, () => report(walk, 'questionnaire/not-enabled', [labelOf(item)]))
    return
  }
  if (list.length === 0) {
    if (item.least > 0 && !unfinished && item.type !== 'display') report(walk, 'questionnaire/required', [labelOf(item)])
    return
  }
  const most = item.type === 'group' ? item.most : 1
  if (list.length > most) at(walk, list[1]!.index, () => report(walk, 'questionnaire/too-many', [labelOf(item), String(most)]))
  for (const one of list)
    at(walk, one.index, () => {
      if (item.type === 'group') checkGroup(check, item, one, scope, depth)
      else if (item.type === 'display') {
        if (hasContent(one.item)) report(walk, 'questionnaire/display-answer', [labelOf(item)])
      } else checkQuestion(check, item, one, scope, depth)
    })
}

function checkLevel(check: Check, owner: JsonObject, items: readonly Item[], scope: Answers, depth: number): void {
  if (depth > maxItemDepth) return
  const found = placed(check, owner, items)
  for (const item of items) checkItem(check, item, found.get(item.linkId) ?? [], scope, depth)
}

/** Checks the response at hand against its Questionnaire, where that is contained or loaded. */
export function checkQuestionnaireResponse(walk: Walk, response: JsonObject): void {
  const questionnaire = questionnaireOf(walk, response)
  if (questionnaire === null) return
  const definition = definitionOf(questionnaire)
  const unfinished = response.status === 'in-progress' || response.status === 'entered-in-error'
  checkLevel({ walk, definition, unfinished }, response, definition.items, answersIn(response, null), 0)
}
