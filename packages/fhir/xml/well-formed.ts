import { SaxesParser } from 'saxes'

export const fhirNamespace = 'http://hl7.org/fhir'
export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml'

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot carry control characters, not even as a reference
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and tabs in an attribute would be read as spaces
const special = /[&<>"\u0000-\u001f\ud800-\udfff\ufffe\uffff]/
const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** Text for an attribute or between tags; what XML has no way to say becomes U+FFFD. */
export function escaped(text: string): string {
  if (!special.test(text)) return text
  return text
    .replace(/[&<>"\t\n\r]/g, (char) => references[char]!)
    .replace(unspeakable, '\ufffd')
    .toWellFormed()
}

/** Is this one XHTML div in its own namespace, as XML reads it? */
export function isXhtmlDiv(text: string): boolean {
  if (!text.startsWith('<div')) return false
  const parser = new SaxesParser({ xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  let good = true
  parser.on('opentag', (tag) => {
    good &&= tag.uri === xhtmlNamespace
  })
  parser.on('doctype', () => {
    good = false
  })
  try {
    parser.write(text).close()
    return good
  } catch {
    // The reader throws at the first thing that is not XML; that is the answer.
    return false
  }
}
