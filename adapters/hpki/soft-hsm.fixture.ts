/** Tokens of SoftHSM in a folder of their own, filled as a card's maker fills a card. Only where it is installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCertificatePem, privateKeyPemOf, type KeyPair } from '#packages/x509'
import { CKA, CKO, CKU, loadPkcs11, ulong } from './pkcs11-native.ts'

const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

export const softHsmModule = MODULES.find((path) => existsSync(path))

/** Why SoftHSM cannot be had here, or null. */
export function whyNoSoftHsm(): string | null {
  if (softHsmModule === undefined) return 'SoftHSM is not installed'
  try {
    execFileSync('softhsm2-util', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'softhsm2-util is not installed'
  }
}

export type SoftHsmKey = { label: string; id: string; pair: KeyPair; certificatePem: string }

export type SoftHsmToken = { label: string; pin: string; keys: readonly SoftHsmKey[] }

/** A folder of tokens; the module reads it once, when it is first loaded, so all are made before. */
export function softHsmFolder(): { fill(tokens: readonly SoftHsmToken[]): Promise<void>; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'enishi-softhsm-'))
  mkdirSync(join(folder, 'tokens'))
  const configuration = join(folder, 'softhsm2.conf')
  writeFileSync(configuration, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\nobjectstore.backend = file\n`)
  process.env.SOFTHSM2_CONF = configuration
  const run = (...words: string[]) =>
    execFileSync('softhsm2-util', words, { stdio: 'ignore', env: { ...process.env, SOFTHSM2_CONF: configuration } })
  return {
    async fill(tokens) {
      for (const { label, pin, keys } of tokens) {
        run('--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '12345678')
        for (const key of keys) {
          const file = join(folder, 'key.pem')
          writeFileSync(file, privateKeyPemOf(key.pair.privateKey), { mode: 0o600 })
          run('--import', file, '--token', label, '--label', key.label, '--id', key.id, '--pin', pin)
        }
      }
      for (const token of tokens) await addCertificates(token)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function addCertificates({ label, pin, keys }: SoftHsmToken): Promise<void> {
  const { native, ulongBytes } = await loadPkcs11(softHsmModule!)
  const found = (await native.tokens()).find((token) => token.label === label)
  if (found === undefined) throw new Error(`no token ${label}`)
  const session = await native.open(found.slot, true)
  if ((await native.login(session, CKU.user, Buffer.from(pin))) !== 0) throw new Error('the PIN of the new token is refused')
  for (const { label: name, id, certificatePem } of keys) {
    const certificate = parseCertificatePem(certificatePem)!
    await native.create(session, [
      { type: CKA.class, value: ulong(CKO.certificate, ulongBytes) },
      { type: CKA.certificateType, value: ulong(0, ulongBytes) },
      { type: CKA.token, value: Buffer.from([1]) },
      { type: CKA.label, value: Buffer.from(name) },
      { type: CKA.id, value: Buffer.from(id, 'hex') },
      { type: CKA.subject, value: certificate.subject },
      { type: CKA.value, value: certificate.der },
    ])
  }
  await native.logout(session)
  await native.close(session)
}
