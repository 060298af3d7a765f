/** Controls of fault tests start the platform with other drivers in the place of its own: what they replace must not be written into the bundle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importsOf, readSources, root, type Source } from './sources.ts'

const bundled = JSON.parse(readFileSync(join(root, 'app/launcher/bundled.json'), 'utf8')) as string[]

/** Packages that a program which starts the built platform changes or puts another in the place of. */
function replacedBy(source: Source): string[] {
  if (!source.text.includes('dist/app/main.js')) return []
  const imported = importsOf(source).filter((name) => /^[a-z@]/.test(name) && !name.startsWith('node:'))
  return [...imported, ...[...source.text.matchAll(/specifier === '([^']+)'/g)].map(([, name]) => name!)]
}

const inBundle = (names: readonly string[]): string[] => names.filter((name) => bundled.includes(name))
const starters = readSources().filter(({ path }) => /^tests\/faults\/[^/]+\.ts$/.test(path))

test('packages that a control replaces are loaded from where they are installed', () => {
  const replaced = [...new Set(starters.flatMap(replacedBy))]
  expect(replaced.toSorted()).toEqual(expect.arrayContaining(['fastify', 'pg']))
  expect(inBundle(replaced)).toEqual([])
})

test.each([
  ["import jose from 'jose'\nawait import('../../dist/app/main.js')", ['jose']],
  ["registerHooks({ resolve: (specifier) => specifier === 'zod' })\nawait import('../../dist/app/main.js')", ['zod']],
  ["import jose from 'jose'", []],
])('the control: %j', (text, found) => {
  expect(inBundle(replacedBy({ path: 'tests/faults/x.ts', text }))).toEqual(found)
})
