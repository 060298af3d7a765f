/** The options of `npm run bench -- consent`. */
export const names = ['decision', 'query-overhead', 'audit-append', 'breach-scope'] as const

export type Options = {
  only: readonly string[]
  decision: { cases: number }
  overhead: { people: number; seconds: number }
  append: { seconds: number; perSecond: number }
  scope: { events: number }
}

const USAGE = `npm run bench -- consent [--quick] [--only ${names.slice(0, 2).join(',')}] [--events N] [--seconds N] [--per-second N]`

/** @throws with the usage where an option is unknown */
export function optionsOf(args: readonly string[]): Options {
  const given = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const [name = '', inline] = args[i]!.replace(/^--/, '').split('=', 2)
    if (!['quick', 'only', 'events', 'seconds', 'per-second'].includes(name)) throw new Error(`${args[i]}? ${USAGE}`)
    given.set(name, name === 'quick' ? '' : (inline ?? args[++i] ?? ''))
  }
  const only = given.get('only')?.split(',') ?? []
  const wrong = only.filter((name) => !names.some((one) => one === name))
  if (wrong.length > 0) throw new Error(`${wrong.join(', ')}? ${names.join(', ')}`)
  const quick = given.has('quick')
  const number = (name: string, usual: number) => Number(given.get(name) ?? usual)
  return {
    only,
    decision: { cases: quick ? 20_000 : 1_000_000 },
    overhead: { people: quick ? 600 : 20_000, seconds: number('seconds', quick ? 1 : 10) },
    append: { seconds: number('seconds', quick ? 2 : 20), perSecond: number('per-second', quick ? 2_000 : 12_000) },
    scope: { events: number('events', quick ? 50_000 : 10_000_000) },
  }
}
