/**
 * The control: the platform with a database driver that never connects again once a connection was lost. Started in the
 * platform's place by the fault test; the platform's own code has no such switch.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

type Done = (error: Error | null) => void
type Connect = (this: pg.Client, done?: Done) => Promise<void> | undefined
type End = (this: pg.Client, done?: Done) => Promise<void> | undefined

const connect = pg.Client.prototype.connect as unknown as Connect
const end = pg.Client.prototype.end as unknown as End
/** Connections that we closed ourselves are not lost. */
const closed = new WeakSet<pg.Client>()
let isLost = false

const connectOnce: Connect = function (done) {
  if (isLost) {
    const error = new Error('Connection terminated unexpectedly')
    if (done === undefined) return Promise.reject(error)
    done(error)
    return undefined
  }
  this.once('end', () => {
    if (!closed.has(this)) isLost = true
  })
  return connect.call(this, done)
}

const endOurselves: End = function (done) {
  closed.add(this)
  return end.call(this, done)
}

Object.defineProperty(pg.Client.prototype, 'connect', { value: connectOnce, configurable: true, writable: true })
Object.defineProperty(pg.Client.prototype, 'end', { value: endOurselves, configurable: true, writable: true })

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
