import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finding, Json } from '../model.ts'
import { locate } from './index.ts'
import { stepsOf } from './wanted.ts'

const finding = (path: string): Finding => ({ severity: 'error', code: 'invalid', path, ruleId: 'x', ja: '', en: '' })

const json = `{
  "resourceType": "Observation",
  "_status": { "extension": [{ "url": "x" }] },
  "status": "final",
  "code": {
    "coding": [
      { "system": "a", "code": "1" },
      { "system": "b \\" ] }", "co\\u0064e": "2" }
    ]
  },
  "valueQuantity": { "value": 1 },
  "contained": [{ "resourceType": "Patient",
    "name": [{ "family": "縁" }, { "given": ["a", "b"] }] }]
}`

const xml = `<?xml version="1.0"?>
<Observation xmlns="http://hl7.org/fhir">
  <contained>
    <Patient>
      <name><family value="縁"/></name>
      <name>
        <given value="a"/>
        <given value="b"/></name>
    </Patient>
  </contained>
  <extension url="x"/>
  <status value="final"/>
  <code>
    <coding><system value="a"/></coding>
    <coding>
      <system value="b"/>
    </coding>
  </code>
  <valueQuantity><value value="1"/></valueQuantity>
</Observation>`

const at = (text: string, format: 'json' | 'xml', path: string) => {
  const [{ line, column } = {}] = locate(text, format, [finding(path)])
  return `${line}:${column}`
}

describe('where a finding stands', () => {
  const cases: [path: string, inJson: string, inXml: string, why: string][] = [
    ['Observation', '1:1', '2:1', 'the resource itself'],
    ['Observation.status', '4:3', '12:3', 'a member, where its name begins'],
    ['Observation.code.coding[1]', '8:7', '15:5', 'an item of a list'],
    ['Observation.code.coding[1].system', '8:9', '16:7', 'a member of an item'],
    ['Observation.code.coding[0].display', '7:7', '14:5', 'what is missing: the element that should hold it'],
    ['Observation.code.coding:local[1].system', '8:9', '16:7', 'the name of a slice says nothing of the place'],
    ['Observation.value', '11:3', '19:3', 'a choice element by the name without its type'],
    ['Observation.value.value', '11:22', '19:18', 'and what stands in it'],
    ['Observation.contained[0].name[1].given[1]', '13:50', '8:9', 'inside a contained resource'],
    ['Observation.contained[0].name[1].given[7]', '13:35', '7:9', 'an index beyond the end: the list'],
    ['Observation.code.where(x).y', '5:3', '13:3', 'a path with functions, as far as it is plain'],
    ['', '1:1', '2:1', 'no path'],
  ]
  test.each(cases)('%s in JSON at %s, in XML at %s: %s', (path, inJson, inXml) => {
    expect([at(json, 'json', path), at(xml, 'xml', path)]).toEqual([inJson, inXml])
  })

  test('a name written with escapes is the same name', () => expect(at(json, 'json', 'Observation.code.coding[1].code')).toBe('8:31'))
  test('many findings at once, in any order', () => {
    const paths = cases.map(([path]) => path)
    const places = locate(json, 'json', paths.map(finding)).map(({ line, column }) => `${line}:${column}`)
    expect(places).toEqual(cases.map(([, place]) => place))
  })
  test('a finding with a place keeps it', () =>
    expect(locate(json, 'json', [{ ...finding('Observation.status'), line: 7, column: 2 }])[0]).toMatchObject({ line: 7, column: 2 }))
})

test.each([
  ['Bundle.entry[1].resource.code', ['entry', 1, 'resource', 'code']],
  ['entry[0]', ['entry', 0]],
  ['Observation', []],
  ['', []],
])('the steps of %s', (path, steps) => expect(stepsOf(path)).toEqual(steps))

describe('any JSON', () => {
  const value = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.constantFrom(true, false),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('json'), { maxKeys: 3 }),
    ),
  })).json

  function placesIn(json: Json, path = 'X'): string[] {
    if (Array.isArray(json)) return json.flatMap((item, i) => [`${path}[${i}]`, ...placesIn(item, `${path}[${i}]`)])
    if (json === null || typeof json !== 'object') return []
    return Object.entries(json).flatMap(([name, child]) => [`${path}.${name}`, ...placesIn(child, `${path}.${name}`)])
  }

  test('is read to where each place really is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), value, { maxKeys: 4 }),
        fc.constantFrom(undefined, 1),
        (json, indent) => {
          const text = JSON.stringify(json, null, indent)
          const lines = text.split('\n')
          for (const { path, line, column } of locate(text, 'json', placesIn(json).map(finding))) {
            const rest = lines[line! - 1]!.slice(column! - 1)
            const name = /\.([a-z]+)$/.exec(path)?.[1]
            expect(name === undefined ? '' : rest.slice(0, name.length + 2)).toBe(name === undefined ? '' : `"${name}"`)
            if (name === undefined) expect(rest).toMatch(/^["[{\d\-tf]/)
          }
        },
      ),
    )
  })
})
