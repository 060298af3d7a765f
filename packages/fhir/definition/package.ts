/** A FHIR package (or any folder of conformance resources) -> entries of the registry. @spec https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
import type { Json, JsonObject } from '../model.ts'
import { parseXml } from '../xml/read.ts'
import { compareVersions } from './canonical.ts'
import { type Definitions, type DefinitionType, definitionTypes } from './model.ts'
import { type Problem, sayOfPackage } from './problems.ts'
import { isObject, objectsAt, textAt, textsAt } from './read-json.ts'
import { definitionsOf, type Entry } from './registry.ts'
import { type Heading, jsonTrimmer, type Trimmed } from './trim-json.ts'

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
  /\.(?:json|xml)$/i.test(name) && !ignoredFolders.test(name) && !/(?:^|\/)(?:\.[^/]*|package\.json)$/.test(name)
const depthOf = (name: string): number => name.split('/').length

const utf8 = new TextDecoder()

const isManifest = (name: string) => /(?:^|\/)package\.json$/.test(name) && !ignoredFolders.test(name)

function parseManifest(bytes: Uint8Array | undefined): LoadedPackage['says'] {
  let manifest: Json
  try {
    manifest = JSON.parse(utf8.decode(bytes)) as Json
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

const parsed = (bytes: Uint8Array): JsonObject => JSON.parse(utf8.decode(bytes)) as JsonObject

/** A naming system is found by every name it gives: it has no url of its own in R4. */
function namesOf(bytes: Uint8Array): string[] {
  return objectsAt(parsed(bytes), 'uniqueId').flatMap((id) => {
    const value = textAt(id, 'value')
    return value === undefined ? [] : [id.type === 'oid' && !value.startsWith('urn:') ? `urn:oid:${value}` : value]
  })
}

type Read = { entries: Entry[] } | { failure: Problem }
const nothing: Read = { entries: [] }

const xmlRoot = new RegExp(`<(?:\\w+:)?(?:${definitionTypes.join('|')})[\\s>]`)

/** XML as JSON; null where it holds another thing than a definition. */
function trimmedXml(bytes: Uint8Array, trim: ReturnType<typeof jsonTrimmer>): Trimmed | null {
  if (!xmlRoot.test(utf8.decode(bytes.subarray(0, 4096)))) return null
  const read = parseXml(utf8.decode(bytes))
  return 'value' in read ? trim(new TextEncoder().encode(JSON.stringify(read.value))) : { brokenAtLine: read.findings[0]?.line ?? 1 }
}

/** What a file gives; nothing where it is no conformance resource. */
function readFile(
  file: PackageFile,
  packageName: string,
  { trim, limits }: { trim: ReturnType<typeof jsonTrimmer>; limits: PackageLimits },
): Read {
  if (file.bytes.length > limits.maxFileBytes) return { failure: sayOfPackage.fileTooBig(limits.maxFileBytes) }
  const isXml = /\.xml$/i.test(file.name)
  const trimmed = isXml ? trimmedXml(file.bytes, trim) : trim(file.bytes)
  if (trimmed === null) return nothing
  if ('brokenAtLine' in trimmed) return { failure: sayOfPackage.brokenFile(trimmed.brokenAtLine, isXml ? 'XML' : 'JSON') }
  const { heading, bytes } = trimmed
  const type = definitionTypes.find((known) => known === heading.resourceType)
  if (!type) return nothing
  if (isOtherFhir(heading)) return { failure: sayOfPackage.otherFhir(heading.fhirVersion ?? '') }
  const urls = heading.url ? [heading.url] : type === 'NamingSystem' ? namesOf(bytes) : []
  // Examples of questionnaires and maps often have none; nobody refers to them.
  if (urls.length === 0) return /^(?:StructureDefinition|ValueSet|CodeSystem)$/.test(type) ? { failure: sayOfPackage.noUrl(type) } : nothing
  const rest = {
    type,
    ...(heading.version ? { version: heading.version } : {}),
    package: packageName,
    size: bytes.length,
    read: () => parsed(bytes),
  }
  return { entries: urls.map((url) => ({ ...rest, url })) }
}

/**
 * Entries of the conformance resources among these files, which are read one after the other. Anything else in them is passed over;
 * nothing is fatal but that nothing is left.
 */
export function readFiles(name: string, files: Iterable<PackageFile>, limits = packageLimits): LoadedPackage {
  const context = { trim: jsonTrimmer(), limits }
  const entries: Entry[] = []
  const failed: PackageFailure[] = []
  const counts: Partial<Record<DefinitionType, number>> = {}
  const fail = (file: string, failure: Problem) => failed.length < limits.maxFailures && failed.push({ file, ...failure })
  let manifest: PackageFile | undefined
  let count = 0
  for (const file of files) {
    if (isManifest(file.name) && (!manifest || depthOf(file.name) < depthOf(manifest.name))) manifest = file
    if (!isDefinitionFile(file.name)) continue
    if (++count > limits.maxFiles) {
      fail(name, sayOfPackage.tooManyFiles(limits.maxFiles))
      break
    }
    const read = readFile(file, name, context)
    if ('failure' in read) fail(file.name, read.failure)
    else {
      entries.push(...read.entries)
      const type = read.entries[0]?.type
      if (type) counts[type] = (counts[type] ?? 0) + 1
    }
  }
  const says = parseManifest(manifest?.bytes)
  const problem = entries.length > 0 ? null : sayOfPackage.nothing(name, { files: count, firstFailure: failed[0] })
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
