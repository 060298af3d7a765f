import { readFileSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import ts from 'typescript'

export const root = resolve(import.meta.dirname, '../..')

/** A file of the house, or one that a control makes up. Paths are relative to the checkout, with `/`. */
export type Source = { path: string; text: string }

const rooms = ['packages', 'kernel', 'ui', 'care', 'research', 'portals', 'adapters', 'app', 'bench', 'tests']

/** Every source file, tests included. */
export function readSources(): Source[] {
  return rooms.flatMap((room) =>
    ts.sys
      .readDirectory(resolve(root, room), ['.ts', '.tsx', '.mjs'], ['**/node_modules', '**/fixtures/**'])
      .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') })),
  )
}

/** Proofs and their material; they may look into every room. */
export const isProof = (path: string): boolean =>
  /\.(test|fixture)\.tsx?$/.test(path) || /^(tests|bench)\//.test(path) || path.includes('/testing/')

export const importsOf = (source: Source): string[] => ts.preProcessFile(source.text, true, true).importedFiles.map((i) => i.fileName)
