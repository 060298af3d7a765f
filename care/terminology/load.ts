/** Takes a master's file in: whole, in one transaction, or not at all. The same file again changes nothing. */
import { basename } from 'node:path'
import { type Db, transact } from '#kernel/database'
import type { Sentence } from '#kernel/language'
import type { Emission, Layout } from './layouts/index.ts'
import { MisfitFile, type Misfit, type Release, type Term } from './model.ts'
import type { Line } from './reading/csv.ts'
import { fileLines, sourceAt } from './reading/file.ts'
import { folded, gramsOf } from './reading/folding.ts'
import {
  isHeading,
  parentFinder,
  type Places,
  placesByName,
  placesByPosition,
  type Problem,
  readTerm,
  whyNoHeadings,
  whyNotLine,
} from './rules.ts'
import { copyTerms, deleteReleases, findReleases, insertRelease, nextGeneration, type Placed, roomForLoading, settle } from './store.ts'

/** A line of headings stands within the first lines; above it are titles and dates. */
const HEADINGS_WITHIN = 30
const BATCH = 4_000
const MOST_MISFITS = 20

export type Order = {
  path: string
  layout: Layout
  /** The day from which the release holds. */
  validFrom: string
  now: Date
  note?: string
  sheet?: string
  /** Takes away what stands there for the same day. */
  replace?: boolean
  /** Told how far it has come, from 0 to 1. */
  progress?: (part: number) => void
}

export type Loaded = { releases: Release[]; repeated: boolean }

/** Another release of the same system and day stands there, out of another file. */
export class DayTaken extends Error {
  readonly release: Release
  constructor(release: Release) {
    super(`${release.system} ${release.validFrom}`)
    this.release = release
  }
}

/**
 * Loads a master. Nothing of it is seen before everything is there: rows and the note of the release commit together.
 * @throws MisfitFile, DayTaken
 */
export async function loadMaster(db: Db, order: Order): Promise<Loaded> {
  const source = await sourceAt(order.path)
  const about = { file: basename(order.path), digest: source.digest }
  const repeated = await sameAgain(db, order, source.digest)
  if (repeated) return { releases: repeated, repeated: true }
  const done = await transact(db, async (trx): Promise<Loaded> => {
    // The numbers come first: who loads the same at this moment waits here, and then finds it done.
    const writers = await writersFor(trx, order, about)
    await roomForLoading(trx)
    const meanwhile = await sameAgain(trx, order, source.digest)
    if (meanwhile) return { releases: meanwhile, repeated: true }
    const standing = await standingFor(trx, order)
    if (standing.length > 0)
      await deleteReleases(
        trx,
        standing.map((r) => r.id),
      )
    await readAll(fileLines(source, readingOf(order, source.bytes)), order.layout, { file: about.file, writers })
    const releases: Release[] = []
    for (const writer of writers) releases.push(...(await writer.end()))
    if (releases.length === 0) throw new MisfitFile([{ ...nothing, file: about.file, line: 0, column: 0, name: '' }])
    return { releases, repeated: false }
  })
  if (!done.repeated) await settle(db)
  order.progress?.(1)
  return done
}

const readingOf = ({ layout, sheet, progress }: Order, bytes: number) => ({
  tabs: layout.form === 'tsv',
  ...(sheet === undefined ? {} : { sheet }),
  // The last part is the commit.
  progress: (read: number) => progress?.(Math.min(0.98, read / Math.max(1, bytes))),
})

/** Releases of the layout's systems that begin on the same day. */
async function standingFor(db: Db, { layout, validFrom }: Order): Promise<Release[]> {
  const systems = layout.emits.map((e) => e.system)
  return (await findReleases(db)).filter((r) => systems.includes(r.system) && r.validFrom === validFrom)
}

/** What stands already out of this very file; null where it has to be read. @throws DayTaken */
async function sameAgain(db: Db, order: Order, digest: string): Promise<Release[] | null> {
  const standing = await standingFor(db, order)
  const other = standing.find((r) => r.digest !== digest || r.layout !== order.layout.id)
  if (other && !order.replace) throw new DayTaken(other)
  return standing.length > 0 && other === undefined ? standing : null
}

const nothing: Sentence = {
  ja: 'このマスターのコードが1件もありません。--as の指定を確かめてください。',
  en: 'There is not a single code of this master in it. Check --as.',
}

type Writer = {
  emission: Emission
  take: (line: Line, places: Places, layout: Layout) => Promise<Problem | null>
  end: () => Promise<Release[]>
}

async function writersFor(db: Db, order: Order, about: { file: string; digest: string }): Promise<Writer[]> {
  const writers: Writer[] = []
  for (const emission of order.layout.emits) writers.push(writerOf(db, emission, { ...order, ...about, id: await nextGeneration(db) }))
  return writers
}

type Making = Order & { file: string; digest: string; id: number }

/** Gathers the terms of one system and writes them in batches. */
function writerOf(db: Db, emission: Emission, order: Making): Writer {
  const seen = new Map<string, number>()
  const parentOf = parentFinder(emission)
  let batch: Placed[] = []
  const flush = async () => {
    const rows = batch
    batch = []
    if (rows.length > 0) await copyTerms(db, order.id, rows)
  }
  return {
    emission,
    async take({ cells, line }, places, layout) {
      const read = readTerm(layout, emission, { cells, places })
      if (read === null) return null
      if ('problem' in read) return read.problem
      const before = seen.get(read.term.code)
      if (before !== undefined) return emission.repeats ? null : twice(read.term.code, before)
      seen.set(read.term.code, line)
      const parent = parentOf(read.term, (key) => (cells[places.get(key) ?? -1] ?? '').trim())
      batch.push({ ...read.term, parent, position: seen.size, words: wordsFor(read.term) })
      if (batch.length >= BATCH) await flush()
      return null
    },
    async end() {
      await flush()
      if (seen.size === 0) return []
      const { id, validFrom, layout, file, digest, now, note = '' } = order
      const release: Release = {
        ...{ id, system: emission.system, validFrom, title: emission.title, layout: layout.id, file, digest },
        ...{ terms: seen.size, loadedAt: now, note },
      }
      await insertRelease(db, release)
      return [release]
    },
  }
}

/** What a term is found by: its names and readings, folded, each once. */
export function wordsFor(term: Term): Placed['words'] {
  const names = [term.display, term.kana ?? '', ...term.others.map((o) => o.value)].map(folded)
  return [...new Set(names)].filter((name) => name !== '').map((name) => [name, gramsOf(name)] as const)
}

const twice = (code: string, line: number): Problem => ({
  column: 0,
  name: '',
  ja: `コード「${code}」が ${line} 行目にもあります。どちらかを除いてください。`,
  en: `The code "${code}" stands in line ${line} too. Take one of them out.`,
})

/** Reads every line for every system. After the first misfit nothing more is written; others are looked for, so that all can be mended at once. */
async function readAll(
  lines: AsyncIterable<Line>,
  layout: Layout,
  { file, writers }: { file: string; writers: readonly Writer[] },
): Promise<void> {
  const misfits: Misfit[] = []
  let places = layout.by === 'position' ? placesByPosition(layout) : null
  let count = 0
  const note = (line: number, problem: Problem) => void misfits.push({ ...problem, file, line })
  for await (const line of lines) {
    count++
    if (places === null) {
      places = placesByName(layout, line.cells)
      if (places === null && count >= HEADINGS_WITHIN) break
      continue
    }
    if (count === 1 && isHeading(layout, line.cells)) continue
    const stray = whyNotLine(layout, line.cells, places)
    if (stray) note(line.line, stray)
    else if (misfits.length > 0) for (const problem of judge(line, places, { layout, writers })) note(line.line, problem)
    else
      for (const writer of writers) {
        const problem = await writer.take(line, places, layout)
        if (problem) note(line.line, problem)
      }
    if (misfits.length >= MOST_MISFITS) break
  }
  if (places === null) note(1, whyNoHeadings(layout))
  if (misfits.length > 0) throw new MisfitFile(misfits.slice(0, MOST_MISFITS))
}

const judge = ({ cells }: Line, places: Places, { layout, writers }: { layout: Layout; writers: readonly Writer[] }): Problem[] =>
  writers.flatMap(({ emission }) => {
    const read = readTerm(layout, emission, { cells, places })
    return read !== null && 'problem' in read ? [read.problem] : []
  })

/** Takes releases away: of a system, or one of its days. @returns what was taken away */
export async function dropMaster(db: Db, { system, validFrom }: { system: string; validFrom?: string }): Promise<Release[]> {
  return transact(db, async (trx) => {
    await nextGeneration(trx)
    const gone = (await findReleases(trx, system)).filter((r) => validFrom === undefined || r.validFrom === validFrom)
    if (gone.length > 0)
      await deleteReleases(
        trx,
        gone.map((r) => r.id),
      )
    return gone
  })
}
