import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from '#kernel/tls'
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
