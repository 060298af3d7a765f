/** Codes: is the system one, does it know the code, is the code in the value set the element is bound to. @spec http://hl7.org/fhir/R4/terminologies.html */
import type { Binding } from '../definition/model.ts'
import type { Json, JsonObject } from '../model.ts'
import { grammars } from '../terminology/grammar.ts'
import { codesOf, membershipOf } from './environment.ts'
import { shown } from './invariant/terms.ts'
import type { Code, CodeAnswer } from './ports.ts'
import { report, reportAt, reportOnce, type Walk } from './walk.ts'

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

/** Packages carry pieces of LOINC and SNOMED CT as if they were all: a code of the right form that is not in such a piece is left open. */
const isLeftOpen = ({ system, code }: Code): boolean => byForm.has(system!) && grammars.get(system!)?.judge?.(code) === 'unknown'

function checkAnswer(walk: Walk, code: Code, answer: CodeAnswer): void {
  const system = code.system!
  if (answer.result === 'unknown-code' && !isLeftOpen(code)) reportAt(walk, 'code', 'coding/unknown-code', [code.code.slice(0, 80), system])
  else if (answer.result === 'known') checkDisplay(walk, code, answer.displays ?? [])
  else if (byForm.has(system)) reportOnce(walk, 'coding/content-not-loaded', [system])
  else reportOnce(walk, 'coding/system-not-loaded', [system])
}

function isValueSet(walk: Walk, system: string): boolean {
  const { definitions } = walk.knowledge
  return definitions?.resource('ValueSet', system) !== undefined && definitions.resource('CodeSystem', system) === undefined
}

/** Is the system an address of a code system? An example's is looked up all the same. */
function checkSystem(walk: Walk, system: string): boolean {
  const say = (rule: 'coding/system-form' | 'coding/example-system' | 'coding/value-set-as-system') =>
    reportAt(walk, 'system', rule, [system.slice(0, 120)])
  if (!absolute.test(system)) say('coding/system-form')
  else if (/\/ValueSet\//i.test(system) || isValueSet(walk, system)) say('coding/value-set-as-system')
  else {
    if (example.test(system)) say('coding/example-system')
    return true
  }
  return false
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
  if (!checkSystem(walk, system) || !terminology.codeIn) return
  for (const code of codesOf(value)) if (code.code !== '') checkAnswer(walk, code, terminology.codeIn(code))
}

const shownCode = ({ system, code }: Code) => (system === undefined ? code : `${system}|${code}`).slice(0, 160)

const asked = (walk: Walk, valueSet: string, codes: readonly Code[]) =>
  valueSet === '' ? 'in' : membershipOf(walk.knowledge.terminology!, valueSet, codes)

/** Checks a value against a binding. `listed`: a required binding was checked already by its list of codes. */
export function checkBinding(walk: Walk, value: Json, binding: Binding, listed: boolean): void {
  if (walk.knowledge.terminology === null) return
  const { strength, valueSet, max } = binding
  const codes = codesOf(value)
  if (codes.length === 0) return
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
