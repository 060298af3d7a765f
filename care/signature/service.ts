/** Signatures of staff under documents: the register of their certificates, the act of signing, and judging again what was signed. */
import { registers, type Staff, staffRolesAt, type StaffEntry } from '#care/person'
import type { Seen } from '#care/record'
import { createHash } from 'node:crypto'
import { type Context, institutionNameIn } from '#kernel/context'
import type { Db } from '#kernel/database'
import { openDetached, signDetached } from '#kernel/detached-jws'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import type { Signer, SignatureVerifier, SigningAct, SigningRegister, VerifiedSigner } from '#kernel/signing'
import type { EndReason, JudgedSignature, Signature, StaffCertificate } from './model.ts'
import { certificateState, judgeAgain, roleOf, whyNotEnter } from './rules.ts'
import * as store from './store.ts'

export type SigningTools = { signer: Signer; verifier: SignatureVerifier }
export type SignatureService = ReturnType<typeof signatureService>

/** A signing holds a connection while card and revocation are asked; a token that hangs must not hold them all. */
const AT_ONCE = 2

/** What the signer sees is told by this: the digest of the document's bytes, in hexadecimal. */
export const digestOf = (document: string): string => createHash('sha256').update(document, 'utf8').digest('hex')

/** Which licence the register holds for a certificate, for who judges signatures. */
export const signingRegister = (db: Db): SigningRegister => ({
  async roleAt({ staffId, issuerKeyHash, serial, at }) {
    const entries = await store.entriesOf(db, { issuerKeyHash, serial })
    const entry = entries.find((e) => e.staffId === staffId && certificateState(e, at) === 'live')
    return entry ? roleOf(entry.roles, await staffRolesAt(db, at, staffId)) : null
  },
})

export type ToSign = {
  /** as the signer may see it, current version */
  seen: Seen
  act: SigningAct
  /** of the document that the signer's screen showed */
  digest: string
  certificateId: string
  pin: string
}

type StaffActor = Extract<Context['actor'], { kind: 'staff' }>
const staffOf = ({ actor }: Context): StaffActor => (actor.kind === 'staff' ? actor : refuse('not-permitted'))

export function signatureService({ signer, verifier }: SigningTools) {
  let underWay = 0

  /** Signs, and judges the signature as anybody's would be. @refuses signing-… */
  async function signed(ctx: Context, asked: ToSign, keyRef: string): Promise<{ jws: string; signer: VerifiedSigner }> {
    const document = Buffer.from(asked.seen.body, 'utf8')
    const jws = await signDetached({ signer, keyRef, pin: asked.pin, document, contentType: 'application/fhir+json', at: ctx.now })
    const opened = openDetached(jws, document) ?? refuse('signing-certificate-malformed')
    const { header, certificatePem, signature, signedData } = opened
    const about = { staffId: staffOf(ctx).id, act: asked.act, at: ctx.now }
    const found = await verifier.check({ ...about, certificatePem, algorithm: header.alg, signature, data: signedData })
    if ('refused' in found) return refuse(found.refused, { key: asked.seen.key })
    // Who acts as a nurse here signs nothing by a licence they hold elsewhere.
    if (found.role !== staffOf(ctx).role) return refuse('signing-role-mismatch', { key: asked.seen.key })
    return { jws, signer: found }
  }

  /** @refuses try-again where as many signings as may run are under way */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (underWay >= AT_ONCE) refuse('try-again')
    underWay++
    try {
      return await work()
    } finally {
      underWay--
    }
  }

  return {
    /** Certificates of a member of staff, the newest first, for those who keep them. @refuses not-found out of reach */
    async certificates(ctx: Context, staffId: string): Promise<StaffCertificate[]> {
      const staff = await registers.staff.get(ctx, staffId)
      return store.certificatesOf(ctx.db, staff.id)
    },

    /**
     * Enters a certificate for a member of staff: it is judged as it would be at signing, and its licence must be one of theirs.
     * @refuses signing-certificate-…, signing-role-missing, signing-revocation-unknown
     */
    async enter(ctx: Context, given: { staffId: string; certificate: string; keyRef: string; until: string | null }): Promise<StaffEntry> {
      const staff = await registers.staff.own(ctx, given.staffId)
      const found = await verifier.inspect(given.certificate, ctx.now)
      if ('refused' in found) return refuse(found.refused)
      const refused = whyNotEnter(found, { staff, entries: await store.entriesOf(ctx.db, found), at: ctx.now })
      if (refused !== null) return refuse(refused)
      const entry = { ...found, id: ulid(ctx.now.getTime()), staffId: staff.id, since: ctx.now, enteredBy: staffOf(ctx).id }
      if (!(await store.insertCertificate(ctx.db, { ...entry, keyRef: given.keyRef, until: given.until })))
        refuse('signing-certificate-taken')
      const after = { certificate: found.serial, certificateIssuer: found.issuerName ?? '', until: given.until ?? '' }
      await registers.staff.note(ctx, staff, 'staff.certificate-enter', after)
      return staff
    },

    /** Ends a certificate at once: nothing is signed by it from the next request on. @refuses not-found */
    async end(ctx: Context, which: { staffId: string; id: string; because: EndReason }): Promise<void> {
      const staff = await registers.staff.own(ctx, which.staffId)
      const ended = await store.endCertificate(ctx.db, { ...which, at: ctx.now })
      if (!ended) refuse('not-found')
      await registers.staff.note(ctx, staff, 'staff.certificate-end', { because: which.because })
    },

    /** The caller's own certificates that may be used now. */
    async usable(ctx: Context): Promise<StaffCertificate[]> {
      const all = await store.certificatesOf(ctx.db, staffOf(ctx).id)
      return all.filter((one) => certificateState(one, ctx.now) === 'live')
    },

    /**
     * Signs a document of the caller's own institution, in the caller's name. Certificate, revocation, licence and post are judged at
     * `ctx.now`, and the signature is kept with the bytes that were signed.
     * @refuses signing-not-own-document, signing-document-changed, signing-certificate-not-registered, signing-already-signed, signing-…, try-again
     */
    async sign(ctx: Context, asked: ToSign): Promise<Signature> {
      const { seen } = asked
      const actor = staffOf(ctx)
      if (seen.source !== actor.institutionNumber) refuse('signing-not-own-document', { key: seen.key })
      if (digestOf(seen.body) !== asked.digest) refuse('signing-document-changed', { key: seen.key })
      const own = await store.certificatesOf(ctx.db, actor.id)
      const certificate =
        own.find((one) => one.id === asked.certificateId && one.endedAt === null) ??
        refuse('signing-certificate-not-registered', { key: seen.key })
      const done = await inTurn(() => signed(ctx, asked, certificate.keyRef))
      const signature = rowOf(ctx, asked, { ...done, certificate })
      if (!(await store.insertSignature(ctx.db, signature))) refuse('signing-already-signed', { key: seen.key })
      const resource = `${seen.type}/${seen.id}`
      ctx.audit({ key: seen.key, resource, kinds: [seen.kind], count: 1, rule: `signed-as-${signature.role}` })
      return signature
    },

    /** Signatures of a document that the caller may see, each judged anew over what the document says now. */
    async of(ctx: { db: Db }, seen: Pick<Seen, 'key' | 'type' | 'id' | 'version' | 'body'>): Promise<JudgedSignature[]> {
      const found = await store.signaturesOf(ctx.db, { key: seen.key, type: seen.type, resourceId: seen.id })
      return Promise.all(
        found.map(async (one) => {
          const entries = await store.entriesOf(ctx.db, one)
          const ended = entries.find((e) => e.staffId === one.staffId && e.endedAt !== null && e.endedAt > one.signedAt)
          const endedLater = ended?.endedAt ? { at: ended.endedAt, because: ended.endedBecause ?? 'mistake' } : null
          return { ...one, ...judgeAgain(verifier, one, { document: seen.body, version: seen.version }), endedLater }
        }),
      )
    },
  }
}

type Done = { jws: string; signer: VerifiedSigner; certificate: StaffCertificate }

function rowOf(ctx: Context, { seen, act }: ToSign, { jws, signer, certificate }: Done): Signature {
  const actor: Pick<Staff, 'id' | 'name'> & StaffActor = staffOf(ctx)
  return {
    key: seen.key,
    id: ulid(ctx.now.getTime()),
    type: seen.type,
    resourceId: seen.id,
    version: seen.version,
    act,
    document: seen.body,
    jws,
    algorithm: openDetached(jws, Buffer.from(seen.body, 'utf8'))!.header.alg,
    staffId: actor.id,
    staffName: actor.name,
    role: signer.role,
    institutionNumber: actor.institutionNumber,
    institutionName: institutionNameIn(actor, 'ja'),
    signedAt: ctx.now,
    issuerKeyHash: signer.issuerKeyHash,
    serial: signer.serial,
    signerName: signer.name,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  }
}
