/** A FHIR package (or any folder of conformance resources) -> entries of the registry. @spec https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
import type { Json, JsonObject } from '../model.ts'
import { compareVersions } from './canonical.ts'
import { type Definitions, type DefinitionType, definitionTypes } from './model.ts'
import { type Problem, sayOfPackage } from './problems.ts'
import { isObject, textAt, textsAt } from './read-json.ts'
import { definitionsOf, type Entry } from './registry.ts'
import { type Heading, jsonTrimmer } from './trim-json.ts'

export type PackageFile = { name: string; bytes: Uint8Array }
export type PackageFailure = Problem & { file: string }

export type LoadedPackage = {
  /** What the operator knows it by: the name of the file or folder. */
  name: string
  /** As its package.json says; absent where that is missing or illegible, which stands in the way of nothing. */
  says?: { name?: string; version?: string; fhirVersions: string[]; dependencies: Record<string, string> }
  entries: readonly Entry[]
  /** How many of each kind were found. */
  counts: Readonly<Partial<Record<DefinitionType, number>>>
  /** Files that could not be used; the others are. */
  failed: readonly PackageFailure[]
  /** Nothing could be loaded: why, and what to do. */
  problem: Problem | null
}

export type PackageLimits = { maxFiles: number; maxFileBytes: number; maxFailures: number }
export const packageLimits: PackageLimits = { maxFiles: 100_000, maxFileBytes: 256 * 1024 * 1024, maxFailures: 200 }

/** Folders beside the definitions that hold other things. */
const ignoredFolders = /(?:^|\/)(?:examples?|other|openapi|xml|tests?|node_modules|__MACOSX|\.[^/]*)\//i
const isDefinitionFile = (name: string): boolean =>
  /\.json$/i.test(name) && !ignoredFolders.test(name) && !/(?:^|\/)(?:\.[^/]*|package\.json)$/.test(name)
const depthOf = (name: string): number => name.split('/').length

const utf8 = new TextDecoder()

function parseManifest(files: readonly PackageFile[]): LoadedPackage['says'] {
  const found = files
    .filter(({ name }) => /(?:^|\/)package\.json$/.test(name) && !ignoredFolders.test(name))
    .sort((a, b) => depthOf(a.name) - depthOf(b.name))[0]
  if (!found || found.bytes.length > 1_000_000) return undefined
  let manifest: Json
  try {
    manifest = JSON.parse(utf8.decode(found.bytes)) as Json
  } catch {
    return undefined
  }
  if (!isObject(manifest)) return undefined
  const [name, version] = [textAt(manifest, 'name'), textAt(manifest, 'version')]
  const dependencies = isObject(manifest.dependencies) ? manifest.dependencies : {}
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    fhirVersions: [...textsAt(manifest, 'fhirVersions'), ...textsAt(manifest, 'fhir-version-list')],
    dependencies: Object.fromEntries(Object.entries(dependencies).filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
  }
}

/** Structure definitions of another FHIR than R4 say things about elements that are not there. */
const isOtherFhir = (heading: Heading): boolean =>
  heading.resourceType === 'StructureDefinition' && heading.fhirVersion !== undefined && !/^4\.[0-3](?:\.|$)/.test(heading.fhirVersion)

function entryFrom(heading: Heading, bytes: Uint8Array, packageName: string): Entry | null {
  const type = definitionTypes.find((known) => known === heading.resourceType)
  if (!type || !heading.url) return null
  return {
    type,
    url: heading.url,
    ...(heading.version ? { version: heading.version } : {}),
    package: packageName,
    read: () => JSON.parse(utf8.decode(bytes)) as JsonObject,
  }
}

type Read = { entry: Entry } | { failure: Problem } | null

function readFile(
  file: PackageFile,
  packageName: string,
  { trim, limits }: { trim: ReturnType<typeof jsonTrimmer>; limits: PackageLimits },
): Read {
  if (file.bytes.length > limits.maxFileBytes) return { failure: sayOfPackage.fileTooBig(limits.maxFileBytes) }
  const trimmed = trim(file.bytes)
  if ('brokenAtLine' in trimmed) return { failure: sayOfPackage.brokenFile(trimmed.brokenAtLine) }
  const { heading } = trimmed
  if (isOtherFhir(heading)) return { failure: sayOfPackage.otherFhir(heading.fhirVersion ?? '') }
  const entry = entryFrom(heading, trimmed.bytes, packageName)
  return entry && { entry }
}

/** Entries of the conformance resources among these files. Anything else in them is passed over; nothing is fatal but that nothing is left. */
export function readFiles(name: string, files: readonly PackageFile[], limits = packageLimits): LoadedPackage {
  const says = parseManifest(files)
  const candidates = files.filter((file) => isDefinitionFile(file.name))
  const trim = jsonTrimmer()
  const entries: Entry[] = []
  const failed: PackageFailure[] = []
  for (const file of candidates.slice(0, limits.maxFiles)) {
    const read = readFile(file, name, { trim, limits })
    if (read === null) continue
    if ('entry' in read) entries.push(read.entry)
    else if (failed.length < limits.maxFailures) failed.push({ file: file.name, ...read.failure })
  }
  if (candidates.length > limits.maxFiles) failed.push({ file: name, ...sayOfPackage.tooManyFiles(limits.maxFiles) })
  const counts: Partial<Record<DefinitionType, number>> = {}
  for (const entry of entries) counts[entry.type] = (counts[entry.type] ?? 0) + 1
  const problem = entries.length > 0 ? null : sayOfPackage.nothing(name, { json: candidates.length, firstFailure: failed[0] })
  return { name, ...(says ? { says } : {}), entries, counts, failed, problem }
}

/** A package from which nothing was read, with the reason. */
export const emptyPackage = (name: string, problem: Problem): LoadedPackage => ({ name, entries: [], counts: {}, failed: [], problem })

/** Definitions of these packages over the layer below. Of two that say the same url and version, the one with the newer package version wins, then the later name. */
export function withPackages(base: Definitions | null, packages: readonly LoadedPackage[]): Definitions {
  const ordered = [...packages].sort((a, b) => compareVersions(a.says?.version, b.says?.version) || (a.name < b.name ? -1 : 1))
  return definitionsOf(
    base,
    ordered.flatMap((loaded) => loaded.entries),
  )
}
