/** What the product asks its database while it answers: where two questions cost another number of statements, a clock can tell them apart. */
import pg from 'pg'

type Query = (this: pg.Client, ...args: unknown[]) => unknown

let seen: string[] | null = null
const real = pg.Client.prototype.query as unknown as Query
const noting: Query = function (...args) {
  const [first] = args
  const text = typeof first === 'object' && first !== null && 'text' in first ? first.text : first
  // The log is written and time is read by timers of their own.
  if (seen !== null && typeof text === 'string' && !/kernel\.(audit|key_ring)|clock_timestamp\(\)/.test(text)) seen.push(text)
  return real.call(this, ...args)
}
Object.defineProperty(pg.Client.prototype, 'query', { value: noting, configurable: true, writable: true })

/** Statements sent while `work` ran; nothing else may run beside it. */
export async function statementsOf<T>(work: () => Promise<T>): Promise<{ result: T; statements: string[] }> {
  const statements: string[] = []
  seen = statements
  try {
    return { result: await work(), statements }
  } finally {
    seen = null
  }
}
