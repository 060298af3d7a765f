/** Canonical addresses: `url`, `url|version`, and which of several loaded versions one means. @spec http://hl7.org/fhir/R4/references.html#canonical */

export type Canonical = { url: string; version?: string }

/** Splits `url|version#fragment`; a fragment names a part of what is found and plays no role in finding it. */
export function parseCanonical(text: string): Canonical {
  const hash = text.indexOf('#')
  const whole = hash < 0 ? text : text.slice(0, hash)
  const bar = whole.indexOf('|')
  if (bar < 0) return { url: whole }
  const version = whole.slice(bar + 1)
  return version === '' ? { url: whole.slice(0, bar) } : { url: whole.slice(0, bar), version }
}

export const canonicalOf = (url: string, version: string | undefined): string => (version === undefined ? url : `${url}|${version}`)

const isNumber = (text: string) => /^\d{1,15}$/.test(text)

function comparePart(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return Math.sign(Number(a) - Number(b))
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1
  return a < b ? -1 : a > b ? 1 : 0
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]]
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1
    const order = comparePart(x, y)
    if (order !== 0) return order
  }
  return 0
}

/** Version without build mark, split into its numbers and what follows the first hyphen. */
function partsOf(version: string): { numbers: string[]; label: string[] } {
  const plain = version.split('+')[0]!
  const hyphen = plain.indexOf('-')
  return hyphen < 0
    ? { numbers: plain.split('.'), label: [] }
    : { numbers: plain.slice(0, hyphen).split('.'), label: plain.slice(hyphen + 1).split('.') }
}

/** Order of versions, oldest first: none at all, then by numbers; `1.0.0-ballot` before `1.0.0`. Text that is no number comes before numbers. */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  const [left, right] = [partsOf(a), partsOf(b)]
  const order = compareParts(left.numbers, right.numbers)
  if (order !== 0) return order
  if (left.label.length === 0 || right.label.length === 0) return Math.sign(right.label.length - left.label.length)
  return compareParts(left.label, right.label)
}

/** `1.5.x` and `1.*.*` say no more than `1.5` and `1`. Read from the end, since the text comes from anywhere. */
function withoutWildcards(version: string): string {
  let end = version.length
  while (end > 2 && version[end - 2] === '.' && 'xX*'.includes(version[end - 1]!)) end -= 2
  return version.slice(0, end)
}

/** Does a loaded version answer to the asked one? `1.5` and `1.5.x` are answered by `1.5.2`, `1` also by `1.0.0-ballot`, never by `10`. */
export function matchesVersion(asked: string, loaded: string | undefined): boolean {
  if (loaded === undefined) return false
  if (asked === loaded) return true
  const stem = withoutWildcards(asked)
  return stem === loaded || loaded.startsWith(`${stem}.`) || loaded.startsWith(`${stem}-`)
}

export type Versioned = { version?: string }
export type Choice<T> = { found: T /** The version asked for is not loaded; this one stands in. */; insteadOf?: string }

const newest = <T extends Versioned>(candidates: readonly T[]): T | undefined =>
  candidates.reduce<T | undefined>(
    (best, at) => (best === undefined || compareVersions(at.version, best.version) > 0 ? at : best),
    undefined,
  )

/**
 * The one a canonical means, of all that carry its url. Candidates come with the latest loaded first, and of equals the first wins.
 * Without a version: the newest. With one: exactly it, else the newest that it is the beginning of, else the newest of all with a note.
 */
export function choose<T extends Versioned>(candidates: readonly T[], version: string | undefined): Choice<T> | undefined {
  const any = newest(candidates)
  if (any === undefined) return undefined
  if (version === undefined) return { found: any }
  const exact = candidates.find((candidate) => candidate.version === version)
  if (exact) return { found: exact }
  const partial = newest(candidates.filter((candidate) => matchesVersion(version, candidate.version)))
  return partial ? { found: partial } : { found: any, insteadOf: version }
}
