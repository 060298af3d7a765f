/**
 * Who reads what an export hands out, and what COPY hands out as its floor: one program for both, in a process that holds nothing else.
 * In the bench's own, among all modules of the platform, collecting garbage was half of what reading took.
 */
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { answerQuestions } from './child.ts'

/** A client's side of TLS, as PEM. */
type Tls = { ca: string; cert: string; key: string; servername: string }
/** Paths of files on this machine, read all at once, with a client's certificate and the token tied to it. */
export type FilesOrder = { files: { port: number; paths: string[]; headers: Record<string, string>; tls: Tls } }
/** All live bodies of the database at this address. */
export type CopyOrder = { copy: string }
/** How long it took from the first word to the last byte; `count`: lines, or rows. */
export type Read = { seconds: number; count: number }

export const bench = (): Promise<void> =>
  answerQuestions<FilesOrder | CopyOrder>((order) => ('files' in order ? readFiles(order) : readCopy(order)))

async function readFiles({ files: { port, paths, headers, tls } }: FilesOrder): Promise<Read> {
  const from = performance.now()
  const agent = new Agent(tls)
  const lines = await Promise.all(
    paths.map((path) => linesOf(path, (take) => request({ host: '127.0.0.1', port, path, headers, agent }, take).end())),
  )
  const seconds = (performance.now() - from) / 1000
  agent.destroy()
  return { seconds, count: lines.reduce((sum, some) => sum + some, 0) }
}

type Asking = { once(event: 'error', heard: (error: Error) => void): unknown }

/** Lines of one answer. @throws where it is not the whole file */
function linesOf(path: string, ask: (take: (answer: IncomingMessage) => void) => Asking): Promise<number> {
  return new Promise((resolve, reject) => {
    ask((answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`))
      let lines = 0
      answer.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
      })
      answer.once('end', () => resolve(lines)).once('error', reject)
    }).once('error', reject)
  })
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })

async function readCopy({ copy: connectionString }: CopyOrder): Promise<Read> {
  const client = new pg.Client({ connectionString, application_name: 'bench-floor' })
  await client.connect()
  try {
    const from = performance.now()
    const copy = client.query(copyTo('copy (select body from record.resource where not deleted) to stdout'))
    await pipeline(copy, nowhere())
    return { seconds: (performance.now() - from) / 1000, count: (copy as unknown as { rowCount: number }).rowCount }
  } finally {
    await client.end()
  }
}
