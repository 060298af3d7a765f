/** Columns a character takes on a terminal: two for kanji, kana and full-width forms. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += wide.test(character) ? 2 : 1
  return width
}

export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(1, width - widthOf(text)))

const HELD = 200
const WIDEST = 60

/**
 * A table of unknown length in bounded memory: rows are held back, at most two hundred, so that columns can be lined up;
 * columns only grow.
 */
export function tableTo(out: (line: string) => void, header: readonly string[]) {
  let widths = header.map(widthOf)
  let held: (readonly string[])[] = [header]
  const flush = () => {
    widths = widths.map((width, i) => Math.max(width, ...held.map((row) => Math.min(WIDEST, widthOf(row[i] ?? '')))))
    for (const row of held) out(row.map((cell, i) => (i === row.length - 1 ? cell : padded(cell, widths[i]! + 2))).join(''))
    held = []
  }
  return {
    row(cells: readonly string[]) {
      // What a file says must not move the reader's cursor or colour the terminal.
      held.push(cells.map(plain))
      if (held.length >= HELD) flush()
    },
    /** Prints what is held back; a table without rows prints nothing. */
    end: () => (held[0] === header && held.length === 1 ? undefined : flush()),
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
export const plain = (text: string): string => text.replace(control, '\ufffd')
