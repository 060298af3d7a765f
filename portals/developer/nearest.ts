/** The names most like one that nobody knows, nearest first. Pure. */
export function nearest(word: string, names: readonly string[], most = 3): string[] {
  const wanted = word.toLowerCase()
  const limit = Math.max(2, Math.floor(wanted.length / 3))
  const measured = names.map((name) => ({ name, away: likeness(wanted, name.toLowerCase()) }))
  return measured
    .filter(({ away }) => away <= limit)
    .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name)
}

/** How many letters differ; a name that begins with the word, or the word with it, is near. */
const likeness = (a: string, b: string): number =>
  a.length > 2 && (b.startsWith(a) || a.startsWith(b)) ? 1 : distance(a.slice(0, 60), b.slice(0, 60))

/** Letters to change, add or take away (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
