/** Code systems that are rules, not lists: units, languages, media types; and check digits of LOINC and SNOMED CT. */
import { unitOf } from '../fhirpath/unit.ts'
import type { CodeSystemView, Concept, Filter, Verdict } from './model.ts'
import { ucumForm } from './ucum.ts'

type Rule = {
  url: string
  title: string
  caseSensitive?: boolean
  /** `unknown`: the form is right, whether the code exists is not told by it. */
  judge: (code: string) => Verdict
  filter?: (filter: Filter) => ((code: string) => boolean) | undefined
}

/** The last digit makes the weighted sum (doubled every second from the right) a multiple of ten. @spec LOINC Users' Guide, appendix on check digits */
function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

const loincForm = /^(\d{1,7})-(\d)$/
const loincPart = /^(LP|LA|LL|LG|MTHU)\d{1,7}(-\d)?$/

function judgeLoinc(code: string): Verdict {
  const parts = loincForm.exec(code)
  if (parts) return luhn(parts[1]! + parts[2]!) ? 'unknown' : 'out'
  return loincPart.test(code) ? 'unknown' : 'out'
}

const verhoeffProduct = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
const verhoeffOrder = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

/** @spec SNOMED CT Technical Implementation Guide, SCTID check digit (Verhoeff) */
function verhoeff(digits: string): boolean {
  let check = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i])
    for (let turn = 0; turn < i % 8; turn++) digit = verhoeffOrder[digit]!
    check = verhoeffProduct[check]![digit]!
  }
  return check === 0
}

/** The partition digit before the check digit says concept (0); expressions are not read. */
function judgeSnomed(code: string): Verdict {
  if (/[:+|(={]/.test(code)) return 'unknown'
  return /^[1-9]\d{5,17}$/.test(code) && code.at(-2) === '0' && verhoeff(code) ? 'unknown' : 'out'
}

/** BCP 47 well-formedness: language, script, region, variants, extensions, private use; the old irregular tags. @spec RFC 5646 */
const languageTag =
  /^(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+|i-[a-z]{3,10}|en-gb-oed|sgn-(?:be-(?:fr|nl)|ch-de))$/i

/** Type, subtype, parameters. @spec RFC 6838, RFC 2045 */
const mediaType =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+*-]{0,126}(?:\s*;\s*[a-z0-9!#$&^_.+*-]+=(?:"[^"]*"|[^\s;"]+))*$/i
const mediaTypes = new Set(['text', 'image', 'audio', 'video', 'application', 'multipart', 'message', 'model', 'font', 'chemical'])

const tested = (holds: boolean): Verdict => (holds ? 'in' : 'out')

function ucumFilter({ property, op, value }: Filter): ((code: string) => boolean) | undefined {
  if (property !== 'canonical' || op !== '=') return undefined
  const wanted = unitOf(value)?.dimension
  // the canonical unit of time is the second: `a` names the same dimension
  return wanted === undefined ? undefined : (code) => unitOf(code)?.dimension === wanted
}

const rules: readonly Rule[] = [
  { url: 'http://unitsofmeasure.org', title: 'UCUM', judge: (code) => judgeUcum(code), filter: ucumFilter },
  { url: 'urn:ietf:bcp:47', title: 'BCP 47', caseSensitive: false, judge: (code) => tested(code.length <= 100 && languageTag.test(code)) },
  {
    url: 'urn:ietf:bcp:13',
    title: 'BCP 13 (media types)',
    caseSensitive: false,
    judge: (code) => tested(code.length <= 300 && mediaType.test(code) && mediaTypes.has(code.slice(0, code.indexOf('/')).toLowerCase())),
  },
  { url: 'http://loinc.org', title: 'LOINC', caseSensitive: false, judge: judgeLoinc },
  { url: 'http://snomed.info/sct', title: 'SNOMED CT', judge: judgeSnomed },
  { url: 'urn:ietf:rfc:3986', title: 'URI (RFC 3986)', judge: (code) => tested(/^[a-z][a-z0-9+.-]*:\S+$/i.test(code)) },
]

const verdicts = { right: 'in', open: 'unknown', wrong: 'out' } as const
/** Rightly written is a unit; a bracketed symbol that no list here holds is left open. */
const judgeUcum = (code: string): Verdict => (code.length > 200 ? 'out' : verdicts[ucumForm(code)])

function view({ url, title, caseSensitive = true, judge, filter }: Rule): CodeSystemView {
  const exists = (code: string): Concept | undefined => (judge(code) === 'in' ? { code } : undefined)
  return {
    url,
    title,
    content: 'grammar',
    caseSensitive,
    properties: [],
    find: exists,
    judge,
    parents: () => [],
    children: () => [],
    isA: (code, ancestor) => code === ancestor,
    concepts: () => [],
    ...(filter ? { filter } : {}),
  }
}

/** Whose rule says all: no list of them can be complete. */
export const decidedByForm: ReadonlySet<string> = new Set(['http://unitsofmeasure.org', 'urn:ietf:bcp:47', 'urn:ietf:bcp:13'])

/** Systems known by the form of their codes, by url. */
export const grammars: ReadonlyMap<string, CodeSystemView> = new Map(rules.map((rule) => [rule.url, view(rule)]))
