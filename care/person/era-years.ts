/** Years before the first of each era, by its name and its letter. */
const before: Readonly<Record<string, number>> = {
  m: 1867,
  t: 1911,
  s: 1925,
  h: 1988,
  r: 2018,
  明治: 1867,
  大正: 1911,
  昭和: 1925,
  平成: 1988,
  令和: 2018,
}

/** The western year of a year of an era (昭和 33, S 33, 令和 元); null for another word. */
export function eraYear(era: string, year: string): number | null {
  const start = before[era.toLowerCase()]
  return start === undefined ? null : start + (year === '元' ? 1 : Number(year))
}
