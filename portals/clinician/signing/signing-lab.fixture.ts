/** An authority for staff with its list, keys that sign, and a certificate of every kind that must not be accepted. */
import { generateKeyPairSync } from 'node:crypto'
import { createDemoStaffCa, hpkiVerifier, issueStaffCertificate, SIGNING_POLICY, softwareSigner } from '#adapters/hpki'
import { insertCertificate, signingRegister, type SigningTools } from '#care/signature'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { SigningRole } from '#kernel/signing'
import { crlFile, issueCrl, privateKeyPemOf, randomSerial } from '#packages/x509'

export const NOW = new Date('2026-11-22T03:00:00Z')
export const PIN = '246810'
const DAY = 86_400_000
const after = (ms: number) => new Date(NOW.getTime() + ms)

const ca = await createDemoStaffCa({ now: NOW })
const stranger = await createDemoStaffCa({ now: NOW })

type Wanted = { role?: SigningRole | null; days?: number; from?: 'stranger'; purpose?: 'signing' | 'authentication' }

function keyOf({ role = 'physician', days = 365, from, purpose = 'signing' }: Wanted) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = randomSerial()
  const about = { serial, name: 'Takeshi Yamada', roles: role === null ? [] : [role], publicKey, purpose }
  const issuer = from === 'stranger' ? stranger : ca
  const certificatePem = issueStaffCertificate(issuer, { ...about, notBefore: after(-DAY), notAfter: after(days * DAY) })
  return { serial, certificatePem, privateKeyPem: privateKeyPemOf(privateKey) }
}

/** Keys by the name under which the signer holds them. */
export const keys = {
  good: keyOf({}),
  colleague: keyOf({}),
  second: keyOf({}),
  pharmacist: keyOf({ role: 'pharmacist' }),
  unlicensed: keyOf({ role: null }),
  short: keyOf({ days: 2 }),
  strange: keyOf({ from: 'stranger' }),
  signIn: keyOf({ purpose: 'authentication' }),
  revoked: keyOf({}),
}
export type KeyName = keyof typeof keys

let list: Buffer = Buffer.alloc(0)
/** The authority's list as of an instant, good for a day; `stale` is one that was published long ago. */
export function publish(revoked: readonly KeyName[], at = NOW): void {
  const entries = revoked.map((name) => ({ serial: keys[name].serial, revokedAt: new Date(at.getTime() - 60_000) }))
  list = issueCrl(ca, { revoked: entries, thisUpdate: new Date(at.getTime() - 1_000), nextUpdate: new Date(at.getTime() + DAY) })
}
publish(['revoked'])

/** A card whose PIN is locked is replaced by a new one, so that a test begins with all its tries. */
export const signing = (db: Db): SigningTools => ({
  signer: softwareSigner(
    Object.fromEntries(
      Object.entries(keys).map(([name, { certificatePem, privateKeyPem }]) => {
        return [name, { certificateChain: [certificatePem, ca.users.certificatePem], privateKeyPem, pin: PIN }]
      }),
    ),
  ),
  verifier: hpkiVerifier({
    trustAnchors: [ca.root.certificatePem],
    intermediates: [ca.users.certificatePem],
    policyOids: [SIGNING_POLICY],
    revocation: crlFile(async () => list, { refreshMs: 0 }),
    register: signingRegister(db),
  }),
})

const issuerKeyHash = await (async () => {
  const revocation = { known: () => ({ status: 'good' }) as const, ask: async () => ({ status: 'good' }) as const }
  const trust = { trustAnchors: [ca.root.certificatePem], intermediates: [ca.users.certificatePem], policyOids: [SIGNING_POLICY] }
  const found = await hpkiVerifier({ ...trust, revocation, register: { roleAt: async () => null } }).inspect(keys.good.certificatePem, NOW)
  if ('refused' in found) throw new Error(found.refused)
  return found.issuerKeyHash
})()

/** Puts a certificate into the register without asking whether it may be there. @returns id of the entry */
export async function registered(
  db: Db,
  staffId: string,
  name: KeyName,
  about: { keyRef?: string; roles?: SigningRole[] } = {},
): Promise<string> {
  const { keyRef = name, roles = [name === 'pharmacist' ? 'pharmacist' : 'physician'] } = about
  const { serial, certificatePem } = keys[name]
  const id = ulid()
  const days = { notBefore: after(-DAY), notAfter: after((name === 'short' ? 2 : 365) * DAY) }
  const entry = { id, staffId, issuerKeyHash, serial, issuerName: 'Demo', name: 'Takeshi Yamada', roles, ...days }
  const done = await insertCertificate(db, { ...entry, pem: certificatePem, keyRef, since: after(-DAY), until: null, enteredBy: '' })
  if (!done) throw new Error('registered already')
  return id
}
