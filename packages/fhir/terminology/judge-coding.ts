/** One coding: its system, whether it belongs, what its code system says of it. */
import { type CompiledSet, type Part, systemVerdict } from './compile.ts'
import { displayIssue } from './display.ts'
import { editionOf, versionIssues } from './edition.ts'
import { type Name, namesOf } from './language.ts'
import { viewWith } from './lookup.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { CodeSystemView, Coding, Concept, ListedConcept, Membership } from './model.ts'
import { canonicalOf } from './read-json.ts'
import type { Context, Found } from './question.ts'

export function checkCoding(context: Context, given: Coding): Found {
  const { set, question, systemUrl } = context
  const found: Found = { issues: [], member: 'out', coding: given, names: [] }
  if (given.code === undefined) {
    found.issues.push(issues.noCode())
    return found
  }
  const system =
    given.system ?? systemUrl ?? (set && (question.inferSystem || question.form === 'code') ? inferred(found, set, given.code) : undefined)
  if (system === undefined) {
    if (found.issues.length === 0 || set) notIn(found, context)
    if (!found.issues.some(({ detail }) => detail === 'cannot-infer')) found.issues.push(issues.noSystem())
    return found
  }
  found.coding = { ...given, system }
  const misuse = misusedSystem(context, system)
  if (misuse) {
    notIn(found, context)
    found.issues.push(misuse)
    return found
  }
  judge(found, context)
  return found
}

function notIn(found: Found, { set, question }: Context): void {
  if (set) found.issues.push(issues.notInValueSet(found.coding, set.canonical, question.form !== 'CodeableConcept'))
}

function inferred(found: Found, set: CompiledSet, code: string): string | undefined {
  const matches = [...set.systems].filter((system) => set.has(system, code).result === 'in')
  if (matches.length === 1) return matches[0]
  found.issues.push(issues.cannotInfer({ code }, set.canonical, matches))
  return undefined
}

function misusedSystem({ sources }: Context, system: string): CodeIssue | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(system)) return issues.relativeSystem()
  if (sources.systems(system).length > 0) return undefined
  if (sources.supplement(system)) return issues.supplementAsSystem(system)
  return sources.valueSet(system) ? issues.valueSetAsSystem(system) : undefined
}

function judge(found: Found, context: Context): void {
  const { set, sources, question } = context
  const { coding } = found
  const system = coding.system ?? ''
  const code = coding.code ?? ''
  const edition = editionOf(context, coding)
  const membership: Membership = set ? set.has(system, code) : { result: 'in' }
  found.member = membership.result
  if (membership.result === 'out') notIn(found, context)
  versionIssues(found, context, edition)
  if (!('view' in edition.found)) {
    found.unknown = canonicalOf({ url: system, version: edition.found.versions.length > 0 ? edition.version : undefined })
    if (membership.result === 'unknown' && set) {
      found.needed = canonicalOf({ url: system, version: edition.version })
      found.issues.push(issues.unableToCheck(set.canonical, found.needed))
    }
    // a value set that lists the code itself vouches for it
    const severity = membership.result === 'in' && set ? 'warning' : 'error'
    found.issues.push(issues.unknownSystem(system, edition.version ?? coding.version, edition.found.versions, severity))
    if (!set) [found.member, found.needed] = ['unknown', found.unknown]
    if (set && membership.result === 'in') found.names = listedNames(edition.part, code)
    return
  }
  if (membership.result === 'unknown' && set && membership.why.kind === 'value-set-not-loaded')
    found.issues.push(issues.unknownValueSet(membership.why.what), issues.unableToCheckImport(set.canonical, membership.why.what))
  const view = viewWith(sources, edition.found.view, [...(question.supplements ?? []), ...(set?.valueSet.supplements ?? [])])
  found.view = view
  const concept = view.find(code)
  if (concept) conceptIssues(found, context, { view, concept, part: edition.part })
  else missingConcept(found, view)
}

function missingConcept(found: Found, view: CodeSystemView): void {
  const verdict = systemVerdict(view, found.coding.code ?? '')
  if (verdict === 'in') return
  if (verdict === 'out') {
    found.issues.push(issues.unknownCode(found.coding, view.version))
    if (found.member === 'unknown') found.member = 'out'
    return
  }
  if (view.content === 'fragment') {
    // the part that is here may be all a value set can be asked about
    found.issues.push(issues.notInFragment(found.coding, view.version))
    if (found.member === 'unknown') found.member = 'in'
    return
  }
  if (view.content === 'example' || view.content === 'not-present') {
    found.unknown = view.url
    found.issues.push(issues.unknownSystem(view.url, undefined, [], found.member === 'in' ? 'warning' : 'error'))
  } else found.issues.push(issues.unchecked(found.coding))
  if (found.member !== 'out') found.member = 'unknown'
}

const listedIn = (part: Part | undefined, code: string): ListedConcept | undefined =>
  part?.listed?.get(part.view?.caseSensitive === false ? code.toLowerCase() : code)

function listedNames(part: Part | undefined, code: string): Name[] {
  const listed = listedIn(part, code)
  return listed ? [...(listed.display === undefined ? [] : [{ value: listed.display, own: true }]), ...(listed.designations ?? [])] : []
}

function conceptIssues(found: Found, context: Context, given: { view: CodeSystemView; concept: Concept; part: Part | undefined }): void {
  const { question, languages, set } = context
  const { view, concept, part } = given
  const { coding } = found
  found.concept = concept
  found.names = [...listedNames(part, coding.code ?? ''), ...namesOf(view, concept)]
  const listed = listedIn(part, coding.code ?? '')
  if (question.membershipOnly) return
  if (concept.code !== coding.code) found.issues.push(issues.caseDiffers(coding, concept.code, view.version))
  const refused = [
    ...(concept.abstract && question.abstract === false ? [issues.abstract(coding)] : []),
    ...(concept.inactive && (question.activeOnly || (set?.valueSet.inactive === false && found.member === 'out'))
      ? [issues.notActive(coding)]
      : []),
  ]
  if (refused.length > 0 && found.member === 'in') notIn(found, context)
  found.issues.push(...refused)
  const wrong = displayIssue({ coding, names: found.names, own: concept.display, languages, lenient: question.lenientDisplay === true })
  if (wrong) found.issues.push(wrong)
  if (concept.inactive) found.issues.push(issues.status(coding, concept.status ?? 'inactive'))
  else if (concept.status === 'deprecated') found.issues.push(issues.status(coding, 'deprecated'))
  if (set && listed?.status && ['deprecated', 'withdrawn'].includes(listed.status))
    found.issues.push(issues.listedStatus(coding, set.canonical, listed.status))
}
