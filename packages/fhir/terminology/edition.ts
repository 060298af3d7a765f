/** Which edition of its code system a coding is judged by, and whether that is the one the value set means. */
import type { CompiledSet, Part } from './compile.ts'
import { issues } from './messages.ts'
import type { Coding } from './model.ts'
import { splitCanonical } from './read-json.ts'
import type { Context, Found } from './question.ts'
import type { Sources } from './sources.ts'
import { versionMeets } from './version.ts'

export type Edition = {
  found: ReturnType<Sources['system']>
  /** The version that was sought; undefined: the newest. */
  version: string | undefined
  /** Include of the value set that takes codes from the system. */
  part?: Part
}

/** Includes that take codes from the system, also those of imported value sets. */
function partsOf(set: CompiledSet, system: string, seen = new Set<CompiledSet>()): readonly Part[] {
  if (seen.has(set)) return []
  seen.add(set)
  return set.includes.flatMap((part) => {
    if (part.system === undefined) return part.imports.flatMap((inner) => partsOf(inner, system, seen))
    return part.system === system ? [part] : []
  })
}

export const versionNamed = (canonicals: readonly string[] | undefined, system: string): string | undefined =>
  canonicals?.map(splitCanonical).find(({ url }) => url === system)?.version

const knows = (sources: Sources, system: string, version: string): boolean => 'view' in sources.system(system, version)

/**
 * What force-system-version says, else the value set's include, else system-version, else check-system-version.
 * The coding's own version counts where none of these names one, or names it less precisely.
 */
export function editionOf({ set, sources, question }: Context, coding: Coding): Edition {
  const system = coding.system ?? ''
  const { forceSystemVersions, systemVersions, checkSystemVersions } = question.versions ?? {}
  const parts = set ? partsOf(set, system) : []
  const part = parts.find((each) => each.version === coding.version) ?? parts[0]
  const forced = versionNamed(forceSystemVersions, system)
  const base = forced ?? part?.version ?? versionNamed(systemVersions, system) ?? versionNamed(checkSystemVersions, system)
  const own = coding.version
  const ownCounts =
    own !== undefined && (base === undefined ? !set || knows(sources, system, own) : own !== base && versionMeets(own, base))
  const version = ownCounts ? own : base
  return { found: sources.system(system, version), version, ...(part ? { part } : {}) }
}

export function versionIssues(found: Found, { question, set, sources }: Context, edition: Edition): void {
  const { coding } = found
  const system = coding.system ?? ''
  if (!('view' in edition.found)) return
  const { view } = edition.found
  if (view.versionNeeded && coding.version === undefined) found.issues.push(issues.versionNeeded(system))
  const wanted = versionNamed(question.versions?.checkSystemVersions, system)
  if (wanted !== undefined && view.version !== undefined && !versionMeets(view.version, wanted))
    found.issues.push(issues.versionCheck(system, view.version, wanted))
  if (!set || coding.version === undefined || view.version === undefined || versionMeets(view.version, coding.version)) return
  const inSet = edition.part?.version
  if (edition.version === undefined)
    found.issues.push(issues.versionDiffersFromNewest(system, view.version, coding.version, view.versionNeeded === true))
  else if (edition.version !== inSet)
    found.issues.push(issues.versionDiffersAsAsked({ system, used: edition.version, inSet, inValue: coding.version }))
  else found.issues.push(issues.versionDiffers(system, inSet, coding.version))
  if (knows(sources, system, coding.version)) return
  const versions = sources.systems(system).flatMap((each) => each.version ?? [])
  found.unknown = `${system}|${coding.version}`
  found.issues.push(issues.unknownSystem(system, coding.version, versions))
}
