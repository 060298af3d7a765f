/** A11: entities, outside files and expansion by XML. Each attack with the same text made harmless, which passes. */
import { expect, test } from 'vitest'
import { parseXml } from './read.ts'

const patient = (family: string) => `<Patient xmlns="http://hl7.org/fhir"><name><family value="${family}"/></name></Patient>`
const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')

const attacks: [name: string, prolog: string, family: string][] = [
  ['an entity that reads a file', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', '&f;'],
  ['an entity that asks a server', '<!DOCTYPE x [<!ENTITY f SYSTEM "http://169.254.169.254/">]>', '&f;'],
  ['an outside DTD', '<!DOCTYPE Patient SYSTEM "http://example.org/x.dtd">', 'x'],
  ['a public DTD', '<!DOCTYPE Patient PUBLIC "-//X//Y" "http://example.org/x.dtd">', 'x'],
  ['a parameter entity', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.org/x.dtd"> %p;]>', 'x'],
  ['a billion laughs', `<!DOCTYPE x [<!ENTITY l0 "lol">${lol}]>`, '&l9;'],
  ['quadratic growth', `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>`, '&a;'.repeat(50_000)],
  ['a default attribute', '<!DOCTYPE Patient [<!ATTLIST family value CDATA "x">]>', 'x'],
  ['a DOCTYPE alone', '<!DOCTYPE Patient>', 'x'],
]

test.each(attacks)('%s is refused by name', (_, prolog, family) => {
  for (const text of [prolog + patient(family), `<?xml version="1.0"?>\n${prolog}\n${patient(family)}`])
    expect(parseXml(text)).toMatchObject({ findings: [{ ruleId: 'xml/doctype', code: 'security' }] })
})

test.each(attacks)('the control: %s without its DOCTYPE and entity passes', (_, _prolog, family) => {
  const harmless = family.replace(/&\w+;/g, 'x')
  expect(parseXml(patient(harmless))).toEqual({ value: { resourceType: 'Patient', name: [{ family: harmless }] } })
})

test.each(['&f;', '&l9;', '&nbsp;', '&%p;'])('without a DOCTYPE the entity %s is not known', (family) => {
  expect(parseXml(patient(family))).toMatchObject({ findings: [{ ruleId: 'xml/syntax' }] })
})

test('an include of another document is an unknown element, nothing more', () => {
  const include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
  expect(parseXml(`<Patient xmlns="http://hl7.org/fhir">${include}</Patient>`)).toMatchObject({ findings: [{ ruleId: 'xml/namespace' }] })
})

test('a stylesheet named by the document is not fetched; the document is read without it', () => {
  expect(parseXml(`<?xml-stylesheet href="http://example.org/x.xsl" type="text/xsl"?>${patient('x')}`)).toHaveProperty('value')
})
