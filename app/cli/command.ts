import type { Lang } from '#kernel/language'

/** Where a command reads from and writes to; a test gives its own. */
export type Io = {
  /** Prints one line of result. */
  out: (line: string) => void
  /** Prints one line about the work: progress, what is wrong. */
  err: (line: string) => void
  /** Draws over the line of progress; absent where nobody looks at a terminal. */
  redraw?: (text: string) => void
  env: NodeJS.ProcessEnv
  /** Folder that relative paths start from. */
  cwd: string
  lang: Lang
}

/** Answers of a command to scripts. */
export const EXIT = { fine: 0, refused: 1, couldNotRun: 2 } as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** An option: with a value, whose form `value` shows, or a plain switch. */
export type Option = { value?: string; oneOf?: readonly string[]; ja: string; en: string }

/** What was typed after the command's name, checked against its options. */
export type Arguments = { operands: string[]; switches: ReadonlySet<string>; values: Readonly<Record<string, string>> }

export type Command = {
  name: string
  /** What may follow, e.g. `FILE...`; `least` and `most` count them. */
  operands?: { form: string; least: number; most: number }
  ja: string
  en: string
  options?: Readonly<Record<string, Option>>
  run(given: Arguments, io: Io): Promise<Exit>
}

/** The command cannot or will not run; one sentence in both languages, and an exit code. */
export class Stop extends Error {
  readonly exit: Exit
  readonly ja: string
  readonly en: string
  constructor(exit: Exit, sentence: { ja: string; en: string }) {
    super(sentence.en)
    this.name = 'Stop'
    this.exit = exit
    this.ja = sentence.ja
    this.en = sentence.en
  }
}
