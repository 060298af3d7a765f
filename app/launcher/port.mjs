// @ts-check
import { createServer } from 'node:net'
import { stop } from './sentences.mjs'

/**
 * The port from PORT (8080 if unset), seen to be free. Looked at before anything slow, so that the answer comes at once.
 * @refuses port-invalid, port-in-use
 */
export async function freePort() {
  const text = process.env.PORT || '8080'
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw stop('port-invalid', { port: text })
  for (const host of ['127.0.0.1', '::']) {
    if (port > 0 && (await isTaken(port, host))) throw stop('port-in-use', { port })
  }
  return port
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>}
 */
function isTaken(port, host) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) => resolve(/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE'))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)))
  })
}
