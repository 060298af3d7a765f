import { type Arguments, type Command, EXIT, Stop } from './command.ts'

const wrong = (ja: string, en: string): never => {
  throw new Stop(EXIT.couldNotRun, { ja: `${ja} npm run enishi -- help で使い方を見られます。`, en: `${en} See npm run enishi -- help.` })
}

/** Reads what follows a command's name: `--option value`, `--option=value`, switches, and operands; `--` ends the options. */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const operands: string[] = []
  const switches = new Set<string>()
  const values: Record<string, string> = {}
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      operands.push(...rest.splice(0))
    } else if (word.startsWith('--')) {
      const [name = '', inline] = split(word.slice(2))
      const option = command.options?.[name]
      if (!option) wrong(`${command.name} に「--${name}」という指定はありません。`, `${command.name} has no option --${name}.`)
      else if (option.value === undefined && inline === undefined) switches.add(name)
      else values[name] = wordOf(name, option, option.value === undefined ? undefined : (inline ?? rest.shift()))
    } else if (word.startsWith('-') && word !== '-') {
      wrong(`${command.name} に「${word}」という指定はありません。`, `${command.name} has no option ${word}.`)
    } else operands.push(word)
  }
  count(command, operands.length)
  return { operands, switches, values }
}

function split(word: string): [string, string?] {
  const at = word.indexOf('=')
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}

function wordOf(name: string, option: { value?: string; oneOf?: readonly string[] }, value: string | undefined): string {
  if (option.value === undefined) return wrong(`--${name} は値を取りません。`, `--${name} takes no value.`)
  if (value === undefined || value === '') return wrong(`--${name} には ${option.value} が要ります。`, `--${name} needs ${option.value}.`)
  if (option.oneOf && !option.oneOf.includes(value))
    return wrong(
      `--${name} は ${option.oneOf.join(' か ')} です（「${value}」は使えません）。`,
      `--${name} is ${option.oneOf.join(' or ')}, not "${value}".`,
    )
  return value
}

function count(command: Command, given: number): void {
  const { form, least, most } = command.operands ?? { form: '', least: 0, most: 0 }
  if (given < least) wrong(`${command.name} には ${form} が要ります。`, `${command.name} needs ${form}.`)
  if (given > most)
    wrong(`${command.name} への指定が多すぎます（${form || 'なし'}）。`, `Too much after ${command.name} (${form || 'nothing expected'}).`)
}
