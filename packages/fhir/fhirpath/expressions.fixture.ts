/** Test support: the expressions in `expressions/`, by chapter of the specification; the first line names the resource they run on. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

type Chapter = { on: string; expressions: string[] }
const folder = join(import.meta.dirname, 'expressions')

function chapterOf(file: string): [string, Chapter] {
  const [first = '', ...expressions] = readFileSync(join(folder, file), 'utf8').trim().split('\n')
  return [basename(file, '.txt').replaceAll('-', ' '), { on: first.replace('on ', ''), expressions }]
}

export const chapters: Record<string, Chapter> = Object.fromEntries(readdirSync(folder).sort().map(chapterOf))
