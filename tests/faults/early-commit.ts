/**
 * The control: the platform with a database driver that says "committed" at once and commits a moment later. Started in
 * the platform's place by the fault tests; the platform's own code has no such switch.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

const LATER_MS = 300

type Query = (this: pg.Client, ...args: unknown[]) => unknown

const real = pg.Client.prototype.query as unknown as Query
/** What a connection still owes; whatever follows on it waits for that, the next commit too. */
const owed = new WeakMap<pg.Client, Promise<unknown>>()
/** A process that starts reads what it has just written: with early answers it would find no keys, and never serve anybody. */
let isServing = false

const early: Query = function (...args) {
  const [first] = args
  const text = typeof first === 'object' && first !== null && 'text' in first ? first.text : first
  const before = owed.get(this)
  if (isServing && typeof text === 'string' && text.toLowerCase() === 'commit') {
    const commit = Promise.all([before, new Promise((done) => setTimeout(done, LATER_MS))]).then(() => real.call(this, ...args))
    owed.set(
      this,
      commit.catch(() => undefined),
    )
    return Promise.resolve({ command: 'COMMIT', rowCount: null, oid: 0, fields: [], rows: [] })
  }
  return before ? before.then(() => real.call(this, ...args)) : real.call(this, ...args)
}

Object.defineProperty(pg.Client.prototype, 'query', { value: early, configurable: true, writable: true })

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
isServing = true
