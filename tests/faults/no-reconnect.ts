/**
 * The control: the platform with a pool that never connects again once a connection of it was lost. Started in the
 * platform's place by the fault test; the platform's own code has no such switch.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

const connect = pg.Pool.prototype.connect as (this: pg.Pool) => Promise<pg.PoolClient>
const broken = new WeakSet<pg.Pool>()

async function connectOnce(this: pg.Pool): Promise<pg.PoolClient> {
  if (broken.has(this)) throw new Error('Connection terminated')
  const client = await connect.call(this)
  client.once('end', () => broken.add(this))
  return client
}

Object.defineProperty(pg.Pool.prototype, 'connect', { value: connectOnce, configurable: true, writable: true })

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
