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
function unpackedSize(bytes: Uint8Array): number {
  const said = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true)
  return Math.min(Math.max(said + 1, 16_384), bytes.length * 20, maxUnpackedBytes)
}

function unpack(bytes: Uint8Array): Uint8Array | 'broken' | 'too-big' {
  if (bytes.length < 20 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { chunkSize: Math.max(unpackedSize(bytes), 16_384), maxOutputLength: maxUnpackedBytes })
  } catch (error) {
    return error instanceof RangeError ? 'too-big' : 'broken'
  }
}

/**
 * A package out of the bytes of its archive (`.tgz` or `.tar`), or out of files that are read already.
 * @param name what the operator knows it by
 */
export function readPackage(name: string, content: Uint8Array | readonly PackageFile[]): LoadedPackage {
  if (!(content instanceof Uint8Array)) return readFiles(name, content)
  const archive = unpack(content)
  if (archive === 'too-big') return emptyPackage(name, sayOfPackage.archiveTooBig(name, maxUnpackedBytes))
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

type Walk = { root: string; files: PackageFile[]; refused: PackageFailure[] }

/** Is the place itself, or under it? */
const isInside = (root: string, path: string) => path === root || path.startsWith(root + sep)

function readOne(path: string, walk: Walk): void {
  const name = relative(walk.root, path).split(sep).join('/')
  const { size } = statSync(path)
  if (size > packageLimits.maxFileBytes) walk.refused.push({ file: name, ...sayOfPackage.fileTooBig(packageLimits.maxFileBytes) })
  else if (walk.files.length <= packageLimits.maxFiles) walk.files.push({ name, bytes: readFileSync(path) })
}

/** Reads what lies in a folder; a link is followed only to a file inside of it, so that no link leads to other files of the machine. */
function readTree(folder: string, depth: number, walk: Walk): void {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    const found = lstatSync(path)
    if (found.isDirectory()) {
      if (depth < maxFolderDepth && !name.startsWith('.') && name !== 'node_modules') readTree(path, depth + 1, walk)
    } else if (/\.json$/i.test(name) && !name.startsWith('.')) {
      const target = found.isSymbolicLink() ? linkTarget(path) : path
      if (target !== null && isInside(walk.root, target) && statSync(target).isFile()) readOne(target === path ? path : target, walk)
      else walk.refused.push({ file: relative(walk.root, path).split(sep).join('/'), ...sayOfPackage.notAFile() })
    }
  }
}

function linkTarget(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

/** A package in a folder: with or without `package/` in it. */
export function readPackageFolder(folder: string): LoadedPackage {
  const name = basename(folder)
  const walk: Walk = { root: realpathSync(folder), files: [], refused: [] }
  readTree(walk.root, 0, walk)
  return withFailures(readFiles(name, walk.files), walk.refused)
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
  const loose = names.filter((name) => /\.json$/i.test(name) && lstatSync(join(root, name)).isFile())
  const walk: Walk = { root, files: [], refused: [] }
  for (const name of loose) readOne(join(root, name), walk)
  return loose.length === 0 ? packages : [...packages, withFailures(readFiles(basename(root), walk.files), walk.refused)]
}

/** The packages of a folder over base R4. */
export function loadPackages(
  folder: string,
  base: Definitions = baseDefinitions(),
): { definitions: Definitions; packages: LoadedPackage[] } {
  const packages = readPackages(folder)
  return { definitions: withPackages(base, packages), packages }
}
