import { X509Certificate } from 'node:crypto'
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

/** PEM blocks of a kind; none where one is broken off. */
function blocksOf(pem: string, kind: 'CERTIFICATE' | 'X509 CRL'): string[] {
  const blocks = pem.match(new RegExp(`-----BEGIN ${kind}-----[A-Za-z0-9+/=\\s]*-----END ${kind}-----`, 'g')) ?? []
  return blocks.length === pem.split(`-----BEGIN ${kind}-----`).length - 1 ? blocks : []
}

const areCertificates = (pem: string): boolean => {
  const blocks = blocksOf(pem, 'CERTIFICATE')
  try {
    for (const block of blocks) new X509Certificate(block)
  } catch {
    return false
  }
  return blocks.length > 0
}

/**
 * What Node passes over in silence: without a certificate nobody can connect, with an empty file of authorities every public authority's
 * clients would be known, with a list broken off what it revokes would count again.
 */
const whole: Readonly<Record<keyof typeof named, (pem: string) => boolean>> = {
  certificate: areCertificates,
  key: (pem) => pem.trim() !== '',
  clientCa: areCertificates,
  clientCrl: (pem) => blocksOf(pem, 'X509 CRL').length > 0,
}

/**
 * The files of the TLS listener.
 * @throws BadConfig naming the file that cannot be read or used
 */
export async function readTlsFiles(tls: TlsConfig): Promise<TlsFiles> {
  const read = async (which: keyof typeof named): Promise<string | undefined> => {
    const path = tls[which]
    if (path === null) return undefined
    const pem = await readFile(path, 'utf8').catch(() => {
      throw badConfig(`${named[which]}: ${path} を読めません / cannot be read`)
    })
    if (!whole[which](pem)) throw badConfig(`${named[which]}: ${path} は空か、途中で切れています / is empty or broken off`)
    return pem
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
  let looking = false
  const look = async () => {
    // A look that began before another must not end after it: it would put the old files back.
    if (looking) return
    looking = true
    await compare().finally(() => {
      looking = false
    })
  }
  const compare = async () => {
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
