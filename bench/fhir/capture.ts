/**
 * What statements a request costs, written down as they reach the driver: one worker of the platform in this process, its real
 * rows over HTTP, asked one request at a time. So the floor always follows the code.
 */
import pg from 'pg'
import { readConfig } from '../../app/config.ts'
import { runWorker } from '../../app/worker.ts'
import { answerQuestions } from '../child.ts'
import { once, type Target } from './client.ts'
import { type BindingName, tokenFor } from './credentials.ts'
import { freePorts, settingsOf } from './platform.ts'
import { samplesOf, urlOf } from './store.ts'
import { requestsOf, type WorkName, workOf } from './works.ts'

export type CaptureOrder = { work: WorkName; database: string; binding: BindingName; count: number }
/** `rows`: how many it brought or changed. `audit`: sent on the connection of the audit batch, where entries of many requests share a statement. */
export type Statement = { text: string; name: string | undefined; values: unknown[]; audit: boolean; rows: number | null }
/** `fresh`: ids that this request made; a replay makes its own. */
export type Captured = { statements: Statement[]; fresh: string[] }

/** An id standing by itself: within the hexadecimal digits of a hash there is none. */
const ULID = /(?<![0-9a-z])[0-7][0-9a-hjkmnp-tv-z]{25}(?![0-9a-z])/g

type Config = { text: string; name?: string; values?: unknown[] }
type Recording = { statements: Statement[]; known: Set<string>; fresh: Set<string> }
let recording: Recording | null = null

const configOf = (first: unknown, second: unknown): Config | null => {
  if (typeof first === 'string') return { text: first, ...(Array.isArray(second) ? { values: second } : {}) }
  return first !== null && typeof first === 'object' && 'text' in first && typeof first.text === 'string' ? (first as Config) : null
}

/** Listens in on every statement of this process. */
function listenIn(): void {
  const original = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown
  const listening = function (this: pg.Client, ...args: unknown[]): unknown {
    const config = configOf(args[0], args[1])
    const answer = original.apply(this, args)
    const now = recording
    if (!config || !now || /clock_timestamp/.test(config.text)) return answer
    const { application_name: by } = (this as unknown as { connectionParameters: { application_name?: string } }).connectionParameters
    const statement: Statement = {
      text: config.text,
      name: config.name,
      values: config.values ?? [],
      audit: by === 'enishi-audit',
      rows: null,
    }
    note(now, statement)
    // An id that comes out of the database before it goes in stood there already.
    if (answer instanceof Promise)
      answer.then(
        ({ rows = [], rowCount }: { rows?: unknown[]; rowCount?: number | null }) => {
          statement.rows = rowCount ?? null
          for (const id of idsIn(JSON.stringify(rows))) if (!now.fresh.has(id)) now.known.add(id)
        },
        () => undefined,
      )
    return answer
  }
  pg.Client.prototype.query = listening as typeof pg.Client.prototype.query
}

const idsIn = (text: string): string[] => text.match(ULID) ?? []

function note(now: Recording, statement: Statement): void {
  now.statements.push(statement)
  for (const id of idsIn(JSON.stringify(statement.values))) if (!now.known.has(id)) now.fresh.add(id)
}

export async function captureRole(): Promise<void> {
  listenIn()
  const workers = new Map<string, Pick<Target, 'port' | 'tlsPort'>>()
  return answerQuestions(async (order: CaptureOrder) => {
    const ports = workers.get(order.database) ?? (await freePorts())
    if (!workers.has(order.database))
      await runWorker(readConfig({ ...process.env, ...(await settingsOf(urlOf(order.database), ports, order.binding)) }))
    workers.set(order.database, ports)
    return capture(order, { ...ports, binding: order.binding, token: await tokenFor(order.database, order.binding) })
  })
}

async function capture(order: CaptureOrder, target: Target): Promise<Captured[]> {
  const work = workOf(order.work)
  const requests = requestsOf(work, await samplesOf(order.database, order.count)).slice(0, order.count)
  const captured: Captured[] = []
  for (const request of requests) {
    recording = { statements: [], known: new Set(idsIn(`${request.path} ${request.body ?? ''}`)), fresh: new Set() }
    const { status, body } = await once(target, request)
    const { statements, fresh } = recording
    recording = null
    if (status >= 300) throw new Error(`${order.work}: answered ${status}: ${body.toString('utf8').slice(0, 500)}`)
    captured.push({ statements, fresh: [...fresh] })
  }
  // The first requests of a process may ask for what it remembers later: the usual sequence is the one that counts.
  const shape = (c: Captured) => c.statements.map((s) => s.text).join(';')
  const counts = new Map<string, number>()
  for (const c of captured) counts.set(shape(c), (counts.get(shape(c)) ?? 0) + 1)
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0]!
  return captured.filter((c) => shape(c) === usual)
}
