/**
 * Is a narrative safe and well formed? Read tag by tag in one pass; nothing is repaired.
 * @spec http://hl7.org/fhir/R4/narrative.html (txt-1, txt-2)
 */

export type NarrativeProblem =
  | 'not-a-div'
  | 'not-well-formed'
  | 'forbidden-element'
  | 'forbidden-attribute'
  | 'external-reference'
  | 'empty'

const elements = new Set(
  (
    'a abbr acronym address b bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map area ' +
    'ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var bdi wbr ruby rb rt rp rtc'
  ).split(' '),
)
const void_ = new Set(['br', 'hr', 'img', 'col', 'area', 'wbr'])
const tag = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][A-Za-z0-9_.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const attribute = /([A-Za-z_:][A-Za-z0-9_.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const comment = /<!--(?:(?!--)[\s\S])*-->/y

/** A link may lead out when a reader follows it; a picture may not, because opening the record would tell its host. A URN tells nobody: it names what comes in the same Bundle. */
const safeLink = /^(?:https?:|mailto:|tel:|urn:(?:uuid|oid):|[^:]*$|[^:/?#]*[/?#])/i
const safePicture = /^(?:data:image\/(?:png|jpeg|gif|webp);|#|urn:(?:uuid|oid):[0-9a-f.-]+$|[^:/\\][^:]*$)/i

/** Inline style without scripts and imports, whose pictures are inside the record. A backslash could hide either. */
function isSafeStyle(style: string): boolean {
  if (/expression\(|@import|image-set\(|\\|&/i.test(style)) return false
  return [...style.matchAll(/url\(['"]?([^'")]*)/gi)].every(([, address]) => safePicture.test(address!))
}

function attributeProblem(attributes: string): NarrativeProblem | null {
  for (const [, raw, double, single] of attributes.matchAll(attribute)) {
    const name = raw!.toLowerCase()
    // browsers drop white space and read character references inside a scheme
    const value = (double ?? single ?? '').replace(/\s+/g, '')
    if (name.startsWith('on') || name === 'srcset' || name === 'xlink:href' || name === 'formaction' || name === 'action')
      return 'forbidden-attribute'
    if (name === 'href' && (!safeLink.test(value) || /^[^?#/]*&/.test(value))) return 'external-reference'
    if ((name === 'src' || name === 'background') && !safePicture.test(value)) return 'external-reference'
    if (name === 'style' && !isSafeStyle(value)) return 'external-reference'
  }
  return null
}

function tagAt(div: string, at: number, open: string[]): { end: number; picture: boolean } | NarrativeProblem {
  comment.lastIndex = at
  if (comment.test(div)) return { end: comment.lastIndex, picture: false }
  tag.lastIndex = at
  const parts = tag.exec(div)
  if (!parts) return 'not-well-formed'
  const [whole, slash, name, attributes, selfClosed] = parts as unknown as [string, string, string, string, string]
  if (!elements.has(name)) return 'forbidden-element'
  const problem = attributeProblem(attributes)
  if (problem) return problem
  if (slash === '/' && open.pop() !== name) return 'not-well-formed'
  if (slash === '' && selfClosed === '') open.push(name)
  return { end: at + whole.length, picture: void_.has(name) && name === 'img' }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

/** The first thing wrong with the div of a narrative, or null. */
export function narrativeProblem(div: string): NarrativeProblem | null {
  if (unspeakable.test(div) || !div.isWellFormed()) return 'not-well-formed'
  const open: string[] = []
  let filled = false
  let at = div.search(/\S/)
  if (at < 0 || !/^<div[\s/>]/.test(div.slice(at, at + 5))) return 'not-a-div'
  for (;;) {
    const next = tagAt(div, at, open)
    if (typeof next === 'string') return next
    filled ||= next.picture
    at = div.indexOf('<', next.end)
    const between = div.slice(next.end, at < 0 ? undefined : at)
    if (between.trim() !== '') {
      if (open.length === 0) return 'not-well-formed'
      filled = true
    }
    if (at < 0) break
    if (open.length === 0) return 'not-well-formed'
  }
  if (open.length > 0) return 'not-well-formed'
  return filled ? null : 'empty'
}
