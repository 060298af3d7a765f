import { readFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { renewTls, type TlsFiles } from '#kernel/tls'
import { badConfig, type TlsConfig } from './config.ts'

const named = {
  certificate: 'ENISHI_TLS_CERT',
  key: 'ENISHI_TLS_KEY',
  clientCa: 'ENISHI_TLS_CLIENT_CA',
  clientCrl: 'ENISHI_TLS_CLIENT_CRL',
}

/**
 * The files of the TLS listener.
 * @throws BadConfig naming the file that cannot be read or used
 */
export async function readTlsFiles(tls: TlsConfig): Promise<TlsFiles> {
  const read = async (which: keyof typeof named): Promise<string | undefined> => {
    const path = tls[which]
    if (path === null) return undefined
    return readFile(path, 'utf8').catch(() => {
      throw badConfig(`${named[which]}: ${path} を読めません / cannot be read`)
    })
  }
  const files: TlsFiles = { certificate: (await read('certificate'))!, key: (await read('key'))! }
  const [clientCa, clientCrl] = [await read('clientCa'), await read('clientCrl')]
  if (clientCa !== undefined) files.clientCa = clientCa
  if (clientCrl !== undefined) files.clientCrl = clientCrl
  try {
    createSecureContext({ cert: files.certificate, key: files.key, ca: files.clientCa, crl: files.clientCrl })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'PEM'
    throw badConfig(
      `${Object.values(named).join(', ')}: 証明書と鍵を使えません（${why}） / the certificate and key cannot be used (${why})`,
    )
  }
  return files
}

/**
 * Takes renewed files without a restart, looked at once a minute. A file that cannot be read or used leaves the old ones in force,
 * because half a renewal must not close the door.
 */
export function followTlsFiles(server: Server, tls: TlsConfig, about: { log: Logger; first: TlsFiles; everyMs?: number }): void {
  let inForce = JSON.stringify(about.first)
  const look = async () => {
    const files = await readTlsFiles(tls)
    if (JSON.stringify(files) === inForce) return
    renewTls(server, files)
    inForce = JSON.stringify(files)
    about.log.info('TLS files renewed')
  }
  const timer = setInterval(
    () => void look().catch(() => about.log.error('TLS files cannot be used; the earlier ones stay')),
    about.everyMs ?? 60_000,
  )
  timer.unref()
  server.once('close', () => clearInterval(timer))
}
