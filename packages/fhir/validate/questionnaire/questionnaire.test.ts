/** Answers against a questionnaire: each row is one response and what is said of it. */
import { expect, describe, test } from 'vitest'
import { baseDefinitions, makeDefinitions } from '../../definition/index.ts'
import type { Json, JsonObject } from '../../model.ts'
import { makeTerminology } from '../../terminology/index.ts'
import { makeValidator } from '../index.ts'

const url = 'http://a.jp/Questionnaire/a'
const div = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' }
const gender = 'http://hl7.org/fhir/administrative-gender'

const questionnaire: JsonObject = {
  resourceType: 'Questionnaire',
  url,
  text: div,
  name: 'A',
  status: 'active',
  item: [
    {
      linkId: 'g',
      type: 'group',
      text: '体調',
      repeats: true,
      item: [
        { linkId: 'smokes', type: 'boolean', required: true },
        { linkId: 'packs', type: 'integer', enableWhen: [{ question: 'smokes', operator: '=', answerBoolean: true }], required: true },
      ],
    },
    { linkId: 'note', type: 'string', maxLength: 5 },
    {
      linkId: 'many',
      type: 'string',
      repeats: true,
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs', valueInteger: 2 }],
    },
    { linkId: 'colour', type: 'choice', answerOption: [{ valueCoding: { system: 'http://a.jp/c', code: 'red' } }] },
    { linkId: 'open', type: 'open-choice', answerOption: [{ valueCoding: { system: 'http://a.jp/c', code: 'red' } }] },
    { linkId: 'gender', type: 'choice', answerValueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
    { linkId: 'says', type: 'display', text: 'a' },
    { linkId: 'late', type: 'date', enableBehavior: 'any', enableWhen: [{ question: 'note', operator: 'exists', answerBoolean: true }] },
    { linkId: 'outer', type: 'string', item: [{ linkId: 'inner', type: 'string' }] },
    { linkId: 'share', type: 'integer', extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: 100 }] },
  ],
}

const definitions = makeDefinitions(baseDefinitions(), [questionnaire])
const validator = makeValidator({ definitions, terminology: makeTerminology({ definitions }) })

const answers = (linkId: string, ...values: JsonObject[]): JsonObject => ({ linkId, answer: values })
const group = (...item: JsonObject[]): JsonObject => ({ linkId: 'g', item })
const calm = group(answers('smokes', { valueBoolean: false }))
const response = (item: JsonObject[], more: JsonObject = {}): JsonObject => ({
  resourceType: 'QuestionnaireResponse',
  text: div,
  questionnaire: url,
  status: 'completed',
  ...(item.length > 0 ? { item } : {}),
  ...more,
})
const said = (resource: Json) =>
  validator
    .validate(resource)
    .filter(({ ruleId }) => !ruleId.startsWith('coding/'))
    .map(({ ruleId, path }) => `${ruleId} ${path.replace('QuestionnaireResponse.', '')}`)
const string = (valueString: string): JsonObject => ({ valueString })
const code = (system: string, value: string): JsonObject => ({ valueCoding: { system, code: value } })

const rows: [string, JsonObject[], string[]][] = [
  ['the least', [calm], []],
  ['two repetitions of a group', [calm, group(answers('smokes', { valueBoolean: true }), answers('packs', { valueInteger: 1 }))], []],
  [
    'a question of its own repetition that is asked',
    [calm, group(answers('smokes', { valueBoolean: true }))],
    ['questionnaire/required item[1]'],
  ],
  [
    'an answer to what is not asked',
    [group(answers('smokes', { valueBoolean: false }), answers('packs', { valueInteger: 1 }))],
    ['questionnaire/not-enabled item[0].item[1]'],
  ],
  [
    'a required question left out',
    [group(answers('packs', { valueInteger: 1 }))],
    ['questionnaire/required item[0]', 'questionnaire/not-enabled item[0].item[0]'],
  ],
  ['an unknown item', [calm, answers('nobody', string('a'))], ['questionnaire/item-unknown item[1].linkId']],
  ['an item in the wrong place', [calm, answers('inner', string('a'))], ['questionnaire/item-misplaced item[1].linkId']],
  ['the wrong order', [answers('note', string('a')), calm], ['questionnaire/item-order item[1]']],
  ['a group with an answer', [{ ...calm, answer: [string('a')] }], ['qrs-1 item[0]', 'questionnaire/group-answer item[0]']],
  ['a text too long', [calm, answers('note', string('abcdef'))], ['questionnaire/too-long item[1].answer[0]']],
  ['two answers to one question', [calm, answers('note', string('a'), string('b'))], ['questionnaire/too-many item[1]']],
  ['a question given twice', [calm, answers('note', string('a')), answers('note', string('b'))], ['questionnaire/too-many item[2]']],
  ['more answers than allowed', [calm, answers('many', string('a'), string('b'), string('c'))], ['questionnaire/too-many item[1]']],
  ['as many as allowed', [calm, answers('many', string('a'), string('b'))], []],
  ['the wrong type', [calm, answers('note', { valueInteger: 1 })], ['questionnaire/answer-type item[1].answer[0]']],
  ['an option', [calm, answers('colour', code('http://a.jp/c', 'red'))], []],
  ['no option', [calm, answers('colour', code('http://a.jp/c', 'blue'))], ['questionnaire/not-an-option item[1].answer[0]']],
  ['words of one’s own where they are allowed', [calm, answers('open', string('青'))], []],
  ['words of one’s own where they are not', [calm, answers('colour', string('青'))], ['questionnaire/answer-type item[1].answer[0]']],
  ['a code of the value set', [calm, answers('gender', code(gender, 'male'))], []],
  ['a code outside of it', [calm, answers('gender', code(gender, 'none'))], ['questionnaire/not-an-option item[1].answer[0]']],
  ['an answer to a display', [calm, answers('says', string('a'))], ['questionnaire/display-answer item[1]']],
  ['a condition that something exists', [calm, answers('note', string('a')), answers('late', { valueDate: '2026-01-01' })], []],
  ['a condition that nothing meets', [calm, answers('late', { valueDate: '2026-01-01' })], ['questionnaire/not-enabled item[1]']],
  ['items under an answer', [calm, { linkId: 'outer', answer: [{ ...string('a'), item: [answers('inner', string('b'))] }] }], []],
  ['a number too high', [calm, answers('share', { valueInteger: 101 })], ['questionnaire/too-high item[1].answer[0]']],
]

describe('answers', () => {
  test.each(rows)('%s', (_name, item, expected) => expect(said(response(item))).toEqual(expected))

  test('what is not finished may lack answers', () => {
    expect(said(response([group()], { status: 'in-progress' })).filter((one) => one.includes('required'))).toEqual([])
    expect(said(response([]))).toEqual([])
  })

  test('a questionnaire that is contained, not loaded, not named', () => {
    const inside = response([calm], { questionnaire: '#q', contained: [{ ...questionnaire, id: 'q', text: undefined as unknown as Json }] })
    expect(said(JSON.parse(JSON.stringify(inside)) as Json)).toEqual([])
    expect(said(response([], { questionnaire: 'http://a.jp/nobody' }))).toEqual(['questionnaire/not-loaded QuestionnaireResponse'])
    const { questionnaire: _, ...nameless } = response([])
    expect(said(nameless)).toEqual(['questionnaire/none QuestionnaireResponse'])
  })
})

describe('questionnaires', () => {
  const broken = (item: JsonObject) =>
    said({ ...questionnaire, url: 'http://a.jp/b', item: [item] }).map((one) => one.replace('Questionnaire.', ''))
  test('the one above is right', () => expect(said(questionnaire)).toEqual([]))
  test('a condition on a question that is not there', () =>
    expect(broken({ linkId: 'a', type: 'string', enableWhen: [{ question: 'b', operator: 'exists', answerBoolean: true }] })).toEqual([
      'questionnaire/enable-when item[0].enableWhen[0].question',
    ]))
  test('an initial value of another type', () =>
    expect(broken({ linkId: 'a', type: 'string', initial: [{ valueInteger: 1 }] })).toEqual([
      'questionnaire/initial-type item[0].initial[0]',
    ]))
  test('the same linkId twice', () => {
    const twice = [
      { linkId: 'a', type: 'string' },
      { linkId: 'a', type: 'string' },
    ]
    expect(said({ ...questionnaire, url: 'http://a.jp/b', item: twice })).toEqual(['que-2 Questionnaire'])
  })
})
