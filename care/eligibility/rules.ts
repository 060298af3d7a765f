/**
 * What the law and the national specification say about cover, share and the reader's session.
 * Pure: no clock, no database, no network.
 *
 * @spec eligibility verification sections 1, 2, 3, 6
 */
import { addDays, ageOn } from '#kernel/japan'
import type { RefusalCode } from '#kernel/refusal'
import { chartNumberOf } from '#care/person'
import { foldMemberId } from '#packages/fhir'
import type { Coverage, Period, ReaderSession, Typed, Validity } from './model.ts'

/** A challenge is answered within two minutes: finding a PIN takes an old person longer than a young one. */
export const CARD_SECONDS = 120
/** The person may read and choose for ten minutes after the card was accepted. */
export const CONSENT_SECONDS = 600

/** Digits only, padded with zeros to 8, whether it came as `123456`, `  123456`, `00123456` or in full width; null where it is no insurer number. */
export function insurerNumberOf(typed: string): string | null {
  const digits = typed.normalize('NFKC').replace(/\s/gu, '')
  return /^[0-9]{4,8}$/.test(digits) ? digits.padStart(8, '0') : null
}

/** Symbol or number as compared: width, spaces and kinds of dash do not count; letters keep their case. */
export function foldPart(part: string): string {
  // A colon would be taken for the separator; a long vowel mark between digits is how many keyboards type a dash.
  return foldMemberId(part.normalize('NFKC').replaceAll(':', '')).replace(/(?<=[0-9])ー(?=[0-9])/g, '-')
}

/** Branch as compared: `01`, `1` and `１` are one; empty where none was issued. */
export const foldBranch = (branch: string): string => foldPart(branch).replace(/^0+(?=.)/, '')

/** Insurer, symbol and number on which all spellings meet. The branch is compared apart, because older certificates have none. */
export function memberOf(of: Pick<Coverage, 'insurerNumber' | 'symbol' | 'number'>): string {
  return `${insurerNumberOf(of.insurerNumber) ?? of.insurerNumber}:${foldPart(of.symbol)}:${foldPart(of.number)}`
}

/** A branch that one side does not know contradicts nothing. */
export function branchAgrees(issued: string, typed: string | undefined): boolean {
  const [a, b] = [foldBranch(issued), foldBranch(typed ?? '')]
  return a === '' || b === '' || a === b
}

/** Whether a day lies within a period, first and last day included. */
export const isValidOn = ({ validFrom, validUntil }: Period, date: string): boolean =>
  validFrom <= date && (validUntil === null || date <= validUntil)

/** Newest first; of two that began on one day, the one that lasts longer. */
const newestFirst = (a: Period, b: Period): number =>
  b.validFrom.localeCompare(a.validFrom) || (b.validUntil ?? '9999').localeCompare(a.validUntil ?? '9999')

export type Judged = { validity: Validity; coverages: Coverage[] }

/** The cover of a person whose card was read: the periods that hold on the day decide. */
export function coverOn(coverages: readonly Coverage[], date: string): Judged {
  const holding = coverages.filter((c) => isValidOn(c, date)).sort(newestFirst)
  if (holding.length > 0) return { validity: holding.length === 1 ? '1' : '5', coverages: holding }
  const last = coverages.filter((c) => c.validFrom <= date).sort(newestFirst)[0]
  return last ? { validity: '2', coverages: [last] } : { validity: '4', coverages: [] }
}

/**
 * The cover that was typed in at a desk.
 *
 * `typed` are the periods that match what was typed, `all` every period of the people they belong to. A newer cover is
 * said to exist, not shown: the desk has not seen that certificate.
 */
export function coverTyped(typed: readonly Coverage[], all: readonly Coverage[], date: string): Judged {
  if (typed.length === 0) return { validity: '4', coverages: [] }
  const holding = typed.filter((c) => isValidOn(c, date)).sort(newestFirst)
  if (holding.length > 1) return { validity: '5', coverages: holding }
  if (holding.length === 1) return { validity: '1', coverages: holding }
  const last = [...typed].sort(newestFirst)[0]!
  return { validity: all.some((c) => isValidOn(c, date)) ? '3' : '2', coverages: [last] }
}

/** Whether a child is below school age for the share: through the 31 March after turning six (reached the day before the birthday). */
export function isPreschool(birthDate: string, date: string): boolean {
  const sixth = addDays(`${Number(birthDate.slice(0, 4)) + 6}${birthDate.slice(4)}`, -1)
  const year = Number(sixth.slice(0, 4)) + (sixth.slice(5) > '03-31' ? 1 : 0)
  return date <= `${year}-03-31`
}

/** Whether the table for 70 and over applies: from the month after the 70th birthday, or that month where born on the 1st. */
export function isElderlyTable(birthDate: string, date: string): boolean {
  if (ageOn(birthDate, date) < 70) return false
  const turned = `${Number(birthDate.slice(0, 4)) + 70}${birthDate.slice(4, 7)}`
  return birthDate.endsWith('-01') ? date.slice(0, 7) >= turned : date.slice(0, 7) > turned
}

/**
 * The share in percent on a day: an elderly recipient's certificate first, then preschool, then what the insurer stated.
 * Below 70 a share of 20 belongs to preschool children only, so it ends by itself.
 */
export function copayOn(
  coverage: Pick<Coverage, 'copayPercent' | 'elderlyPercent' | 'elderlyFrom' | 'elderlyUntil'>,
  birthDate: string,
  date: string,
): number {
  const { copayPercent, elderlyPercent, elderlyFrom, elderlyUntil } = coverage
  if (elderlyPercent !== null && elderlyFrom !== null && isValidOn({ validFrom: elderlyFrom, validUntil: elderlyUntil }, date))
    return elderlyPercent
  if (isElderlyTable(birthDate, date)) return copayPercent
  if (isPreschool(birthDate, date)) return Math.min(20, copayPercent)
  return copayPercent === 20 ? 30 : copayPercent
}

/** Why a card may not answer this session's challenge now, or null. A session of another institution is not known here. */
export function whyNotRead(session: ReaderSession | undefined, institutionNumber: string, now: Date): RefusalCode | null {
  if (session === undefined || session.institutionNumber !== institutionNumber) return 'reader-session-unknown'
  if (session.usedAt !== null) return 'challenge-used'
  return session.expiresAt > now ? null : 'reader-session-expired'
}

/** Why the person's answer is not taken in this session now, or null. */
export function whyNotAnswer(session: ReaderSession | undefined, institutionNumber: string, now: Date): RefusalCode | null {
  if (session === undefined || session.institutionNumber !== institutionNumber) return 'reader-session-unknown'
  if (session.personKey === null || session.consentUntil === null)
    return session.expiresAt > now ? 'card-not-read' : 'reader-session-expired'
  return session.consentUntil > now ? null : 'reader-session-expired'
}

/** Why this session cannot take over a new card that was read in the session `before`, or null. */
export function whyNotPrevious(before: ReaderSession | undefined, session: ReaderSession, now: Date): RefusalCode | null {
  if (before === undefined || before.institutionNumber !== session.institutionNumber) return 'reader-session-unknown'
  if (before.unlinked === null || before.usedAt === null) return 'card-not-read'
  return now.getTime() - before.usedAt.getTime() < CONSENT_SECONDS * 1000 ? null : 'reader-session-expired'
}

/** One line of an institution's list of chart numbers; null where it is not one. */
export type ChartLine = { line: number; number: string; typed: Typed }

/**
 * Lines `chart number, insurer number, symbol, number, branch, birth date`, with or without a head line, quoted or not.
 * @returns the lines that can be looked up, and the numbers of those that cannot
 */
export function readChartLines(text: string): { lines: ChartLine[]; unreadable: number[] } {
  const lines: ChartLine[] = []
  const unreadable: number[] = []
  const all = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [at, raw] of all.entries()) {
    if (raw.trim() === '') continue
    const [number = '', insurerNumber = '', symbol = '', member = '', branch = '', birth = ''] = cells(raw)
    const birthDate = birth.normalize('NFKC').trim().replaceAll('/', '-')
    const typed = { insurerNumber, symbol, number: member, branch, birthDate }
    const folded = chartNumberOf(number)
    if (folded !== null && whyNotTyped(typed).length === 0) lines.push({ line: at + 1, number: folded, typed })
    else if (at > 0 || /[0-9]/.test(birth)) unreadable.push(at + 1)
  }
  return { lines, unreadable }
}

/** Cells of one line of CSV; a doubled quote within quotes is a quote. */
function cells(line: string): string[] {
  const found: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))/g))
    found.push(quoted?.replaceAll('""', '"') ?? plain!.trim())
  return found
}

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/

/** Whether this is a day of the calendar, 'YYYY-MM-DD'. */
export function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
}

export type TypedField = 'insurerNumber' | 'number' | 'birthDate'

/** Which fields cannot be right, so that the desk is told before anything is searched. */
export function whyNotTyped(typed: Typed): TypedField[] {
  const wrong: TypedField[] = []
  if (insurerNumberOf(typed.insurerNumber) === null) wrong.push('insurerNumber')
  if (foldPart(typed.number) === '') wrong.push('number')
  if (!isDate(typed.birthDate)) wrong.push('birthDate')
  return wrong
}
