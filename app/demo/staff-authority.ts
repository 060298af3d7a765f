/**
 * The demo's authority for staff, and the keys by which its physicians, dentists and pharmacists sign. It stands apart from the
 * citizens' authority, as in the real world, and says in its name that it is a demo; nothing outside of the demo trusts it.
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createDemoStaffCa,
  hpkiVerifier,
  issueStaffCertificate,
  restoreStaffCa,
  SIGNING_POLICY,
  softwareSigner,
  type StoredStaffCa,
  storeStaffCa,
} from '#adapters/hpki'
import { httpOcsp } from '#adapters/mynumber-card'
import { findStaffSignIn } from '#care/person'
import { insertCertificate, type SigningTools } from '#care/signature'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { MountRow } from '#kernel/route'
import type { SigningRegister, SigningRole } from '#kernel/signing'
import { combine, crlFile, privateKeyPemOf, randomSerial, type RevocationSource } from '#packages/x509'
import type { Region } from '#packages/synthetic'
import { demoStaff } from './keepers.ts'
import { noteProgress, progress } from './progress.ts'
import { listPath, type Published, publishedRow, publishList } from './published.ts'
import { writePrivate } from './secrets.ts'

/** Of every demo key. It protects nothing real. */
export const DEMO_SIGNING_PIN = '135790'
const LIST = 'demo-staff-ca.crl'
const DAY_MS = 86_400_000

type Key = {
  loginName: string
  serial: string
  role: SigningRole
  certificatePem: string
  privateKeyPem: string
  notBefore: string
  notAfter: string
}
export type StaffAuthority = { ca: StoredStaffCa; keys: Key[]; revoked: Key }

const file = (home: string) => join(home, 'demo-staff-ca.json')

export async function loadStaffAuthority(home: string): Promise<StaffAuthority | undefined> {
  const text = await readFile(file(home), 'utf8').catch(() => null)
  return text === null ? undefined : (JSON.parse(text) as StaffAuthority)
}

const signs = (role: string): role is SigningRole => role === 'physician' || role === 'dentist' || role === 'pharmacist'

async function make(home: string, region: Region, now: Date): Promise<StaffAuthority> {
  const ca = await createDemoStaffCa({ now })
  const issue = (loginName: string, role: SigningRole): Key => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const about = {
      serial: randomSerial(),
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: new Date(now.getTime() + 5 * 365 * DAY_MS),
    }
    const certificatePem = issueStaffCertificate(ca, { ...about, name: `Demo ${loginName}`, roles: [role], publicKey })
    const days = { notBefore: about.notBefore.toISOString(), notAfter: about.notAfter.toISOString() }
    return { loginName, role, serial: about.serial, certificatePem, privateKeyPem: privateKeyPemOf(privateKey), ...days }
  }
  const keys = demoStaff(region).flatMap(({ loginName, role }) => (signs(role) ? [issue(loginName, role)] : []))
  const made = { ca: storeStaffCa(ca), keys, revoked: issue('revoked', 'physician') }
  await writePrivate(file(home), JSON.stringify(made))
  return made
}

/** Makes authority and keys where there are none, and enters the certificates once; what a keeper ended stays ended. */
export async function prepareStaffAuthority(about: { db: Db; home: string; region: Region; now: Date }): Promise<StaffAuthority> {
  const { db, home, region, now } = about
  const earlier = await loadStaffAuthority(home)
  const authority = earlier ?? (await make(home, region, now))
  if (earlier === undefined || (await progress(db, 'staff-certificates')) === 0)
    await db.transaction().execute(async (trx) => {
      for (const key of authority.keys) await enter(trx, authority, key)
      await noteProgress(trx, 'staff-certificates', 1)
    })
  await publishStaffList(home, authority, now)
  return authority
}

async function enter(db: Db, authority: StaffAuthority, key: Key): Promise<void> {
  const staff = await findStaffSignIn(db, { loginName: key.loginName })
  if (staff === undefined) return
  const found = await verifierOf(authority, { revocation: neverRevoked, register: nobody }).inspect(
    key.certificatePem,
    new Date(key.notBefore),
  )
  if ('refused' in found) throw new Error(`the demo's own certificate is refused: ${found.refused}`)
  const since = new Date(key.notBefore)
  await insertCertificate(db, { ...found, id: ulid(), staffId: staff.id, keyRef: key.loginName, since, until: null, enteredBy: '' })
}

const neverRevoked: RevocationSource = { known: () => ({ status: 'good' }), ask: async () => ({ status: 'good' }) }
const nobody: SigningRegister = { roleAt: async () => null }

function verifierOf(authority: StaffAuthority, asks: Pick<Parameters<typeof hpkiVerifier>[0], 'revocation' | 'register'>) {
  const { root, users } = restoreStaffCa(authority.ca)
  return hpkiVerifier({ trustAnchors: [root.certificatePem], intermediates: [users.certificatePem], policyOids: [SIGNING_POLICY], ...asks })
}

/** Keys in memory and the demo authority's word, its list first, its responder where the list is stale. */
export function demoSigning(authority: StaffAuthority, about: { home: string; port: number; register: SigningRegister }): SigningTools {
  const list = crlFile(() => readFile(listPath(about.home, { list: LIST })), { refreshMs: 10_000 })
  const revocation = combine(list, httpOcsp({ url: `http://127.0.0.1:${about.port}/demo/staff-ca/ocsp` }))
  const chain = (key: Key) => [key.certificatePem, authority.ca.users.certificatePem]
  const keys = authority.keys.map((key) => {
    const held = { certificateChain: chain(key), privateKeyPem: key.privateKeyPem, pin: DEMO_SIGNING_PIN }
    return [key.loginName, held] as const
  })
  return { signer: softwareSigner(Object.fromEntries(keys)), verifier: verifierOf(authority, { revocation, register: about.register }) }
}

const published = ({ ca, keys, revoked }: StaffAuthority): Published => ({
  ca: restoreStaffCa(ca),
  list: LIST,
  revoked: [revoked.serial],
  issued: new Set(keys.map((key) => key.serial)),
})

export const publishStaffList = (home: string, authority: StaffAuthority, now: Date): Promise<void> =>
  publishList(home, published(authority), now)

export const staffAuthorityRow = (home: string, authority: StaffAuthority, now: () => Date): MountRow =>
  publishedRow(
    {
      home,
      path: '/demo/staff-ca',
      now,
      summary: { ja: 'デモの職員用認証局の失効リストと応答', en: 'Revocation list and responder of the demo CA for staff' },
    },
    published(authority),
  )
