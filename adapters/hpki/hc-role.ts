/**
 * The licence stated in a certificate: attribute hcRole among the subject's directory attributes.
 *
 * Structure and names as published in the certificate policy of HPKI (保健医療福祉分野PKI認証局 証明書ポリシ, 厚生労働省, 7.1.2) and
 * ISO 17090-2; the number of the coding scheme is known from public code only (要確認: 証明書ポリシ 最新版).
 */
import {
  childrenOf,
  contentOf,
  DerError,
  type Element,
  element,
  explicit,
  expectTag,
  oid,
  oidOf,
  onlyChild,
  sequence,
  TAG,
  utf8,
} from '#packages/x509'
import type { SigningRole } from '#kernel/signing'

export const HC_ROLE = '1.0.17090.0.1'
/** Scheme of the national licences (要確認); an operator may name others. */
export const LICENCE_SCHEME = '1.2.392.100495.1.6.1.1'

/** English names of licences as the policy writes them, for the licences that may sign here. Compared exactly. */
export const licences: Readonly<Record<string, SigningRole>> = {
  'Medical Doctor': 'physician',
  Dentist: 'dentist',
  Pharmacist: 'pharmacist',
  Nurse: 'nurse',
}

const MAX_ACTORS = 8
const MAX_NAME = 64

/**
 * Roles stated under a known scheme; empty where none is. What is not understood (another scheme, a licence that signs nothing
 * here) states no role.
 * @throws DerError where the attributes are malformed, or hcRole stands twice
 */
export function rolesIn(attributes: Buffer, schemes: readonly string[] = [LICENCE_SCHEME]): SigningRole[] {
  const list = partsOf(attributes, { tag: TAG.sequence, at: 0, body: 0, end: attributes.length })
  const own = list.filter(
    (attribute) => oidOf(attributes, expectTag(partsOf(attributes, expectTag(attribute, TAG.sequence))[0], TAG.oid)) === HC_ROLE,
  )
  if (own.length === 0) return []
  if (own.length > 1) throw new DerError('hcRole twice')
  const [, values, extra] = partsOf(attributes, own[0]!)
  if (extra !== undefined) throw new DerError('hcRole')
  const data = onlyChild(attributes, expectTag(values, TAG.set), TAG.set)
  const actors = partsOf(attributes, data)
  if (actors.length === 0 || actors.length > MAX_ACTORS) throw new DerError('hcRole has too many actors')
  const roles = actors.flatMap((actor) => roleOf(attributes, actor, schemes) ?? [])
  return [...new Set(roles)]
}

const partsOf = (bytes: Buffer, parent: Element): Element[] => childrenOf(bytes, parent)

/** HCActor: codedData [0], a set of scheme [0], number [1], text [2]; regional data [1] is not read. */
function roleOf(bytes: Buffer, actor: Element, schemes: readonly string[]): SigningRole | null {
  const coded = partsOf(bytes, expectTag(actor, TAG.sequence)).find((part) => part.tag === 0xa0)
  if (coded === undefined) return null
  const parts = partsOf(bytes, onlyChild(bytes, coded, TAG.set))
  const one = (tag: number): Element | undefined => {
    const found = parts.filter((part) => part.tag === tag)
    if (found.length > 1) throw new DerError('hcRole states a part twice')
    return found[0]
  }
  const [scheme, text] = [one(0xa0), one(0xa2)]
  if (scheme === undefined || text === undefined) return null
  if (!schemes.includes(oidOf(bytes, onlyChild(bytes, scheme, TAG.oid)))) return null
  return licences[textOf(bytes, text)] ?? null
}

/** DirectoryString: UTF8String or PrintableString. */
function textOf(bytes: Buffer, wrapped: Element): string {
  const [inner, extra] = partsOf(bytes, wrapped)
  if (inner === undefined || extra !== undefined || (inner.tag !== TAG.utf8 && inner.tag !== TAG.printable))
    throw new DerError('hcRole text')
  const text = contentOf(bytes, inner)
  if (text.length > MAX_NAME) throw new DerError('hcRole text is too long')
  return text.toString('utf8')
}

/** Directory attributes that state licences, encoded; for demo certificates and the tests, which also state odd ones. */
export function directoryAttributes(stated: readonly { licence: string; scheme?: string }[]): Buffer {
  const actors = stated.map(({ licence, scheme = LICENCE_SCHEME }) =>
    sequence(explicit(0, element(TAG.set, explicit(0, oid(scheme)), explicit(2, utf8(licence))))),
  )
  return sequence(sequence(oid(HC_ROLE), element(TAG.set, element(TAG.set, ...actors))))
}
