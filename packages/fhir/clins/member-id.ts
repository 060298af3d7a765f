/** 被保険者個人識別子: the key by which a record of one institution finds the same person at another. */

/** Parts as written. `symbol` and `branch` may be empty. */
export type MemberId = { insurerNumber: string; symbol: string; number: string; branch: string }

/** @spec JP-CLINS 1.5.2, R1013 (1.5.3 wording: branch empty or two digits) */
const memberIdPattern = /^[0-9]{8}:[^:^\s　]*:[^:^\s　]*:(?:|[0-9]{2})$/
/** @spec JP-CLINS 1.5.2, JP_PublicPayer_memberID: `payer number 8::recipient number 7:` */
const publicPayerPattern = /^[0-9]{8}::[0-9]{7}:$/

/** The four parts of `insurer:symbol:number:branch`, or null where the value does not have exactly four. */
export function parseMemberId(value: string): MemberId | null {
  const parts = value.split(':')
  const [insurerNumber, symbol, number, branch] = parts
  if (parts.length !== 4 || insurerNumber === undefined || symbol === undefined || number === undefined || branch === undefined) return null
  return { insurerNumber, symbol, number, branch }
}

/** `R1013` where the value is not a well-formed 被保険者個人識別子, else null. @spec JP-CLINS 1.5.2, R1013 */
export const whyNotMemberId = (value: string): 'R1013' | null => (memberIdPattern.test(value) ? null : 'R1013')

/** `R1013` where the value is not a well-formed 生活保護受給者識別子, else null. @spec JP-CLINS 1.5.2, JP_PublicPayer_memberID */
export const whyNotPublicPayerId = (value: string): 'R1013' | null => (publicPayerPattern.test(value) ? null : 'R1013')

/**
 * The one form on which spellings of the same member ID meet; for joining only, the sent form is what is kept and shown.
 *
 * Full-width and half-width letters, digits, kana and dashes become one (NFKC), spaces of any width go, and the insurer number is
 * padded with zeros to 8, whether it came as `123456`, `  123456` or `00123456`. Upper and lower case stay different: a join that is
 * missed shows too little, a join that is wrong shows a stranger's record. The branch stays as it is, empty included.
 * @spec eligibility verification, padding of the insurer number; JP-CLINS 1.5.2, identifiers
 */
export function foldMemberId(value: string): string {
  // Twice: a space that goes may bring a letter and its mark together.
  const folded = squeeze(squeeze(value))
  const colon = folded.indexOf(':')
  if (colon < 0) return folded
  const insurer = folded.slice(0, colon)
  return (/^[0-9]{1,7}$/.test(insurer) ? insurer.padStart(8, '0') : insurer) + folded.slice(colon)
}

const squeeze = (value: string) =>
  value
    .normalize('NFKC')
    .replace(/[\s\u200B-\u200D\u2060\uFEFF]/gu, '')
    .replace(/[\u2010-\u2015\u2212]/gu, '-')

/** Writes a member ID the way the service wants it: insurer number padded with zeros, spaces removed, four parts. */
export function formatMemberId(parts: MemberId): string {
  const insurer = parts.insurerNumber.normalize('NFKC').replace(/\s/gu, '').padStart(8, '0')
  const bare = (part: string) => part.replace(/[\s:]/gu, '')
  return `${insurer}:${bare(parts.symbol)}:${bare(parts.number)}:${bare(parts.branch).normalize('NFKC')}`
}
