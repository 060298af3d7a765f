/** Asks for a secret on a terminal that must not show it; from a pipe it is read as it comes. */

type Terminal = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }

const ENTER = /[\r\n]/
/** Ctrl+C and Ctrl+D. */
const STOP = ['\u0003', '\u0004']
/** Backspace as terminals send it. */
const BACK = ['\u0008', '\u007f']
const MOST = 1_000

/**
 * One line, without its end. Nothing of what is typed is written anywhere; the line break that the terminal does not show is.
 * @returns null where whoever was asked stopped, or nothing came
 */
export async function askSecret(about: { input: Terminal; say: NodeJS.WritableStream; question: string }): Promise<string | null> {
  const { input, say, question } = about
  const isTerminal = input.isTTY === true
  // Before the question: whoever types fast would see the first letters.
  if (isTerminal) input.setRawMode?.(true)
  say.write(question)
  let typed: string[] = []
  let isStopped = false
  try {
    for await (const piece of lines(input)) {
      const end = piece.search(ENTER)
      const stop = isTerminal ? [...piece].findIndex((letter) => STOP.includes(letter)) : -1
      isStopped = stop >= 0 && (end < 0 || stop < end)
      typed = edited(typed, isStopped ? piece.slice(0, stop) : end < 0 ? piece : piece.slice(0, end), isTerminal)
      if (end >= 0 || isStopped || typed.length > MOST) break
    }
  } finally {
    if (isTerminal) input.setRawMode?.(false)
    input.pause()
    if (isTerminal) say.write('\n')
  }
  return isStopped || typed.length === 0 ? null : typed.join('')
}

/** Characters so far, after some more: on a terminal a backspace takes one away. */
function edited(before: readonly string[], more: string, isTerminal: boolean): string[] {
  const typed = [...before]
  for (const letter of more) {
    if (isTerminal && BACK.includes(letter)) typed.pop()
    else typed.push(letter)
  }
  return typed
}

/** What comes, as text; the stream is left open, so that it can be read again. */
async function* lines(input: Terminal): AsyncGenerator<string> {
  input.setEncoding('utf8')
  const waiting: (string | null)[] = []
  let wake: () => void = () => undefined
  const hear = (piece: string | Buffer) => {
    waiting.push(String(piece))
    wake()
  }
  const ended = () => {
    waiting.push(null)
    wake()
  }
  input.on('data', hear).on('end', ended)
  input.resume()
  try {
    for (;;) {
      const next = waiting.shift()
      if (next === null) return
      if (next === undefined)
        await new Promise<void>((done) => {
          wake = done
        })
      else yield next
    }
  } finally {
    input.off('data', hear).off('end', ended)
  }
}
