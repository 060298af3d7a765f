/** The options of `npm run bench -- fhir`. */
import { type BindingName, bindings } from './credentials.ts'
import { works } from './works.ts'

export type Options = {
  only: readonly string[]
  people: number
  visits: number
  seconds: number
  warmSeconds: number
  /** Captured requests whose statements the floor runs over and over. */
  captures: number
  growth: { small: number; large: number; seconds: number; rounds: number }
  /** People whose records are exported, and imported; rounds of each, every one beside its own floor. */
  bulk: { exported: number; imported: number; rounds: number }
  fresh: boolean
  quick: boolean
  profile: string | null
  /** What the client's tokens are tied to. */
  binding: BindingName
}

export const names = [...works.filter((w) => w.bar).map((w) => w.name), 'import', 'export', 'growth', 'memory', 'start']

const USAGE = `npm run bench -- fhir [--quick] [--only ${names.slice(0, 2).join(',')}] [--people N] [--large N] [--seconds N] [--binding ${bindings.join('|')}] [--fresh] [--profile read]`

/** @throws with the usage where an option is unknown */
export function optionsOf(args: readonly string[]): Options {
  const given = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const [name = '', inline] = args[i]!.replace(/^--/, '').split('=', 2)
    const flag = ['quick', 'fresh'].includes(name)
    if (!flag && !['only', 'people', 'large', 'seconds', 'profile', 'binding'].includes(name)) throw new Error(`${args[i]}? ${USAGE}`)
    given.set(name, flag ? '' : (inline ?? args[++i] ?? ''))
  }
  const quick = given.has('quick')
  const only = given.get('only')?.split(',') ?? []
  const wrong = [...only, ...(given.has('profile') ? [given.get('profile')!] : [])].filter((name) => !names.includes(name))
  if (wrong.length > 0) throw new Error(`${wrong.join(', ')}? ${names.join(', ')}`)
  const binding = bindings.find((b) => b === (given.get('binding') ?? 'mtls'))
  if (!binding) throw new Error(`--binding ${bindings.join('|')}`)
  const number = (name: string, usual: number) => Number(given.get(name) ?? usual)
  const seconds = number('seconds', quick ? 2 : 10)
  const sizes = quick ? { small: 100, large: 1_000, seconds: 1, rounds: 1 } : { small: 1_000, large: 100_000, seconds: 4, rounds: 3 }
  return {
    only,
    people: number('people', quick ? 100 : 1_000),
    visits: 10,
    seconds,
    warmSeconds: quick ? 0.5 : Math.min(3, seconds),
    captures: quick ? 60 : 400,
    growth: { ...sizes, large: number('large', sizes.large) },
    bulk: quick ? { exported: 100, imported: 50, rounds: 1 } : { exported: 5_000, imported: 2_000, rounds: 3 },
    fresh: given.has('fresh'),
    quick,
    profile: given.get('profile') ?? null,
    binding,
  }
}
