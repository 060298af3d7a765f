import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { LineMaker, MakeDone } from '#care/bulk'
import type { MakerAsked, MakerBegin, MakerSaid } from './model.ts'

/** A maker that nobody has asked for so long ends: what it holds is memory. */
const IDLE_MS = 20_000
/** After one that ended by itself the leader makes lines itself for a while. */
const REST_MS = 60_000
/** Nothing of what it makes lives long: a large nursery is emptied seldom, and almost for nothing. */
const MEMORY = ['--max-semi-space-size=64', '--heap-growing-percent=200']

type Waiting = { resolve: (done: MakeDone) => void; reject: (error: Error) => void }
type Running = { child: ChildProcess; up: boolean; waiting: Map<number, Waiting>; idle: NodeJS.Timeout }

/** Beside the program that runs; where that is not built, the leader makes lines itself. */
const PROGRAM = join(dirname(process.argv[1] ?? ''), 'maker/main.js')

/** Makes lines in a process of its own, started when it is first asked for. It knows no secret and no database. */
export function lineMaker(begin: MakerBegin, program = PROGRAM): LineMaker & { stop: () => void } {
  let running: Running | undefined
  let [next, restUntil, stopped] = [0, 0, false]

  function start(): Running {
    const child = fork(program, [], { env: {}, execArgv: MEMORY, serialization: 'advanced', stdio: 'ignore' })
    const made: Running = { child, up: false, waiting: new Map(), idle: setTimeout(() => undefined, 0) }
    const ended = () => {
      clearTimeout(made.idle)
      for (const { reject } of made.waiting.values()) reject(new Error('the maker ended'))
      made.waiting.clear()
      if (running !== made) return
      running = undefined
      restUntil = performance.now() + REST_MS
    }
    child.once('error', ended)
    child.once('exit', ended)
    child.on('message', (said: MakerSaid) => {
      if ('up' in said) {
        made.up = true
        return
      }
      const waiting = made.waiting.get(said.n)
      made.waiting.delete(said.n)
      if (said.done) waiting?.resolve(said.done)
      else waiting?.reject(new Error('not made'))
    })
    child.send(begin)
    return made
  }

  function end(): void {
    const ending = running
    running = undefined
    if (ending?.child.connected) ending.child.disconnect()
  }

  function rest(one: Running): void {
    clearTimeout(one.idle)
    one.idle = setTimeout(() => one === running && end(), IDLE_MS)
    one.idle.unref()
  }

  return {
    isUp() {
      if (stopped || !existsSync(program)) return false
      if (!running && performance.now() < restUntil) return false
      running ??= start()
      rest(running)
      return running.up
    },
    make(asked) {
      const one = running
      if (!one?.child.connected) return Promise.reject(new Error('no maker'))
      const n = next++
      rest(one)
      return new Promise((resolve, reject) => {
        one.waiting.set(n, { resolve, reject })
        one.child.send({ n, asked } satisfies MakerAsked, (error) => {
          if (!error) return
          one.waiting.delete(n)
          reject(error)
        })
      })
    },
    stop() {
      stopped = true
      end()
    },
  }
}
