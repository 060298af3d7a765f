/**
 * The platform on a host whose clock is wrong by FAULT_SHIFT_MS. With FAULT_HOST_TIME=1, the control: it believes that clock instead of
 * the database's. Started in the platform's place by the fault test; the platform's own code has no such switch.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

const shift = Number(process.env.FAULT_SHIFT_MS ?? 0)
const RealDate = Date

class ShiftedDate extends RealDate {
  constructor(...about: [] | [number | string | Date]) {
    if (about.length === 0) super(RealDate.now() + shift)
    else super(...(about as [number]))
  }
  static override now(): number {
    return RealDate.now() + shift
  }
}
Object.defineProperty(globalThis, 'Date', { value: ShiftedDate, configurable: true, writable: true })

type Query = (this: pg.Client, ...args: unknown[]) => unknown

if (process.env.FAULT_HOST_TIME === '1') {
  const real = pg.Client.prototype.query as unknown as Query
  const believing: Query = function (...args) {
    const [first] = args
    const text = typeof first === 'object' && first !== null && 'text' in first ? first.text : first
    if (typeof text === 'string' && /^\s*select \(extract\(epoch from clock_timestamp\(\)\) \* 1000\)::text as ms\s*$/.test(text))
      return Promise.resolve({ command: 'SELECT', rowCount: 1, oid: 0, fields: [], rows: [{ ms: String(Date.now()) }] })
    return real.call(this, ...args)
  }
  Object.defineProperty(pg.Client.prototype, 'query', { value: believing, configurable: true, writable: true })
}

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
