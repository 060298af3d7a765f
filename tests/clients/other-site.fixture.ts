/** A site of somebody else: pages of an app, on an origin of their own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** @param pages what stands at each path */
export async function otherSite(pages: Readonly<Record<string, string>>): Promise<{ origin: string; close(): void }> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://app.invalid').pathname]
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(page ?? '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
