/** Codes: is the system one, does it know the code, is the code in the value set the element is bound to. @spec http://hl7.org/fhir/R4/terminologies.html */
import type { Binding } from '../definition/model.ts'
import type { Json, JsonObject } from '../model.ts'
import { grammars } from '../terminology/grammar.ts'
import { codesOf, isCode, membershipOf } from './environment.ts'
import { shown } from './invariant/terms.ts'
import type { Code, CodeAnswer } from './ports.ts'
import { report, reportAt, reportOnce, type Knowledge, type Walk } from './walk.ts'

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/
const example = /^https?:\/\/(?:[a-z0-9.-]+\.)?example\.org(?:[/?#]|$)/i
/** Systems known by the form of their codes alone, whose content has an owner. */
const byForm = new Set(['http://loinc.org', 'http://snomed.info/sct'])

const folded = (text: string) => text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase()
const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text)

/** A name in another script than all names at hand may be a translation: it is not judged. */
function checkDisplay(walk: Walk, { code, display }: Code, displays: readonly string[]): void {
  if (display === undefined || displays.length === 0) return
  const own = folded(display)
  if (displays.some((name) => folded(name) === own) || (!isAscii(display) && displays.every(isAscii))) return
  reportAt(walk, 'display', 'coding/display', [code, displays[0]!])
}

/** Packages carry pieces of LOINC and SNOMED CT as if they were all: a code of the right form is left open. */
const isLeftOpen = ({ system, code }: Code): boolean => byForm.has(system!) && grammars.get(system!)?.judge?.(code) === 'unknown'

function checkAnswer(walk: Walk, code: Code, answer: CodeAnswer): void {
  const system = code.system!
  if (answer.result === 'unknown-code') {
    if (!isLeftOpen(code)) reportAt(walk, 'code', 'coding/unknown-code', [code.code.slice(0, 80), system])
  } else if (answer.result === 'known') checkDisplay(walk, code, answer.displays ?? [])
  else if (byForm.has(system)) reportOnce(walk, 'coding/content-not-loaded', [system])
  else reportOnce(walk, 'coding/system-not-loaded', [system])
}

type SystemFault = 'coding/system-form' | 'coding/example-system' | 'coding/value-set-as-system'

function faultOf({ definitions }: Knowledge, system: string): SystemFault | null {
  if (!absolute.test(system)) return 'coding/system-form'
  if (/\/ValueSet\//i.test(system)) return 'coding/value-set-as-system'
  if (definitions?.resource('ValueSet', system) !== undefined && definitions.resource('CodeSystem', system) === undefined)
    return 'coding/value-set-as-system'
  return example.test(system) ? 'coding/example-system' : null
}

const faults = new WeakMap<Knowledge, Map<string, SystemFault | null>>()

/** Is the system an address of a code system? Systems are few, so the answer is remembered. */
function systemFault(knowledge: Knowledge, system: string): SystemFault | null {
  const known = faults.get(knowledge) ?? new Map<string, SystemFault | null>()
  faults.set(knowledge, known)
  const found = known.get(system)
  if (found !== undefined) return found
  const fault = faultOf(knowledge, system)
  if (known.size < 2000) known.set(system, fault)
  return fault
}

/** Checks the system and code of the Coding, or the unit of the Quantity, at hand. */
export function checkCode(walk: Walk, value: JsonObject, type: 'Coding' | 'Quantity'): void {
  const { terminology } = walk.knowledge
  const { system } = value
  if (terminology === null) return
  if (typeof system !== 'string') {
    const bare = type === 'Coding' && typeof value.code === 'string' && value._system === undefined
    if (bare) report(walk, 'coding/no-system', [shown(value.code)])
    return
  }
  const fault = systemFault(walk.knowledge, system)
  if (fault !== null) reportAt(walk, 'system', fault, [system.slice(0, 120)])
  // an example's system is looked up all the same
  if ((fault !== null && fault !== 'coding/example-system') || !terminology.codeIn) return
  if (isCode(value) && value.code !== '') checkAnswer(walk, value, terminology.codeIn(value))
}

/** Checks a code that a definition lists; a system that is not loaded is not spoken of. */
export function checkListedCode(walk: Walk, code: Code & { system: string }): void {
  const answer = walk.knowledge.terminology?.codeIn?.(code)
  if (answer && answer.result !== 'unknown') checkAnswer(walk, code, answer)
}

const shownCode = ({ system, code }: Code) => (system === undefined ? code : `${system}|${code}`).slice(0, 160)

const asked = (walk: Walk, valueSet: string, codes: readonly Code[]) =>
  valueSet === '' ? 'in' : membershipOf(walk.knowledge.terminology!, valueSet, codes)

/** A type may be named by its definition's address (`Reference.type`). */
const typePrefix = 'http://hl7.org/fhir/StructureDefinition/'

const plainFormats = new Set(['xml', 'json', 'ttl'])

/** A capability statement may name FHIR's own formats beside media types. @spec http://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.format */
const isPlainFormat = (walk: Walk, valueSet: string, code: string): boolean =>
  valueSet.includes('/mimetypes') && plainFormats.has(code) && walk.shapes[walk.depth - 1] === 'CapabilityStatement'

/** Checks a value against a binding. `listed`: a required binding was checked already by its list of codes. */
export function checkBinding(walk: Walk, value: Json, binding: Binding, listed: boolean): void {
  if (walk.knowledge.terminology === null) return
  const { strength, valueSet, max } = binding
  const judges = max !== undefined || strength === 'extensible' || (strength === 'required' && !listed)
  if (!judges) return
  const codes = codesOf(typeof value === 'string' && value.startsWith(typePrefix) ? value.slice(typePrefix.length) : value)
  // the types of expressions stand beside those of FHIR
  if (codes.length === 0 || codes[0]!.code.startsWith('http://hl7.org/fhirpath/System.')) return
  if (isPlainFormat(walk, valueSet, codes[0]!.code)) return
  const judged: [string, 'structure/binding' | 'structure/binding-extensible' | 'structure/binding-max'][] = []
  if (max !== undefined) judged.push([max, 'structure/binding-max'])
  if (strength === 'required' && !listed) judged.push([valueSet, 'structure/binding'])
  if (strength === 'extensible') judged.push([valueSet, 'structure/binding-extensible'])
  for (const [set, rule] of judged) {
    const result = asked(walk, set, codes)
    if (result === 'in') continue
    if (result === 'unknown') reportOnce(walk, 'structure/value-set-not-checked', [set])
    else report(walk, rule, [shownCode(codes[0]!), set])
    if (result === 'out') return
  }
}
