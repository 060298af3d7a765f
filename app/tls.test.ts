import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { createServer as createHttpsServer } from 'node:https'
import { connect } from 'node:tls'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BadConfig, readConfig } from './config.ts'
import { demoTlsSettings, makeDemoTls } from './demo/tls.ts'
import { followTlsFiles, readTlsFiles } from './tls.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'enishi-tls-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const env = (more: Record<string, string> = {}) => ({ DATABASE_URL: 'postgres://x/y', ENISHI_HOME: home, PORT: '8080', ...more })
const PAIR = { ENISHI_TLS_CERT: '/c.pem', ENISHI_TLS_KEY: '/k.pem' }

describe('settings', () => {
  test.each<[string, Record<string, string>, { base: string | null; port: number; files: boolean }]>([
    ['the demo', {}, { base: 'https://localhost:8443', port: 8443, files: false }],
    ['the demo on a high port', { PORT: '65500' }, { base: 'https://localhost:65137', port: 65137, files: false }],
    ['the demo without', { ENISHI_TLS_PORT: '0' }, { base: null, port: 0, files: false }],
    ['real use without files', { ENISHI_DEMO: '0' }, { base: null, port: 8443, files: false }],
    [
      'real use',
      { ENISHI_DEMO: '0', ENISHI_BASE_URL: 'https://enishi.example', ENISHI_TLS_PORT: '9443', ...PAIR },
      { base: 'https://enishi.example:9443', port: 9443, files: true },
    ],
    [
      'an address of its own',
      { ENISHI_DEMO: '0', ENISHI_TLS_BASE_URL: 'https://mtls.enishi.example/', ...PAIR },
      { base: 'https://mtls.enishi.example', port: 8443, files: true },
    ],
    [
      'behind a proxy that reads certificates',
      { ENISHI_DEMO: '0', ENISHI_BASE_URL: 'https://enishi.example', ENISHI_TRUSTED_PROXY_CERT_HEADER: 'X-Client-Cert' },
      { base: 'https://enishi.example', port: 8443, files: false },
    ],
  ])('%s', (_, more, expected) => {
    const { tlsBase, tlsPort, tls } = readConfig(env(more))
    expect({ base: tlsBase, port: tlsPort, files: tls !== null }).toEqual(expected)
  })

  test.each<[Record<string, string>, RegExp]>([
    [{ ENISHI_TLS_CERT: '/c.pem' }, /ENISHI_TLS_KEY/],
    [{ ENISHI_TLS_KEY: '/k.pem' }, /ENISHI_TLS_CERT/],
    [{ ENISHI_TLS_BASE_URL: 'http://enishi.example' }, /ENISHI_TLS_BASE_URL/],
    [{ ENISHI_TRUSTED_PROXY_CERT_HEADER: 'two words' }, /ENISHI_TRUSTED_PROXY_CERT_HEADER/],
  ])('%o is named as wrong', (more, names) => {
    expect(() => readConfig(env(more))).toThrow(BadConfig)
    expect(() => readConfig(env(more))).toThrow(names)
  })
})

describe('the demo’s certificates', () => {
  test('stand in files that only their owner reads, are kept, and can be listened with', async () => {
    const made = await makeDemoTls(home, ['facility-1', 'facility-2'], new Date())
    const again = await makeDemoTls(home, ['facility-1', 'facility-2'], new Date())
    expect(again).toEqual(made)
    const client = made.clients.get('facility-1')!
    expect((await stat(client.privateKeyPath)).mode & 0o077).toBe(0)
    const authority = new X509Certificate(await readFile(made.caPath))
    for (const pem of [client.certificatePem, await readFile(join(home, 'demo-tls/server.pem'), 'utf8')])
      expect(new X509Certificate(pem).verify(authority.publicKey)).toBe(true)
    expect(new X509Certificate(await readFile(join(home, 'demo-tls/server.pem'))).checkHost('localhost')).toBe('localhost')
    const { env: settings } = await demoTlsSettings(readConfig(env()))
    const { tls } = readConfig(env(settings))
    expect(await readTlsFiles(tls!)).toMatchObject({ clientCa: made.caPem })
  })

  test('a port that is taken is changed for a free one, and the address with it', async () => {
    const taken = createServer()
    await once(taken.listen(0, '127.0.0.1'), 'listening')
    const { port } = taken.address() as { port: number }
    const { config, env: settings } = await demoTlsSettings(readConfig(env({ ENISHI_TLS_PORT: String(port) })))
    taken.close()
    expect(config.tlsPort).not.toBe(port)
    expect(config.tlsBase).toBe(`https://localhost:${config.tlsPort}`)
    expect(settings.ENISHI_TLS_PORT).toBe(String(config.tlsPort))
  })
})

test.each([
  ['a file that is not there', { certificate: '/nowhere.pem' }, /ENISHI_TLS_CERT: .*nowhere/],
  ['a key of another certificate', { key: 'demo-tls/facility-1.key' }, /cannot be used/],
])('%s stops the start and is named', async (_, change, says) => {
  await makeDemoTls(home, ['facility-1'], new Date())
  const at = (path: string) => (path.startsWith('/') ? path : join(home, path))
  const tls = { port: 1, certificate: 'demo-tls/server.pem', key: 'demo-tls/server.key', clientCa: null, clientCrl: null, ...change }
  await expect(readTlsFiles({ ...tls, certificate: at(tls.certificate), key: at(tls.key) })).rejects.toThrow(says)
})

/** Half of a file, as it stands while somebody copies it. */
const half = (pem: string) => pem.slice(0, pem.length / 2)
test.each<['certificate' | 'key' | 'clientCa' | 'clientCrl', string, (pem: string) => string]>([
  ['certificate', 'ENISHI_TLS_CERT', () => ''],
  ['certificate', 'ENISHI_TLS_CERT', half],
  ['key', 'ENISHI_TLS_KEY', () => '\n'],
  ['clientCa', 'ENISHI_TLS_CLIENT_CA', () => ''],
  ['clientCa', 'ENISHI_TLS_CLIENT_CA', half],
  ['clientCa', 'ENISHI_TLS_CLIENT_CA', (pem) => pem + half(pem)],
  ['clientCa', 'ENISHI_TLS_CLIENT_CA', (pem) => pem.replace(/[A-Za-z0-9]{60}/, 'A'.repeat(60))],
  ['clientCrl', 'ENISHI_TLS_CLIENT_CRL', () => ''],
  ['clientCrl', 'ENISHI_TLS_CLIENT_CRL', half],
])('a %s that is empty or broken off (%#) stops the start: %s', async (which, name, broken) => {
  const { caPem } = await makeDemoTls(home, [], new Date())
  const crl = '-----BEGIN X509 CRL-----\nMIIBYDCBygIBATANBgkqhkiG9w0BAQUFADBDMRMw\n-----END X509 CRL-----\n'
  const text = { certificate: caPem, key: 'x', clientCa: caPem, clientCrl: crl }[which]
  const path = join(home, `broken-${which}.pem`)
  await writeFile(path, broken(text))
  const at = { certificate: join(home, 'demo-tls/server.pem'), key: join(home, 'demo-tls/server.key') }
  const tls = { port: 1, ...at, clientCa: null, clientCrl: null, [which]: path }
  await expect(readTlsFiles(tls)).rejects.toThrow(new RegExp(`${name}: .*broken off`))
})

test('renewed files are taken by a running listener; broken ones leave it as it was', async () => {
  const made = await makeDemoTls(home, ['renewed'], new Date())
  const folder = join(home, 'demo-tls')
  const paths = { certificate: join(home, 'in-force.pem'), key: join(home, 'in-force.key') }
  const use = (name: string) =>
    Promise.all([copyFile(join(folder, `${name}.pem`), paths.certificate), copyFile(join(folder, `${name}.key`), paths.key)])
  await use('server')
  const tls = { port: 0, ...paths, clientCa: null, clientCrl: null }
  const first = await readTlsFiles(tls)
  const server = createHttpsServer({ key: first.key, cert: first.certificate })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  followTlsFiles(server, tls, { log, first, everyMs: 20 })
  const { port } = server.address() as { port: number }
  const shown = async () => {
    const socket = connect({ port, host: '127.0.0.1', ca: made.caPem, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerX509Certificate()!
    socket.destroy()
    return subject.split('\n').at(-1)
  }
  const said = async (text: string) => {
    while (!lines.some((line) => line.includes(text))) await new Promise((done) => setTimeout(done, 10))
  }
  expect(await shown()).toBe('CN=localhost')
  await writeFile(paths.key, 'half a renewal')
  await said('cannot be used')
  expect(await shown()).toBe('CN=localhost')
  // As a copy begins: both files stand, and nothing is in them.
  lines.length = 0
  await Promise.all([writeFile(paths.certificate, ''), writeFile(paths.key, '')])
  await said('cannot be used')
  expect(await shown()).toBe('CN=localhost')
  await use('renewed')
  await said('renewed')
  expect(await shown()).toBe('CN=renewed')
  server.close()
})
