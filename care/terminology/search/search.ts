/** The search box: what people type, found and put in order. */
import type { Db } from '#kernel/database'
import type { Hit, Release } from '../model.ts'
import { folded, gramsOf, wordsOf } from '../reading/folding.ts'
import type { Candidate } from '../store.ts'
import { byCode, byPart, byPrefix } from './store.ts'

const LONGEST_QUERY = 100
/** Candidates asked of an index; the best of them are shown. */
const PREFIXES = 60
const PARTS = 400

const CODE = /^[0-9A-Za-z.-]{1,40}$/

export type Asked = { query: string; releases: readonly Release[]; count: number; offset?: number }

/** The terms that what was typed may mean, best first: exact, beginning, beginning of a word, anywhere; shorter names before longer. */
export async function searchTerms(db: Db, { query, releases, count, offset = 0 }: Asked): Promise<Hit[]> {
  const typed = query.slice(0, LONGEST_QUERY).trim()
  const words = typed
    .split(/[\s\u3000]+/)
    .map(folded)
    .filter((word) => word !== '')
  const [first] = words
  if (first === undefined || releases.length === 0) return []
  const ids = releases.map((r) => r.id)
  const wanted = count + offset
  const code = typed.normalize('NFKC').toUpperCase()
  const [codes, starts] = await Promise.all([
    CODE.test(code) ? byCode(db, ids, { code, most: wanted }) : [],
    words.length === 1 ? byPrefix(db, ids, { word: first, most: Math.max(wanted, PREFIXES) }) : [],
  ])
  const found = [...codes, ...starts]
  const grams = [...new Set(words.flatMap(gramsOf))]
  if (distinct(found) < wanted && grams.length > 0) found.push(...(await byPart(db, ids, { words, grams, most: Math.max(wanted, PARTS) })))
  const systems = new Map(releases.map((r) => [r.id, r.system]))
  return ranked(found, { words, code }, systems).slice(offset, wanted)
}

const keyOf = ({ release, code }: { release: number; code: string }): string => `${release} ${code}`
const distinct = (found: readonly Candidate[]): number => new Set(found.map(keyOf)).size

const order: Record<Hit['rank'], number> = { exact: 0, prefix: 1, word: 2, part: 3 }

/** Candidates as hits, each code once by its best name. Pure. */
export function ranked(
  found: readonly Candidate[],
  { words, code }: { words: readonly string[]; code: string },
  systems: ReadonlyMap<number, string>,
): Hit[] {
  const best = new Map<string, Hit & { weight: number }>()
  for (const { text, ...rest } of found) {
    const rank = rankOf(text, rest, { words, code })
    // What may no longer be used comes after what may, within its rank.
    const weight = order[rank] * 1_000 + (rest.status === 'active' ? 0 : 500) + Math.min(text.length, 400)
    const known = best.get(keyOf(rest))
    if (!known || weight < known.weight)
      best.set(keyOf(rest), { ...rest, system: systems.get(rest.release) ?? '', found: text, rank, weight })
  }
  return [...best.values()]
    .sort((a, b) => a.weight - b.weight || (a.code < b.code ? -1 : a.code > b.code ? 1 : a.release - b.release))
    .map(({ weight: _weight, ...hit }) => hit)
}

function rankOf(
  text: string,
  { code: own, display }: { code: string; display: string },
  asked: { words: readonly string[]; code: string },
): Hit['rank'] {
  const [first = ''] = asked.words
  if (own === asked.code || (asked.words.length === 1 && text === first)) return 'exact'
  if (own === text || (asked.words.length === 1 && text.startsWith(first))) return 'prefix'
  const starts = wordsOf(display)
  return asked.words.every((word) => starts.some((start) => start.startsWith(word))) ? 'word' : 'part'
}
