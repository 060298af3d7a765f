/** Test support: a small code system with everything a filter can ask for, and value sets over it. */
import type { JsonObject } from '../model.ts'
import { makeTerminology, type Terminology } from './index.ts'

export const drinks = 'http://example.jp/CodeSystem/drinks'
const meaning = 'http://hl7.org/fhir/concept-properties#'

/**
 * drink (abstract)
 *   tea: green-tea (緑茶), black-tea (retired)
 *   coffee: latte (also under milk)
 * milk: latte
 * water (deprecated)
 */
export const drinkSystem: JsonObject = {
  resourceType: 'CodeSystem',
  url: drinks,
  version: '2.1.0',
  name: 'Drinks',
  title: 'Drinks',
  status: 'active',
  caseSensitive: true,
  content: 'complete',
  language: 'en',
  hierarchyMeaning: 'is-a',
  valueSet: 'http://example.jp/ValueSet/all-drinks',
  property: [
    { code: 'hot', type: 'boolean' },
    { code: 'colour', type: 'code' },
    { code: 'parent', type: 'code', uri: `${meaning}parent` },
    { code: 'grouping', type: 'boolean', uri: `${meaning}notSelectable` },
    { code: 'state', type: 'code', uri: `${meaning}status` },
    { code: 'litres', type: 'decimal' },
  ],
  concept: [
    {
      code: 'drink',
      display: 'Drink',
      property: [{ code: 'grouping', valueBoolean: true }],
      concept: [
        {
          code: 'tea',
          display: 'Tea',
          definition: 'Leaves in water',
          designation: [
            { language: 'ja', value: '茶' },
            { language: 'ja', use: { code: 'kana' }, value: 'チャ' },
            { language: 'de', value: 'Tee' },
          ],
          property: [{ code: 'hot', valueBoolean: true }],
          concept: [
            {
              code: 'green-tea',
              display: 'Green tea',
              designation: [
                { language: 'ja', value: '緑茶' },
                { language: 'ja', use: { code: 'kana' }, value: 'リョクチャ' },
              ],
              property: [{ code: 'colour', valueCode: 'green' }],
            },
            {
              code: 'black-tea',
              display: 'Black tea',
              property: [
                { code: 'colour', valueCode: 'red' },
                { code: 'state', valueCode: 'retired' },
              ],
            },
          ],
        },
        {
          code: 'coffee',
          display: 'Coffee',
          property: [
            { code: 'hot', valueBoolean: true },
            { code: 'colour', valueCode: 'black' },
          ],
          concept: [{ code: 'latte', display: 'Latte', property: [{ code: 'parent', valueCode: 'milk' }] }],
        },
      ],
    },
    { code: 'milk', display: 'Milk', property: [{ code: 'colour', valueCode: 'white' }] },
    {
      code: 'water',
      display: 'Water',
      property: [
        { code: 'hot', valueBoolean: false },
        { code: 'state', valueCode: 'deprecated' },
      ],
    },
  ],
}

export const allDrinks = ['drink', 'tea', 'green-tea', 'black-tea', 'coffee', 'latte', 'milk', 'water']

export const systemOf = (url: string, more: JsonObject): JsonObject => ({
  resourceType: 'CodeSystem',
  url,
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  ...more,
})

export const setOf = (name: string, compose: JsonObject, more: JsonObject = {}): JsonObject => ({
  resourceType: 'ValueSet',
  url: `http://example.jp/ValueSet/${name}`,
  version: '1.0.0',
  status: 'active',
  compose,
  ...more,
})

export const urlOf = (name: string): string => `http://example.jp/ValueSet/${name}`

/** A terminology of the drinks and what is given. */
export const terminologyOf = (...resources: JsonObject[]): Terminology => makeTerminology({ resources: [drinkSystem, ...resources] })

/** Codes of an expansion, flat; the detail of the issue where there is none. */
export function codesOf(terminology: Terminology, set: JsonObject | string, question = {}): string[] | string {
  const found = terminology.expand(set, { excludeNested: true, ...question })
  return 'issue' in found ? found.issue.detail : found.contains.map(({ code }) => code)
}
