/**
 * Reads a certificate revocation list (失効リスト).
 *
 * @spec RFC 5280, 5 https://www.rfc-editor.org/rfc/rfc5280
 */
import type { Authority } from './authority.ts'
import { authorityKeyIdOf, KEY_USAGE, readExtension, readSigned, signedBy } from './certificate.ts'
import {
  childrenOf,
  DerError,
  type Element,
  elementAt,
  encodedOf,
  expectTag,
  instantOf,
  onlyChild,
  serialOf,
  TAG,
  unsignedOf,
  wholeElement,
} from './der.ts'
import { OID } from './oids.ts'

export type RevocationList = {
  tbs: Buffer
  digest: string
  signature: Buffer
  issuer: Buffer
  authorityKeyId: Buffer | null
  /** number that only rises; null where the list has none */
  number: bigint | null
  /** milliseconds */
  thisUpdate: number
  nextUpdate: number
  revoked: ReadonlySet<string>
}

/**
 * List out of DER, or null where it is malformed, has no nextUpdate (it could never be stale),
 * or carries a mark that must be understood: a delta, or a list of one part of the certificates, would look like a whole one.
 */
export function parseCrl(der: Buffer): RevocationList | null {
  try {
    return readCrl(der)
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

function readCrl(der: Buffer): RevocationList {
  const { tbsElement, algorithm, digest, signature } = readSigned(der)
  const fields = childrenOf(der, tbsElement)
  if (fields[0]?.tag !== TAG.integer || !encodedOf(der, expectTag(fields[1], TAG.sequence)).equals(algorithm)) throw new DerError('list')
  const [issuer, thisUpdate, nextUpdate, ...rest] = fields.slice(2) as [Element, Element, Element]
  const tail = rest as Element[]
  const entries = tail.find((part) => part.tag === TAG.sequence)
  const wrapped = tail.find((part) => part.tag === 0xa0)
  const extensions = wrapped === undefined ? [] : childrenOf(der, onlyChild(der, wrapped, TAG.sequence))
  return {
    tbs: encodedOf(der, tbsElement),
    digest,
    signature,
    issuer: encodedOf(der, expectTag(issuer, TAG.sequence)),
    ...readMarks(der, extensions),
    thisUpdate: instantOf(der, thisUpdate),
    nextUpdate: instantOf(der, nextUpdate),
    revoked: entries === undefined ? new Set() : readEntries(der, entries),
  }
}

function readMarks(der: Buffer, extensions: readonly Element[]): Pick<RevocationList, 'authorityKeyId' | 'number'> {
  const marks: Pick<RevocationList, 'authorityKeyId' | 'number'> = { authorityKeyId: null, number: null }
  for (const extension of extensions) {
    const { id, critical, value } = readExtension(der, extension)
    if (id === OID.authorityKeyId) marks.authorityKeyId = authorityKeyIdOf(value)
    else if (id === OID.crlNumber) {
      marks.number = BigInt(`0x${unsignedOf(value, wholeElement(value, TAG.integer)).toString('hex')}`)
    } else if (critical) throw new DerError('extension not understood')
  }
  return marks
}

/** Every entry counts as revoked, whatever its reason; an entry with a mark that must be understood makes the list unreadable. */
function readEntries(der: Buffer, list: Element): Set<string> {
  const revoked = new Set<string>()
  for (let at = list.body; at < list.end; ) {
    const entry = expectTag(elementAt(der, at, list.end), TAG.sequence)
    const [serial, , extensions] = childrenOf(der, entry)
    if (serial === undefined) throw new DerError('entry')
    if (extensions !== undefined) {
      for (const extension of childrenOf(der, expectTag(extensions, TAG.sequence))) {
        if (readExtension(der, extension).critical) throw new DerError('entry extension not understood')
      }
    }
    revoked.add(serialOf(der, serial))
    at = entry.end
  }
  return revoked
}

/** Was the list made by this authority? Name, key identifier where both carry one, the right to sign lists, and signature. */
export function isListOf(list: RevocationList, authority: Authority): boolean {
  const { subject, extensions } = authority.certificate
  if (!subject.equals(list.issuer)) return false
  if (list.authorityKeyId !== null && extensions.subjectKeyId !== null && !list.authorityKeyId.equals(extensions.subjectKeyId)) return false
  if (extensions.keyUsage === null || (extensions.keyUsage & KEY_USAGE.crlSign) === 0) return false
  return signedBy(list, authority.key)
}
