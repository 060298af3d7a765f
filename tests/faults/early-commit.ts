/**
 * The control: the platform with a database driver that says "committed" at once and commits a moment later. Started in
 * the platform's place by the fault test; the platform's own code has no such switch.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

const LATER_MS = 300

type Query = (this: pg.Client, ...args: unknown[]) => unknown

const real = pg.Client.prototype.query as unknown as Query
/** What a connection still owes; its next query waits for that. */
const owed = new WeakMap<pg.Client, Promise<unknown>>()

const early: Query = function (...args) {
  const [first] = args
  const text = typeof first === 'object' && first !== null && 'text' in first ? first.text : first
  if (typeof text === 'string' && text.toLowerCase() === 'commit') {
    const commit = new Promise((done) => setTimeout(done, LATER_MS)).then(() => real.call(this, ...args))
    owed.set(
      this,
      commit.catch(() => undefined),
    )
    return Promise.resolve({ command: 'COMMIT', rowCount: null, oid: 0, fields: [], rows: [] })
  }
  const before = owed.get(this)
  return before ? before.then(() => real.call(this, ...args)) : real.call(this, ...args)
}

Object.defineProperty(pg.Client.prototype, 'query', { value: early, configurable: true, writable: true })

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
