import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** Clients that hold a connection and give or take almost nothing. */
export type SlowClients = { held(): number; refused(): number; end(): void }

const DRIP_MS = 4_000

type Kind = { first: (host: string) => string; drip: string | null }

/** Slow headers, a slow body, and a reader that asks for much and takes nothing. */
const kinds: readonly Kind[] = [
  { first: (host) => `GET /fhir/R4/metadata HTTP/1.1\r\nHost: ${host}\r\nX-A: a`, drip: 'a' },
  {
    first: (host) =>
      `POST /fhir/R4/Observation HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/fhir+json\r\nContent-Length: 90000\r\n\r\n{`,
    drip: ' ',
  },
  { first: (host) => `GET /assets/fonts.css HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(8), drip: null },
]

/** Opens the connections, a hundred at a time. */
export async function openSlowClients(baseUrl: string, count: number): Promise<SlowClients> {
  const { hostname, port, host } = new URL(baseUrl)
  const sockets = new Set<Socket>()
  let refused = 0
  const drips: NodeJS.Timeout[] = []
  const open = (n: number) =>
    new Promise<void>((done) => {
      const kind = kinds[n % kinds.length]!
      const socket = connect({ host: hostname, port: Number(port) })
      socket.once('connect', () => {
        sockets.add(socket)
        socket.write(kind.first(host))
        if (kind.drip !== null) {
          socket.resume()
          const drip = kind.drip
          drips.push(setInterval(() => socket.writable && socket.write(drip), DRIP_MS + (n % 500)))
        } else socket.pause()
        done()
      })
      socket.once('error', () => {
        if (!sockets.has(socket)) refused++
        done()
      })
      socket.once('close', () => sockets.delete(socket))
    })
  for (let n = 0; n < count; n += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - n) }, (_, i) => open(n + i)))
  }
  return {
    held: () => established(Number(port), new Set([...sockets].map((socket) => socket.localPort ?? 0))),
    refused: () => refused,
    end() {
      for (const drip of drips) clearInterval(drip)
      for (const socket of sockets) socket.destroy()
    },
  }
}

/**
 * Connections that the server itself still holds, asked of the system: a reader that takes nothing does not hear that it
 * was shut out.
 */
function established(serverPort: number, clientPorts: ReadonlySet<number>): number {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((f) => existsSync(f))
    .flatMap((f) => readFileSync(f, 'utf8').split('\n').slice(1))
  const portOf = (address: string | undefined) => Number.parseInt(address?.split(':').at(-1) ?? '', 16)
  return lines.filter((line) => {
    const [, local, remote, state] = line.trim().split(/\s+/)
    return state === '01' && portOf(local) === serverPort && clientPorts.has(portOf(remote))
  }).length
}
