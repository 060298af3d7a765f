import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** What a newcomer's outside world reads; see `demo.json`. */
export type DemoFile = {
  baseUrl: string
  fhirBase: string
  tokenEndpoint: string
  facilities: { institutionNumber: string; name: string; kind: string; clientId: string; privateKeyJwk: object; scope: string }[]
  people: { memberId: string; name: string; birthDate: string }[]
}

/** The platform under test, started by its real launcher on a data folder and port of its own. */
export type Platform = {
  baseUrl: string
  home: string
  /** Starts it; resolves when it says that it is ready. */
  start(): Promise<void>
  /** Asks it to stop, as an operator would, and waits. */
  stop(): Promise<void>
  /** Waits until the launcher has ended by itself. @throws where it stays: an operator would see nothing */
  ended(): Promise<number>
  /** @throws with its last words where it ended though nobody killed or stopped it */
  mustRun(): void
  demo(): DemoFile
  databaseUrl(): string
  /** Of the launcher, from the moment it was started. */
  launcherPid(): number
  primaryPid(): number
  /** Processes of a role, newest forks included. */
  pidsOf(role: 'web' | 'leader'): number[]
  postmasterPid(): number
  /** Of the server that runs now, also before the platform is ready. */
  socketUrl(): string
  /** What the launcher and the platform said last. */
  said(): string
  /** Server processes that serve a client. */
  backendPids(): number[]
}

const READY_MS = 180_000
const END_MS = 60_000

/**
 * @param about.entry program in the platform's place (a control); by default the platform as it was built when the run began
 * @param about.env more of the environment, for the platform as a whole
 */
export async function platformAt(about: { root: string; home: string; entry?: string; env?: Record<string, string> }): Promise<Platform> {
  const { root, home } = about
  const port = await freePort()
  let child: ChildProcess | undefined
  let output = ''
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const said = () => output.trim().split('\n').slice(-12).join('\n')
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(home, name), 'utf8')) as T
  const primaryPid = () => read<{ platformPid: number }>('run.json').platformPid

  async function start(): Promise<void> {
    const { DATABASE_URL: _1, ENISHI_TEST_DATABASE_URL: _2, ENISHI_BASE_URL: _3, ENISHI_WORKERS: _4, ...env } = process.env
    child = spawn(process.execPath, [join(root, 'app/launcher/start.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...env,
        ENISHI_HOME: home,
        PORT: String(port),
        ENISHI_DEMO: '1',
        ENISHI_DEMO_PEOPLE: '10',
        // Without this a source file saved during the run would have the next start build another program.
        ENISHI_ENTRY: about.entry ?? join(root, 'dist/app/main.js'),
        ...about.env,
      },
    })
    output = ''
    const hear = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-20_000)
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    const ready = () => output.includes('enishi ready on ') || !running()
    if (!(await until(ready, READY_MS)) || !running()) throw new Error(`the platform did not start:\n${said()}`)
  }

  async function ended(): Promise<number> {
    if (!(await until(() => !running(), END_MS))) throw new Error(`the launcher stayed though its platform was gone:\n${said()}`)
    return child?.exitCode ?? 0
  }

  return {
    baseUrl: `http://localhost:${port}`,
    home,
    start,
    async stop() {
      if (!running()) return
      child?.kill('SIGTERM')
      if (await until(() => !running(), END_MS)) return
      child?.kill('SIGKILL')
      throw new Error(`the launcher did not stop:\n${said()}`)
    },
    ended,
    mustRun() {
      if (!running()) throw new Error(`the platform ended by itself:\n${said()}`)
    },
    said,
    demo: () => read<DemoFile>('demo.json'),
    databaseUrl: () => read<{ databaseUrl: string }>('run.json').databaseUrl,
    launcherPid: () => (running() ? (child?.pid ?? 0) : 0),
    primaryPid,
    pidsOf: (role) => childrenOf(primaryPid()).filter((pid) => proc(pid, 'environ').split('\0').includes(`ENISHI_ROLE=${role}`)),
    postmasterPid: () => postmaster(home),
    // The fifth line of the server's own file is the folder of its socket.
    socketUrl: () =>
      `postgresql://enishi@/enishi?host=${encodeURIComponent(readFileSync(join(home, 'pg/postmaster.pid'), 'utf8').split('\n')[4] ?? '')}`,
    backendPids: () => childrenOf(postmaster(home)).filter((pid) => /^postgres: enishi /.test(proc(pid, 'cmdline'))),
  }
}

/** The launcher's note is older than a database it had to start again; the server's own file is not. */
function postmaster(home: string): number {
  const file = join(home, 'pg/postmaster.pid')
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
}

/** A file of a process, empty where the process is gone. */
function proc(pid: number | string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

function childrenOf(pid: number): number[] {
  if (pid === 0) return []
  const fieldsOf = (text: string) => text.slice(text.lastIndexOf(')') + 2).split(' ')
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const [state, parent] = fieldsOf(proc(name, 'stat'))
      return parent === String(pid) && state !== 'Z'
    })
    .map(Number)
}

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) return false
    await pause(20)
  }
  return true
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
