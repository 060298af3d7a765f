/**
 * The platform with its network closed: whatever would leave this machine is noted in FAULT_CALLS and refused. With FAULT_CALL=1, the
 * control, it calls somewhere itself. Started in the platform's place by a test.
 */
import { appendFileSync } from 'node:fs'
import dns from 'node:dns'
import net from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const notes = process.env.FAULT_CALLS ?? ''
const isHere = (host: string) => host === 'localhost' || /^(127\.|::1$|\[::1\]$|0\.0\.0\.0$)/.test(host)

function refused(what: string): Error {
  appendFileSync(notes, `${what}\n`)
  return Object.assign(new Error(`closed: ${what}`), { code: 'ENETUNREACH' })
}

const connect = net.Socket.prototype.connect
type Connect = (this: net.Socket, ...about: unknown[]) => net.Socket
const closed: Connect = function (...about) {
  const [first, second] = Array.isArray(about[0]) ? about[0] : about
  const host = typeof first === 'object' && first !== null ? ('path' in first && first.path ? 'localhost' : 'host' in first ? String(first.host ?? 'localhost') : 'localhost') : typeof first === 'string' && Number.isNaN(Number(first)) ? 'localhost' : String(second ?? 'localhost') // biome-ignore format: four ways to say where
  if (isHere(host)) return (connect as unknown as Connect).apply(this, about)
  const error = refused(`connect ${host}`)
  setImmediate(() => this.destroy(error))
  return this
}
Object.defineProperty(net.Socket.prototype, 'connect', { value: closed, configurable: true, writable: true })

const lookup = dns.promises.lookup
Object.defineProperty(dns.promises, 'lookup', {
  value: (host: string, ...more: [never]) => (isHere(host) ? lookup(host, ...more) : Promise.reject(refused(`lookup ${host}`))),
})

if (process.env.FAULT_CALL === '1') await fetch('http://192.0.2.1/').catch(() => undefined)
await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
