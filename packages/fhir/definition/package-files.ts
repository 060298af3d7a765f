/** Packages on disk: archives and folders an operator has put there. The one file of this folder that touches the machine; it reads and never writes. */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { baseDefinitions } from './base.ts'
import type { Definitions } from './model.ts'
import {
  emptyPackage,
  type LoadedPackage,
  type PackageFailure,
  type PackageFile,
  packageLimits,
  readFiles,
  withPackages,
} from './package.ts'
import { sayOfPackage } from './problems.ts'
import { readTar } from './tar.ts'

/** An archive may grow to this many bytes when it is unpacked. */
const maxUnpackedBytes = 768 * 1024 * 1024
const maxFolderDepth = 12
const tarLimits = { maxEntries: packageLimits.maxFiles, maxNameLength: 4096 }

/** Gzip says at its end how much it holds; that much is set aside at once if it can be true. */
function unpackedSize(bytes: Uint8Array, most: number): number {
  const said = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true)
  return Math.max(Math.min(said + 1, bytes.length * 20, most), 16_384)
}

function unpack(bytes: Uint8Array, most: number): Uint8Array | 'broken' | 'too-big' {
  if (bytes.length < 20 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { chunkSize: unpackedSize(bytes, most), maxOutputLength: most })
  } catch (error) {
    return error instanceof RangeError ? 'too-big' : 'broken'
  }
}

/**
 * A package out of the bytes of its archive (`.tgz` or `.tar`), or out of files that are read already.
 * @param name what the operator knows it by
 * @param most bytes it may grow to when it is unpacked
 */
export function readPackage(name: string, content: Uint8Array | readonly PackageFile[], most = maxUnpackedBytes): LoadedPackage {
  if (!(content instanceof Uint8Array)) return readFiles(name, content)
  const archive = unpack(content, most)
  if (archive === 'too-big') return emptyPackage(name, sayOfPackage.archiveTooBig(name, most))
  if (archive === 'broken') return emptyPackage(name, sayOfPackage.brokenArchive(name))
  const { files, cut, refused } = readTar(archive, tarLimits)
  if (files.length === 0) return emptyPackage(name, sayOfPackage.brokenArchive(name))
  return withFailures(readFiles(name, files), [
    ...(cut ? [{ file: name, ...sayOfPackage.cutArchive() }] : []),
    ...refused.slice(0, packageLimits.maxFailures).map((file) => ({ file, ...sayOfPackage.notAFile() })),
  ])
}

const withFailures = (loaded: LoadedPackage, failures: readonly PackageFailure[]): LoadedPackage =>
  failures.length === 0 ? loaded : { ...loaded, failed: [...failures, ...loaded.failed] }

/** Is the place itself, or under it? */
const isInside = (root: string, path: string) => path === root || path.startsWith(root + sep)

function linkTarget(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

const definitionName = /\.(?:json|xml)$/i

type Walk = { root: string; refused: PackageFailure[]; bytes: number }
const nameIn = (root: string, path: string): string => relative(root, path).split(sep).join('/')

/** A file of a folder; a link is followed only to a file inside of it, so that no link leads to other files of the machine. */
function* readOne(path: string, walk: Walk): Generator<PackageFile> {
  const name = nameIn(walk.root, path)
  const target = linkTarget(path)
  const size = target !== null && isInside(walk.root, target) ? sizeOf(target) : null
  if (target === null || size === null) walk.refused.push({ file: name, ...sayOfPackage.notAFile() })
  else if (size > packageLimits.maxFileBytes) walk.refused.push({ file: name, ...sayOfPackage.fileTooBig(packageLimits.maxFileBytes) })
  else {
    walk.bytes += size
    if (walk.bytes <= maxUnpackedBytes) yield { name, bytes: readFileSync(target) }
    else if (walk.bytes - size <= maxUnpackedBytes) walk.refused.push({ file: name, ...sayOfPackage.folderTooBig(maxUnpackedBytes) })
  }
}

const sizeOf = (path: string): number | null => {
  const found = statSync(path)
  return found.isFile() ? found.size : null
}

/** Reads what lies in a folder, one file at a time. */
function* readTree(folder: string, depth: number, walk: Walk): Generator<PackageFile> {
  for (const name of readdirSync(folder).sort()) {
    if (name.startsWith('.') || name === 'node_modules') continue
    const path = join(folder, name)
    if (lstatSync(path).isDirectory()) {
      if (depth < maxFolderDepth) yield* readTree(path, depth + 1, walk)
    } else if (definitionName.test(name)) yield* readOne(path, walk)
  }
}

/** A package in a folder: with or without `package/` in it. */
export function readPackageFolder(folder: string): LoadedPackage {
  const walk: Walk = { root: realpathSync(folder), refused: [], bytes: 0 }
  return withFailures(readFiles(basename(folder), readTree(walk.root, 0, walk)), walk.refused)
}

/** Definitions that lie in the folder of packages itself. */
function readLoose(root: string, names: readonly string[]): LoadedPackage {
  const walk: Walk = { root, refused: [], bytes: 0 }
  function* files() {
    for (const name of names) yield* readOne(join(root, name), walk)
  }
  return withFailures(readFiles(basename(root), files()), walk.refused)
}

const archiveName = /\.(?:tgz|tar\.gz|tar)$/i

function readPlace(root: string, name: string): LoadedPackage | null {
  const path = linkTarget(join(root, name))
  if (path === null || !isInside(root, path)) return emptyPackage(name, sayOfPackage.leadsOut(name))
  if (statSync(path).isDirectory()) return readPackageFolder(path)
  if (!archiveName.test(name)) return null
  if (statSync(path).size > maxUnpackedBytes) return emptyPackage(name, sayOfPackage.archiveTooBig(name, maxUnpackedBytes))
  return readPackage(name.replace(archiveName, ''), readFileSync(path))
}

/** Reading one package must not take the others down. */
function readPlaceSafely(root: string, name: string): LoadedPackage | null {
  try {
    return readPlace(root, name)
  } catch (error) {
    return emptyPackage(name, sayOfPackage.cannotOpen(name, error instanceof Error ? error.message : String(error)))
  }
}

/** Every package in a folder: archives, folders, and the definitions that lie in it unpacked. Empty where there is no such folder. */
export function readPackages(folder: string): LoadedPackage[] {
  const root = linkTarget(folder)
  if (root === null || !statSync(root).isDirectory()) return []
  const names = readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .sort()
  const packages = names.flatMap((name) => readPlaceSafely(root, name) ?? [])
  const loose = names.filter((name) => definitionName.test(name) && !lstatSync(join(root, name)).isDirectory())
  return loose.length === 0 ? packages : [...packages, readLoose(root, loose)]
}

/** The packages of a folder over base R4. */
export function loadPackages(
  folder: string,
  base: Definitions = baseDefinitions(),
): { definitions: Definitions; packages: LoadedPackage[] } {
  const packages = readPackages(folder)
  return { definitions: withPackages(base, packages), packages }
}
