/** @spec http://hl7.org/fhir/R4/xml.html */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minimalResources } from '../minimal-resource.fixture.ts'
import type { Json, JsonObject } from '../model.ts'
import { resourceTypes } from '../shapes.ts'
import { parseXml } from './read.ts'
import { toXml } from './write.ts'

const xhtml = 'http://www.w3.org/1999/xhtml'
const fhir = (type: string, inner: string) => `<${type} xmlns="http://hl7.org/fhir">${inner}</${type}>`

function read(text: string): Json {
  const parsed = parseXml(text)
  if ('findings' in parsed) throw new Error(parsed.findings.map((f) => `${f.ruleId} ${f.path} ${f.en}`).join('\n'))
  return parsed.value
}
const wrong = (text: string, limits = {}) => {
  const parsed = parseXml(text, limits)
  return 'findings' in parsed ? parsed.findings : []
}

describe('there and back', () => {
  test.each(resourceTypes)('%s', (type) => {
    fc.assert(
      fc.property(minimalResources(type), fc.boolean(), (resource, pretty) => {
        expect(read(toXml(resource, { pretty }))).toEqual(resource)
      }),
      { numRuns: 8 },
    )
  })

  test('any text that XML can carry', () => {
    const texts = fc.string({
      unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom(...'<>&"\'\n\r\t 𠮷あ]')),
      minLength: 1,
    })
    fc.assert(
      fc.property(texts, (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 has no way to say
        const carried = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
        expect(read(toXml({ resourceType: 'Basic', language: text, code: { text } }))).toEqual({
          resourceType: 'Basic',
          language: carried,
          code: { text: carried },
        })
      }),
      { numRuns: 500 },
    )
  })

  const side = (id: string) => ({ id, extension: [{ url: 'http://example.jp/x', valueString: 'y' }] })
  test.each<[string, JsonObject]>([
    [
      'extensions of primitives, one, some or all',
      { _birthDate: side('a'), name: [{ given: ['A', null, 'C'], _given: [null, side('b'), null] }] },
    ],
    ['a value and extensions', { birthDate: '2000-01-01', _birthDate: side('a'), active: true, _active: { id: 'z' } }],
    ['extensions alone in a list', { name: [{ _given: [side('a'), side('b')] }] }],
    [
      'contained resources',
      {
        contained: [
          { resourceType: 'Organization', id: 'o', name: 'x' },
          { resourceType: 'Basic', code: { text: 'y' } },
        ],
      },
    ],
    ['choices and numbers', { multipleBirthInteger: 2, deceasedBoolean: false, extension: [{ url: 'u', valueDecimal: -1.5e-7 }] }],
    [
      'ids of elements',
      { name: [{ id: 'n1', family: 'x' }], text: { id: 't', status: 'generated', div: `<div xmlns="${xhtml}">a &amp; b<br/></div>` } },
    ],
    ['nested extensions', { extension: [{ url: 'a', extension: [{ url: 'b', valueCoding: { code: 'c' } }] }] }],
  ])('%s', (_, members) => {
    const patient = { resourceType: 'Patient', ...members }
    expect(read(toXml(patient))).toEqual(patient)
    expect(read(toXml(patient, { pretty: true }))).toEqual(patient)
  })

  test('a bundle of resources, an outcome in a response, parameters', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: [
        {
          fullUrl: 'urn:uuid:1',
          resource: { resourceType: 'Parameters', parameter: [{ name: 'a', resource: { resourceType: 'Patient', id: 'x' } }] },
        },
        { response: { status: '404', outcome: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] } } },
      ],
    }
    expect(read(toXml(bundle))).toEqual(bundle)
  })

  test('members in any order come out in the order of the definitions', () => {
    const text = toXml({ code: { text: 'x', coding: [{ code: 'c', system: 's' }] }, status: 'final', resourceType: 'Observation', id: 'a' })
    expect(text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>${fhir('Observation', '<id value="a"/><status value="final"/><code><coding><system value="s"/><code value="c"/></coding><text value="x"/></code>')}`,
    )
  })
})

describe('what other writers do is read', () => {
  const expected = {
    resourceType: 'Patient',
    active: true,
    text: { status: 'generated', div: `<div xmlns="${xhtml}"><p class="a&lt;">x &amp; y</p></div>` },
  }
  test.each([
    [
      'prefixes',
      `<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="${xhtml}"><f:text><f:status value="generated"/><h:div><h:p class="a&lt;">x &amp; y</h:p></h:div></f:text><f:active value="true"/></f:Patient>`,
    ],
    [
      'comments, instructions and space',
      `\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<?style x?><!-- a -->${fhir('Patient', `\n <text><!-- b --><status  value='generated' ></status><div xmlns="${xhtml}"><p class="a&lt;">x &amp; y</p></div></text>\n<active value="true"/>`)}\n`,
    ],
    [
      'a schema location',
      `<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir a.xsd"><text><status value="generated"/><div xmlns="${xhtml}"><p class="a&lt;">x &amp; y</p></div></text><active value="true"/></Patient>`,
    ],
  ])('%s', (_, text) => expect(read(text)).toEqual(expected))

  test('xml:id is the id of an element', () => {
    expect(read(fhir('Patient', '<name xml:id="n"><family value="x"/></name>'))).toEqual({
      resourceType: 'Patient',
      name: [{ id: 'n', family: 'x' }],
    })
  })

  test('a value not in the form of its type stays text, so that the structure check can name it', () => {
    expect(read(fhir('Patient', '<active value="yes"/><multipleBirthInteger value="01"/>'))).toEqual({
      resourceType: 'Patient',
      active: 'yes',
      multipleBirthInteger: '01',
    })
  })
})

describe('what is wrong has a rule, a place and two languages', () => {
  // The place is marked in the text.
  test.each([
    ['xml/unknown-element', 'Patient', fhir('Patient', '\n  ‸<unheard value="1"/>')],
    ['xml/unknown-element', 'Patient', fhir('Patient', '\n\n‸<unheard\n\nvalue="1"/>')],
    ['xml/unknown-element', 'Patient.birthDate', fhir('Patient', '<birthDate value="2000">‸<family value="x"/></birthDate>')],
    ['xml/unknown-attribute', 'Patient.active', fhir('Patient', '‸<active value="true" valeu="x"/>')],
    ['xml/unknown-attribute', 'Patient.name[1]', fhir('Patient', '<name id="n"/>‸<name value="x"/>')],
    ['xml/unknown-attribute', 'Patient', '‸<Patient xmlns="http://hl7.org/fhir" id="x"/>'],
    ['xml/namespace', '', '‸<Patient><active value="true"/></Patient>'],
    ['xml/namespace', 'Patient', fhir('Patient', '‸<active xmlns="urn:x" value="true"/>')],
    ['xml/div-namespace', 'Patient.text', fhir('Patient', '<text><status value="generated"/>‸<div>x</div></text>')],
    [
      'xml/div-namespace',
      'Patient.text',
      fhir('Patient', `<text><status value="generated"/><div xmlns="${xhtml}">‸<x xmlns="urn:x"/></div></text>`),
    ],
    ['xml/resource-type', '', fhir('Person2', '').replace('<', '‸<')],
    ['xml/resource-type', 'Patient.contained[0]', fhir('Patient', '<contained>‸<name/></contained>')],
    ['xml/no-resource', 'Patient.contained[0]', fhir('Patient', '‸<contained/>')],
    ['xml/repeated', 'Patient.contained[0]', fhir('Patient', '<contained><Basic/>‸<Basic/></contained>')],
    ['xml/order', 'Patient.active', fhir('Patient', '<birthDate value="2000"/>‸<active value="true"/>')],
    ['xml/repeated', 'Patient.active', fhir('Patient', '<active value="true"/>‸<active value="true"/>')],
    ['xml/empty', 'Patient.active', fhir('Patient', '‸<active/>')],
    ['xml/empty', 'Patient.name[0]', fhir('Patient', '<name>‸</name>')],
    ['xml/text', 'Patient.active', fhir('Patient', '<active>true‸</active>')],
    ['xml/text', 'Patient.active', fhir('Patient', '<active>‸<![CDATA[true]]></active>')],
    ['xml/encoding', '', `‸<?xml version="1.0" encoding="Shift_JIS"?>${fhir('Patient', '')}`],
    ['xml/syntax', 'Patient', fhir('Patient', '<active value=‸true/>')],
    ['xml/syntax', 'Patient', `${fhir('Patient', '').slice(0, -2)}‸`],
    ['xml/syntax', '', '‸'],
  ])('%s at %s in %s', (ruleId, path, marked) => {
    const [first] = wrong(marked.replace('‸', ''))
    expect(first).toMatchObject({ ruleId, severity: 'error', path })
    const before = marked.slice(0, marked.indexOf('‸')).split('\n')
    const column = ruleId === 'xml/syntax' && marked.endsWith('‸') ? Math.max(before.at(-1)!.length, 1) : before.at(-1)!.length + 1
    expect(first!.en).toContain(`Line ${before.length}, column ${column}: `)
    expect(first!.ja).toContain(`${before.length}行${column}文字目: `)
  })

  test('everything wrong is said at once, up to a limit', () => {
    expect(wrong(fhir('Patient', '<a/><b><c/></b><active/>')).map((f) => f.ruleId)).toEqual([
      'xml/unknown-element',
      'xml/unknown-element',
      'xml/empty',
    ])
    expect(wrong(fhir('Patient', '<a/>'.repeat(1000))).at(-1)).toMatchObject({ ruleId: 'xml/too-many' })
  })

  test('size and depth are bounded', () => {
    const nested = (n: number) => fhir('Basic', '<extension url="u">'.repeat(n) + '</extension>'.repeat(n))
    expect(wrong(nested(98)).map((f) => f.ruleId)).not.toContain('xml/too-deep')
    expect(wrong(nested(100)).at(-1)).toMatchObject({ ruleId: 'xml/too-deep' })
    expect(wrong('<x>'.repeat(1_000_000)).at(-1)).toMatchObject({ ruleId: 'xml/too-deep' })
    expect(wrong(fhir('Basic', ''), { maxBytes: 10 })).toMatchObject([{ ruleId: 'xml/too-large' }])
  })

  test('nothing throws on text of any kind', () => {
    const good = toXml({
      resourceType: 'Patient',
      name: [{ given: ['a', 'b'] }],
      text: { status: 'generated', div: `<div xmlns="${xhtml}">x</div>` },
    })
    const cut = fc
      .tuple(fc.nat(good.length), fc.nat(10), fc.string())
      .map(([at, drop, junk]) => good.slice(0, at) + junk + good.slice(at + drop))
    fc.assert(
      fc.property(fc.oneof(cut, fc.string()), (text) => void parseXml(text)),
      { numRuns: 2000 },
    )
  })
})

describe('a narrative on its way out cannot break out', () => {
  const div = (value: Json) => toXml({ resourceType: 'Basic', text: { status: 'generated', div: value } })
  test.each([
    ['</div></text></Basic>'],
    [`<div xmlns="${xhtml}">a</div><div xmlns="${xhtml}">b</div>`],
    [`<div xmlns="${xhtml}"><p></div>`],
    [`<!DOCTYPE x><div xmlns="${xhtml}">a</div>`],
    ['<div xmlns="urn:x">a</div>'],
    [`<div xmlns="${xhtml}">&unheard;</div>`],
    [7],
  ])('%s is written as text', (value) => {
    expect(read(div(value))).toEqual({
      resourceType: 'Basic',
      text: {
        status: 'generated',
        div: expect.stringContaining(
          String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
        ) as string,
      },
    })
  })

  test.each([
    ['<div><p>a&nbsp;b</p></div>', `<div xmlns="${xhtml}"><p>a&#160;b</p></div>`],
    [`<div xmlns='${xhtml}' class="x">a</div>`, `<div xmlns='${xhtml}' class="x">a</div>`],
  ])('%s is mended or kept', (value, expected) => expect(div(value)).toContain(expected))
})
