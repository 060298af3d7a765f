/** Comma-separated values as spreadsheets write them. @spec RFC 4180; a byte order mark, LF alone and blank lines are taken too */

export type CsvLine = { line: number; cells: string[] }

/** Lines of a text with the number of the line each begins at; null where a quote is never closed. */
export function parseCsv(text: string): CsvLine[] | null {
  const lines: CsvLine[] = []
  const rest = text.replace(/^\ufeff/, '')
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let start = 1
  const close = () => {
    cells.push(cell)
    if (cells.some((c) => c.trim() !== '')) lines.push({ line: start, cells })
    cells = []
    cell = ''
  }
  for (let i = 0; i < rest.length; i++) {
    const char = rest[i]!
    if (char === '\n') line++
    if (quoted) {
      if (char !== '"') cell += char
      else if (rest[i + 1] === '"') cell += rest[++i]!
      else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === ',') {
      cells.push(cell)
      cell = ''
    } else if (char === '\n') {
      close()
      start = line
    } else if (char !== '\r') cell += char
  }
  if (quoted) return null
  if (cell !== '' || cells.length > 0) close()
  return lines
}
