/** Which of several versions of a canonical is meant. */

/** Compares versions part by part, numbers as numbers; negative: `a` is older. */
export function compareVersions(a = '', b = ''): number {
  const [left, right] = [a.split(/[.\-+]/), b.split(/[.\-+]/)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '', right[i] ?? '']
    if (x === y) continue
    const [n, m] = [Number(x), Number(y)]
    return x !== '' && y !== '' && Number.isFinite(n) && Number.isFinite(m) ? n - m : x < y ? -1 : 1
  }
  return 0
}

/** Does a version meet what is asked: the same, `1.x` or `1.*.0` with any part there, or the beginning of it (`1.0` for `1.0.3`)? */
export function versionMeets(version: string | undefined, wanted: string): boolean {
  if (version === undefined) return false
  if (version === wanted) return true
  const [have, want] = [version.split('.'), wanted.split('.')]
  if (want.length > have.length) return false
  const wild = want.some((part) => part === 'x' || part === 'X' || part === '*')
  if (wild && want.length !== have.length && !['x', 'X', '*'].includes(want.at(-1)!)) return false
  return want.every((part, i) => part === 'x' || part === 'X' || part === '*' || part === have[i])
}

/** The newest version that is meant; none named: the newest at all. */
export function chosenVersion<T extends { version?: string }>(candidates: readonly T[], wanted: string | undefined): T | undefined {
  let best: T | undefined
  for (const candidate of candidates) {
    if (wanted !== undefined && candidate.version === wanted) return candidate
    if (wanted !== undefined && !versionMeets(candidate.version, wanted)) continue
    if (!best || compareVersions(best.version, candidate.version) < 0) best = candidate
  }
  return best
}
