/**
 * The TLS listener: the same rows, asked over a connection on which a client may show a certificate.
 *
 * @spec RFC 8705 https://www.rfc-editor.org/rfc/rfc8705
 */
import { createHash, X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import { type SecureContextOptions, TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { answerClientError, answerExpectations, LISTENER_LIMITS, SILENCE_MS } from './listener.ts'

/**
 * A client's certificate, verified against the configured authorities. `thumbprint`: SHA-256 of its DER, base64url (`x5t#S256`); `der`: its
 * bytes. `over`: it was shown after its end or revocation and proves nothing (`until` is long past); kept so that its holder is told.
 */
export type ClientCertificate = { thumbprint: string; subject: string; until: Date; der: Buffer; over?: true }

/** Files as PEM. `clientCa`: the authorities whose clients are known; none where it is absent. */
export type TlsFiles = { key: string; certificate: string; clientCa?: string; clientCrl?: string }

const seen = new WeakMap<object, ClientCertificate | null>()

/** The certificate shown on a connection: looked at once, at its first request. One that is not verified counts as none. */
export function certificateOf(socket: object): ClientCertificate | undefined {
  const known = seen.get(socket)
  if (known !== undefined) return known ?? undefined
  const found = socket instanceof TLSSocket ? shown(socket) : undefined
  seen.set(socket, found ?? null)
  return found
}

function shown(socket: TLSSocket): ClientCertificate | undefined {
  // A resumed session counts as authorised even where no certificate was ever shown, so the certificate itself is asked for too.
  const over = !socket.authorized && OVER.has(String(socket.authorizationError))
  const certificate = socket.authorized || over ? socket.getPeerX509Certificate() : undefined
  return certificate && { ...describe(certificate), ...(over ? { over, until: new Date(0) } : {}) }
}

/** What the verification says of a certificate that is no stranger's, and too late. */
const OVER: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_REVOKED'])

export const describe = (certificate: X509Certificate): ClientCertificate => ({
  thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
  // As RFC 4514 writes it: the most particular part first.
  subject: certificate.subject.split('\n').reverse().join(','),
  until: certificate.validToDate,
  der: certificate.raw,
})

/**
 * The certificate that a proxy in front says it has verified: PEM percent-encoded, or `:base64 DER:` (RFC 9440).
 * Only for a header that the operator named, and that the proxy removes from what clients send.
 */
export function certificateFromProxy(value: string | undefined): ClientCertificate | undefined {
  if (value === undefined || value === '' || value.length > 16_384) return undefined
  const bytes = /^:([A-Za-z0-9+/=]+):$/.exec(value)?.[1]
  try {
    return describe(new X509Certificate(bytes === undefined ? decodeURIComponent(value) : Buffer.from(bytes, 'base64')))
  } catch {
    return undefined
  }
}

/** AEAD only, also in TLS 1.2. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':')

const contextOf = ({ key, certificate: cert, clientCa: ca, clientCrl: crl }: TlsFiles): SecureContextOptions => ({
  key,
  cert,
  ...(ca === undefined ? {} : { ca }),
  ...(crl === undefined ? {} : { crl }),
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS,
  honorCipherOrder: true,
})

/** Takes renewed files for the connections that come from now on. @throws where they cannot be used; the old ones then stay */
export const renewTls = (server: Server, files: TlsFiles): void => server.setSecureContext(contextOf(files))

/**
 * A second listener for the same rows. Clients are asked for a certificate and may come without: who must have one is decided
 * by their access token.
 * @param guard counts connections together with those of the plain listener
 */
export function tlsServer(app: FastifyInstance, files: TlsFiles, guard: (server: Server) => void): Server {
  const server = createServer(
    {
      ...LISTENER_LIMITS,
      ...contextOf(files),
      ...(files.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
      handshakeTimeout: 10_000,
    },
    (request, reply) => app.routing(request, reply),
  )
  server.setTimeout(SILENCE_MS)
  guard(server)
  server.on('clientError', answerClientError)
  answerExpectations(server, (request, reply) => app.routing(request, reply))
  // WebSockets are served by whoever serves those of the plain listener.
  if (app.server.listenerCount('upgrade') > 0) server.on('upgrade', (...asked) => app.server.emit('upgrade', ...asked))
  app.addHook('preClose', () => closed(server))
  return server
}

/** Answers what is under way, at most three seconds long. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), 3_000)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}
