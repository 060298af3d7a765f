/** The masters a process holds in memory: read once, and again where somebody changed them. */
import type { Db } from '#kernel/database'
import type { Release } from './model.ts'
import { holdingOn } from './rules.ts'
import { findReleases, generation } from './store.ts'
import { type Compact, compactRelease } from './views.ts'

/** What a question names, so that the right editions and codes can be read before the engine is asked. */
export type Asked = {
  /** Canonicals named anywhere in it. */
  canonicals: readonly string[]
  /** Codes it is about, to be read with everything their master says. */
  codes: readonly string[]
  /** Texts in it, among which versions are looked for. */
  texts: ReadonlySet<string>
  /** Words that names are narrowed by. */
  filter?: string
  /** As many hits of the words as can be shown. */
  most: number
  /** Code system whose maps are wanted. */
  mapsOf?: string
}

export type Masters = {
  on: (day: string) => Release[]
  wanted: (day: string, asked: Asked) => Release[]
  compact: (release: Release) => Promise<Compact>
}

/** Editions kept beside one of each system; each takes some megabytes. */
const OLD_KEPT = 4

export function loadedMasters(): { fresh: (db: Db) => Promise<Masters> } {
  let held: { generation: number; masters: Masters } | null = null
  let compacts = new Map<number, Promise<Compact>>()

  async function fresh(db: Db): Promise<Masters> {
    const now = await generation(db)
    if (held?.generation === now) return held.masters
    const releases = await findReleases(db)
    const bySystem = Map.groupBy(releases, (r) => r.system)
    const standing = new Set(releases.map((r) => r.id))
    compacts = new Map([...compacts].filter(([id]) => standing.has(id)))
    const on = (day: string): Release[] => [...bySystem.values()].flatMap((list) => holdingOn(list, day) ?? [])
    const masters: Masters = {
      on,
      wanted: (day, asked) => wantedOf({ releases, today: on(day) }, asked),
      compact: (release) => compactOf(db, release, bySystem.size + OLD_KEPT),
    }
    held = { generation: now, masters }
    return masters
  }

  /** What was asked longest ago goes first; a reading that failed is forgotten, so that the next question tries again. */
  function compactOf(db: Db, release: Release, most: number): Promise<Compact> {
    const known = compacts.get(release.id)
    const reading = known ?? compactRelease(db, release)
    compacts.delete(release.id)
    compacts.set(release.id, reading)
    if (!known) reading.catch(() => compacts.delete(release.id))
    for (const id of [...compacts.keys()].slice(0, Math.max(0, compacts.size - most))) compacts.delete(id)
    return reading
  }

  return { fresh }
}

/** Editions of today's systems that a question must be answered from in a special way: named by version, with whole terms, or by words. */
function wantedOf({ releases, today }: { releases: readonly Release[]; today: readonly Release[] }, asked: Asked): Release[] {
  const named = releases.filter((r) => asked.canonicals.includes(r.system))
  const others = named.filter((r) => !today.includes(r) && (asked.texts.has(r.validFrom) || asked.texts.has(`${r.system}|${r.validFrom}`)))
  const current = today.filter((r) => asked.canonicals.includes(r.system) && (asked.codes.length > 0 || asked.filter !== undefined))
  return [...current, ...others]
}
