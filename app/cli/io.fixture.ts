import type { Io } from './command.ts'
import { run } from './run.ts'

/** Runs a command line as a person would, and returns what was printed. */
export async function typed(words: string[], about: Partial<Pick<Io, 'env' | 'cwd' | 'lang'>> = {}) {
  const printed: string[] = []
  const said: string[] = []
  const exit = await run(words, {
    out: (line) => void printed.push(line),
    err: (line) => void said.push(line),
    env: about.env ?? {},
    cwd: about.cwd ?? '/',
    lang: about.lang ?? 'ja',
  })
  return { exit, out: printed.join('\n'), err: said.join('\n') }
}
