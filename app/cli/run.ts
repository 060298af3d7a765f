import { sqlState } from '#kernel/database'
import { BackupProblem } from '../backup/problem.ts'
import { readArguments } from './arguments.ts'
import { EXIT, type Exit, type Io, Stop } from './command.ts'
import { commands } from './commands.ts'
import { unknownCommand } from './help.ts'

/** What a stranger types for help and version. */
const otherNames: Record<string, string> = { '': 'help', '--help': 'help', '-h': 'help', '--version': 'version', '-v': 'version' }

/** Runs one command line. @returns its exit code; whatever goes wrong is one sentence in both languages */
export async function run(words: readonly string[], io: Io): Promise<Exit> {
  const [typed = '', ...rest] = words
  const name = otherNames[typed] ?? typed
  try {
    const command = commands.find((c) => c.name === name)
    if (!command) throw unknownCommand(name)
    if (rest.some((word) => word === '--help' || word === '-h')) return await run(['help', name], io)
    return await command.run(readArguments(command, rest), io)
  } catch (error) {
    io.redraw?.('')
    if (error instanceof Stop) return say(io, error, error.exit)
    if (error instanceof BackupProblem) return say(io, error, EXIT.refused)
    const what = error instanceof Error ? `${error.name}: ${placeOf(error)}` : 'unknown'
    return say(io, { ja: `${name} を実行できませんでした（${what}）。`, en: `${name} could not run (${what}).` }, EXIT.couldNotRun)
  }
}

/** A fault's code rather than its message, which may repeat what a record says. */
function placeOf(error: Error): string {
  const state = sqlState(error)
  if (state) return `PostgreSQL ${state}`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

function say(io: Io, sentence: { ja: string; en: string }, exit: Exit): Exit {
  io.err(sentence.ja)
  io.err(sentence.en)
  return exit
}
