/** The platform under load: its real processes (primary, two web workers, leader), watched from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { benchFolder } from '../identity/cards.ts'
import { type BindingName, tlsSettings } from './credentials.ts'

const READY_MS = 120_000

export type Platform = {
  port: number
  tlsPort: number
  pid: number
  /** Process ids of the primary and of everything it started. */
  pids(): number[]
  stop(): Promise<void>
}

const homeOf = (): string => join(benchFolder(), 'platform')

/** Removes what exports and imports left: half a gigabyte each. */
export const dropBulkFiles = (): void => rmSync(join(homeOf(), 'bulk'), { recursive: true, force: true })

type Ports = { port: number; tlsPort: number }

/** What a process of the platform is told. Only in a demo may programs write whose tokens are tied to nothing. */
export async function settingsOf(url: string, { port, tlsPort }: Ports, binding: BindingName): Promise<Record<string, string>> {
  const home = homeOf()
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const demo = binding === 'none' ? { ENISHI_DEMO: '1', ENISHI_DEMO_PEOPLE: '10' } : { ENISHI_DEMO: '0', ENISHI_CLIENT_RATE: '0' }
  const tls = await tlsSettings(tlsPort)
  return { DATABASE_URL: url, ENISHI_HOME: home, ENISHI_HOST: '127.0.0.1', PORT: String(port), ...demo, ...tls }
}

export const freePorts = async (): Promise<Ports> => ({ port: await freePort(), tlsPort: await freePort() })

/** @param nodeArgs for every process of the platform, e.g. `--cpu-prof` */
export async function startPlatform(about: {
  url: string
  binding: BindingName
  workers: number
  nodeArgs?: readonly string[]
}): Promise<Platform> {
  const ports = await freePorts()
  const settings = await settingsOf(about.url, ports, about.binding)
  const child = spawn(process.execPath, [...(about.nodeArgs ?? []), join(import.meta.dirname, '../app/main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      ...settings,
      ENISHI_WORKERS: String(about.workers),
    },
  })
  // A bench that is broken off leaves nothing running.
  const atExit = () => void child.kill('SIGKILL')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
  await readyWhenItSays(child)
  return { ...ports, pid: child.pid!, pids: () => [child.pid!, ...below(child.pid!)], stop: () => stopped(child) }
}

/** Resolves at the platform's word that it is ready. @throws with its last words where it ends instead */
export function readyWhenItSays(child: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the platform was not ready in time:\n${said}`)), READY_MS)
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4_000)
      if (!said.includes('enishi ready on ')) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the platform ended with ${code}:\n${said}`))
    })
  })
}

export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await gone
  clearTimeout(timer)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** Fields of /proc/PID/stat after the name, or none where there is no such file. */
function statOf(pid: number | string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return []
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && statOf(name)[1] === String(pid))
      .map(Number)
  } catch {
    return []
  }
}

/** All processes below one. */
const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)])

/** Processor time in milliseconds of a process, all below it, and those of them that have ended; 0 where the system does not tell. */
export function familyCpuMs(pid: number): number {
  const ticks = (fields: readonly string[]) => [11, 12, 13, 14].reduce((sum, n) => sum + Number(fields[n] ?? 0), 0)
  return 10 * [pid, ...below(pid)].reduce((sum, one) => sum + ticks(statOf(one)), 0)
}

/** The process that started this one; 0 where the system does not tell. */
export const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0)

/** Memory in use in MB, the largest process; 0 where the system does not tell. */
function largestRssMb(pids: readonly number[]): number {
  const sizes = pids.map((pid) => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    } catch {
      return 0
    }
  })
  return Math.max(0, ...sizes)
}

/** Watches the largest process of a platform; the answer is its most so far, in MB. */
export function watchMemory(platform: Platform): { mostMb: () => number; stop: () => void } {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, largestRssMb(platform.pids()))
  }, 500)
  return { mostMb: () => most, stop: () => clearInterval(timer) }
}
