import { APP_VERSION } from '../version.ts'
import { type Arguments, type Command, EXIT, type Exit, type Io, Stop } from './command.ts'
import { commands } from './commands.ts'
import { padded, widthOf } from './table.ts'

const form = (c: Command): string => [c.name, c.operands?.form].filter(Boolean).join(' ')

/** A name with its words beside it; a name too long for its column stands on a line of its own. */
function entry(name: string, width: number, words: readonly string[]): string[] {
  const tooLong = widthOf(name) >= width
  const lines = words.map((line, i) => `  ${padded(i === 0 && !tooLong ? name : '', width)}${line}`)
  return tooLong ? [`  ${name}`, ...lines] : lines
}

/** The list of commands; the reader's language first, the other below it. */
export async function help({ operands }: Arguments, io: Io): Promise<Exit> {
  const [name] = operands
  if (name !== undefined) return one(find(name), io)
  const [first, second] = io.lang === 'ja' ? (['ja', 'en'] as const) : (['en', 'ja'] as const)
  io.out(`縁 Enishi ${APP_VERSION}`)
  io.out('npm run enishi -- COMMAND')
  io.out('')
  for (const c of commands) {
    for (const line of entry(form(c), 18, [c[first], c[second]])) io.out(line)
  }
  io.out('')
  io.out(
    '  help COMMAND: 指定できるもの / its options.  0 = よい fine, 1 = 規則に合わない・断られた refused, 2 = 実行できない could not run',
  )
  return EXIT.fine
}

export async function version(_: Arguments, io: Io): Promise<Exit> {
  io.out(APP_VERSION)
  return EXIT.fine
}

function find(name: string): Command {
  const found = commands.find((c) => c.name === name)
  if (!found) throw unknownCommand(name)
  return found
}

export const unknownCommand = (name: string): Stop => {
  const known = commands.map((c) => c.name).join(', ')
  return new Stop(EXIT.couldNotRun, {
    ja: `「${name}」という命令はありません。使えるもの：${known}`,
    en: `There is no command "${name}". There are: ${known}`,
  })
}

function one(c: Command, io: Io): Exit {
  io.out(`npm run enishi -- ${form(c)}`)
  io.out(`  ${c.ja}`)
  io.out(`  ${c.en}`)
  for (const [name, o] of Object.entries(c.options ?? {})) {
    for (const line of entry(`--${name}${o.value ? ` ${o.value}` : ''}`, 26, [o.ja, o.en])) io.out(line)
  }
  return EXIT.fine
}
