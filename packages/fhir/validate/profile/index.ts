/** Profiles: what they add to base R4, compiled from their snapshots and run on resources and values of datatypes. */
import type { StructureDefinition } from '../../definition/model.ts'
import type { JsonObject } from '../../model.ts'
import type { ProfilePort } from '../ports.ts'
import { isFull, type Walk } from '../walk.ts'
import { compileProfile } from './compile.ts'
import { conforms as conformsTo, definitionFor, fitsType, sayMissing } from './conformance.ts'
import { isObject } from './values.ts'
import { enter, isFirst, leave, type Run, runOf, say, sayOnce, unknown, yes } from './run.ts'

const noChecks = () => []

function runFor(walk: Walk): Run {
  const { definitions } = walk.knowledge
  return runOf(walk, definitions === null ? noChecks : (definition) => compileProfile(definitions, definition))
}

const typeOf = (walk: Walk, value: JsonObject, fallback: string): string => {
  if (typeof value.resourceType === 'string') return value.resourceType
  const here = walk.objects[walk.depth - 1] === value ? walk.shapes[walk.depth - 1] : undefined
  return here ?? fallback
}

/** Where several packages define a profile, that of the package whose profile the bundle around claims is meant. */
function packageAround(run: Run): string | undefined {
  const { around } = run.walk
  if (around === null) return undefined
  if (run.around?.bundle === around.bundle) return run.around.package
  const { meta } = around.bundle
  const claimed = isObject(meta) && Array.isArray(meta.profile) ? meta.profile : []
  const found = claimed.map((canonical) =>
    typeof canonical === 'string' ? run.walk.knowledge.definitions?.structure(canonical) : undefined,
  )
  run.around = { bundle: around.bundle, package: found.find((one) => one !== undefined)?.package }
  return run.around.package
}

/** Another version than the one that was named is better than none, but that is said. */
function sayOtherVersion(run: Run, url: string, { version }: StructureDefinition): void {
  const at = url.indexOf('|')
  if (at < 0 || url.slice(at + 1) === version) return
  const problem = run.walk.knowledge.definitions?.problem(url)
  if (problem) sayOnce(run, 'profile/other-version', [url, problem.ja, problem.en])
}

/**
 * Checks what the profile adds to base R4; findings go to the walk, whose path stands at the value.
 * A profile that is not loaded is said once as not checked; one that cannot be read is an error.
 */
export function checkProfile(walk: Walk, value: JsonObject, url: string): void {
  if (isFull(walk)) return
  const run = runFor(walk)
  const wanted = { canonical: url, within: packageAround(run) }
  const definition = definitionFor(run, wanted)
  if (definition === undefined) {
    sayMissing(run, wanted, 'profile/not-loaded')
    return
  }
  sayOtherVersion(run, url, definition)
  const type = typeOf(walk, value, definition.type)
  if (!fitsType(type, definition.type)) {
    say(run, 'profile/resource-type', [url, definition.type, type])
    return
  }
  if (!isFirst(run, value, definition)) return
  const { stack, definition: outer } = run
  const { top, countsTop } = stack
  run.definition = definition
  try {
    const frame = enter(null)
    frame.value = value
    frame.type = type
    frame.name = ''
    const checks = compileProfile(walk.knowledge.definitions!, definition)
    for (let i = 0; i < checks.length; i++) checks[i]!(run, frame)
    leave()
  } finally {
    // also after an exception the stack stands as it stood
    stack.top = top
    stack.countsTop = countsTop
    run.definition = outer
  }
}

/** Does the value keep to the profile? Without findings; undefined where the profile is not loaded. */
export function conforms(walk: Walk, value: JsonObject, url: string): boolean | undefined {
  const run = runFor(walk)
  const { top, countsTop } = run.stack
  try {
    const answer = conformsTo(run, value, typeOf(walk, value, ''), { canonical: url, within: undefined })
    return answer === unknown ? undefined : answer === yes
  } finally {
    run.stack.top = top
    run.stack.countsTop = countsTop
  }
}

/** What the base checks ask of profiles. */
export const profiles: ProfilePort = { checkProfile, conforms }
