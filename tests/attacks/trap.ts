import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that nobody has a reason to call: every connection is noted with what was asked. */
export type Trap = { port: number; caught: () => readonly string[]; close: () => Promise<void> }

/** @param answer what it answers, for those who come all the same */
export async function openTrap(answer: { status: number; headers?: Record<string, string> } = { status: 200 }): Promise<Trap> {
  const caught: string[] = []
  const server: Server = createServer((request, response) => {
    caught.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
    request.resume()
    response.writeHead(answer.status, answer.headers).end('{}')
  })
  await new Promise<void>((ready) => void server.listen(0, '127.0.0.1', ready))
  return {
    port: (server.address() as AddressInfo).port,
    caught: () => caught,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
