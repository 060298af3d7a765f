/** What pages for readers of the code name is there: a folder that was moved or a file that was split shows here. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './sources.ts'

const rooms = ['packages', 'kernel', 'ui', 'care', 'portals', 'adapters', 'app', 'bench', 'tests', 'docs']
const files = [
  ...readdirSync(root).filter((name) => /\.(?:md|json)$/.test(name)),
  ...rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ),
]
const names = (within: string) => new Set(files.filter((file) => file.startsWith(within)).map((file) => basename(file)))

/** Names of source files and places of the house in a page: what stands in backticks, and where its links lead. */
function named(text: string): string[] {
  const prose = text.replace(/```.*?```/gs, '')
  const ticked = [...prose.matchAll(/`([\w.@/*-]+)`/g)].map((m) => m[1]!)
  const linked = [...prose.matchAll(/\]\(([\w./-]+)(?:#[^)]*)?\)/g)].map((m) => m[1]!)
  return [...ticked, ...linked]
}

/** Whether a place exists: from the root or beside the page; a star stands for any name; the ending of a source file may be left out. */
function stands(place: string, page: string): boolean {
  const found = (path: string) => {
    const [folder, name] = [dirname(path), basename(path)]
    if (!name.includes('*')) return ['', '.ts', '.tsx', '.mjs'].some((ending) => existsSync(join(root, `${path}${ending}`)))
    const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
    return existsSync(join(root, folder)) && readdirSync(join(root, folder)).some((one) => pattern.test(one))
  }
  return found(place) || found(join(dirname(page), place))
}

/** Places a page names that are not there. A bare file name stands for one anywhere in the page's own folder. */
function gone(page: string, text: string): string[] {
  const own = names(dirname(page) === '.' ? '' : dirname(page))
  return named(text).filter((place) => {
    if (place.includes('/')) return rooms.includes(place.split('/')[0]!) && place !== 'kernel/database.transact' && !stands(place, page)
    return /^[\w.-]+\.(?:ts|tsx|mjs)$/.test(place) && !own.has(place)
  })
}

const pages = files.filter((file) => file.endsWith('.md') && !/^docs\/(?:security|access-matrix|conformance)/.test(file))

test('every place that a page names is there', () => {
  expect(pages.length).toBeGreaterThan(30)
  expect(pages.flatMap((page) => gone(page, readFileSync(join(root, page), 'utf8')).map((place) => `${page}: ${place}`))).toEqual([])
})

test('the control: a place that is gone is noticed', () => {
  const text =
    '`kernel/proof` and `kernel/gone.ts`, `care/gone`, `gone.ts`, [how](docs/gone.md), `kernel/*-refusals.ts`, `kernel/*-gone.ts`, `/clinic`'
  expect(gone('README.md', text)).toEqual(['kernel/gone.ts', 'care/gone', 'gone.ts', 'kernel/*-gone.ts', 'docs/gone.md'])
})

test.each(['care', 'portals', 'adapters', 'packages'])('every room of %s has a door and says what it is', (wing) => {
  const all = readdirSync(join(root, wing), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(all.length).toBeGreaterThan(0)
  const lacking = (file: RegExp) => all.filter(({ name }) => !readdirSync(join(root, wing, name)).some((one) => file.test(one)))
  expect(lacking(/^index\.tsx?$/)).toEqual([])
  expect(lacking(/^README\.md$/)).toEqual([])
  expect(lacking(/^gone$/), 'the control').toHaveLength(all.length)
})

test('every setting is explained on the page of settings, and nothing else is', () => {
  const settings = (text: string) => new Set(text.match(/\b(?:ENISHI_[A-Z0-9_]+|DATABASE_URL|PORT)\b/g) ?? [])
  const source = readFileSync(join(root, 'app/config.ts'), 'utf8')
  const read = settings([...source.matchAll(/^ {2}([A-Z0-9_]+): (?:z|flag)\b/gm)].map((m) => m[1]).join(' '))
  expect(read.size).toBeGreaterThan(30)
  expect([...settings(readFileSync(join(root, 'docs/operations/settings.md'), 'utf8'))].sort()).toEqual([...read].sort())
})
