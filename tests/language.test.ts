import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { cardErrors, readerErrors } from '../adapters/mynumber-card/card-port.ts'
import { cardRefusals } from '#adapters/mynumber-card'
import { refusals } from '#kernel/refusals'
import { submissionRules } from '#packages/fhir'
import { commandsFor } from '../portals/developer/guide.ts'
import { root } from './house/sources.ts'

type Said = { ja: string; en: string }

/** The launcher runs before anything is built, on any Node; it is no part of the typed program. */
const launcher = pathToFileURL(resolve(root, 'app/launcher/sentences.mjs')).href
const { sentences } = (await import(launcher)) as { sentences: Record<string, Said> }

const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/
const placeholders = (text: string): string =>
  [...text.matchAll(/\{[A-Za-z]+\}/g)]
    .map((m) => m[0])
    .sort()
    .join(' ')

/** What is wrong with a sentence that people read: a language missing, an end missing, something said in one language alone. */
function wrongWith([where, { ja, en }]: readonly [string, Said]): string[] {
  // The sentence comes whole from elsewhere (a card's refusal).
  if (ja === '{ja}' && en === '{en}') return []
  return [
    ...(japanese.test(ja) ? [] : [`${where}: the Japanese sentence is missing`]),
    ...(en.trim() === '' ? [`${where}: the English sentence is missing`] : []),
    // Characters named as examples stand in parentheses.
    ...(japanese.test(en.replace(/\([^)]*\)/g, '')) ? [`${where}: Japanese in the English sentence`] : []),
    ...(/[。）}]$/.test(ja) ? [] : [`${where}: the Japanese sentence has no end`]),
    ...(/[.)}]$/.test(en) ? [] : [`${where}: the English sentence has no end`]),
    ...(placeholders(ja) === placeholders(en)
      ? []
      : [`${where}: the languages do not name the same things (${placeholders(ja)} | ${placeholders(en)})`]),
    ...(/[,.]$|[a-z] [。、]| {2}/.test(ja) ? [`${where}: punctuation of English in the Japanese sentence`] : []),
  ]
}

const tables: [string, [string, Said][]][] = [
  ['refusals of the platform', Object.entries(refusals)],
  ['refusals of a card', [...Object.entries(cardRefusals), ...Object.entries(cardErrors), ...Object.entries(readerErrors)]],
  ['sentences of the launcher', Object.entries(sentences)],
  ...[true, false].map((demo): [string, [string, Said][]] => [
    `the developers’ guide, ${demo ? 'in the demo' : 'elsewhere'}`,
    commandsFor({ baseUrl: 'http://localhost', tlsBase: null, demo }).map((command) => [command.id, command.says]),
  ]),
  ['submission rules', submissionRules.map((r) => [r.id, r])],
]

test.each(tables)('%s: both languages, whole sentences, the same things named', (_, table) => {
  expect(table.length).toBeGreaterThan(0)
  expect(table.flatMap(wrongWith)).toEqual([])
})

test('the control: each thing that can be wrong is found', () => {
  const bad: [string, Said][] = [
    ['no Japanese', { ja: '', en: 'Gone.' }],
    ['no English', { ja: 'ありません。', en: '' }],
    ['mixed', { ja: 'ありません。', en: 'ありません.' }],
    ['no end', { ja: 'ありません', en: 'Gone' }],
    ['one names more', { ja: '{name} はありません。', en: 'Gone.' }],
  ]
  expect(bad.filter((one) => wrongWith(one).length === 0)).toEqual([])
})

test('a refusal tells people what to do or what holds, and its status is one that says no', () => {
  for (const [code, row] of Object.entries(refusals)) {
    expect(row.status, code).toBeGreaterThanOrEqual(400)
    expect(code, 'codes are kebab-case').toMatch(/^[a-z]+(-[a-z]+)*$/)
  }
})
