import { request } from 'node:http'
import { connect } from 'node:net'
import type { Bad } from './bad-input.ts'
import { isOutcome } from './traffic.ts'

const PATIENCE_MS = 60_000

/**
 * How the platform took a bad request: `refused` with a reason, `accepted`, `closed` without an answer where the request was
 * no HTTP at all; everything else is unhandled and says why.
 */
export type Taken = 'refused' | 'accepted' | 'closed' | { unhandled: string }

export const sendBad = (bad: Bad, about: { baseUrl: string; token: string }): Promise<Taken> =>
  bad.raw === undefined ? sendRequest(bad, about) : sendRaw(bad.raw, about.baseUrl)

function judge(bad: Bad, status: number, text: string): Taken {
  if (status >= 500 && !(status === 503 && isOutcome(text))) return { unhandled: `${status} ${text.slice(0, 120)}` }
  if (status < 300 || status === 304)
    return bad.mayPass || text.includes('"batch-response"') ? 'accepted' : { unhandled: `accepted with ${status}` }
  // What never reaches a row is refused by the HTTP parser, in its own words.
  return isOutcome(text) || [400, 408, 413, 414, 417, 431].includes(status)
    ? 'refused'
    : { unhandled: `${status} without a reason: ${text.slice(0, 120)}` }
}

function sendRequest(bad: Bad, { baseUrl, token }: { baseUrl: string; token: string }): Promise<Taken> {
  return new Promise((done) => {
    const { hostname, port } = new URL(baseUrl)
    const headers = {
      authorization: `Bearer ${token}`,
      ...bad.headers,
      ...(bad.body.length > 0 ? { 'content-length': bad.body.length } : {}),
    }
    const path = bad.path === '' ? '/fhir/R4' : `/fhir/R4/${bad.path}`
    const sending = request({ hostname, port, path, method: bad.method, headers, agent: false, timeout: PATIENCE_MS })
    sending.on('timeout', () => {
      done({ unhandled: 'no answer' })
      sending.destroy()
    })
    sending.on('error', (error) => done({ unhandled: `connection lost: ${error.message}` }))
    sending.on('response', (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('close', () => done(judge(bad, response.statusCode ?? 0, Buffer.concat(pieces).toString('utf8'))))
    })
    sending.end(bad.body)
  })
}

function sendRaw(text: string, baseUrl: string): Promise<Taken> {
  return new Promise((done) => {
    const { hostname, port } = new URL(baseUrl)
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(Buffer.from(text, 'latin1')))
    let heard = ''
    socket.setTimeout(3_000, () => socket.destroy())
    socket.on('data', (piece) => {
      heard += piece.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 0)
      done(status >= 500 ? { unhandled: heard.slice(0, 120) } : status === 0 ? 'closed' : status < 300 ? 'accepted' : 'refused')
    })
  })
}
