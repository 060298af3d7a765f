import { connect, type Socket } from 'node:net'

/** Clients that hold a connection and give or take almost nothing. */
export type SlowClients = { held(): number; refused(): number; end(): void }

const DRIP_MS = 4_000

type Kind = { first: (host: string) => string; drip: string | null }

/** Slow headers, a slow body, and a reader that asks for much and takes nothing. */
const kinds: readonly Kind[] = [
  { first: (host) => `GET /fhir/R4/metadata HTTP/1.1\r\nHost: ${host}\r\nX-A: a`, drip: 'a' },
  { first: (host) => `POST /fhir/R4/Observation HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/fhir+json\r\nContent-Length: 90000\r\n\r\n{`, drip: ' ' },
  { first: (host) => `GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(200), drip: null },
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
    // A reader that takes nothing does not hear that it was shut out, until it looks.
    held: () => {
      for (const socket of sockets) if (socket.isPaused()) socket.write('\r\n')
      return sockets.size
    },
    refused: () => refused,
    end() {
      for (const drip of drips) clearInterval(drip)
      for (const socket of sockets) socket.destroy()
    },
  }
}
