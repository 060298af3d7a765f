/** Tables are written as lines of cells between bars, so that a person can read and change them; read once at load. */
export const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))

/** The cell as one of the allowed words; a misspelt table fails when it is loaded, not in a demo. */
export function oneOf<T extends string>(allowed: readonly T[], cell: string | undefined): T {
  const found = allowed.find((word) => word === cell)
  if (found === undefined) throw new Error(`'${cell}' is not one of ${allowed.join(', ')}`)
  return found
}
