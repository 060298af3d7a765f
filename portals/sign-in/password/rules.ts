/**
 * Which passwords will not do. Not by which signs are in it, which only makes people write it down, but by how soon somebody would come
 * upon it who knows how people choose. Pure.
 * @spec NIST SP 800-63B-4 section 3.1.1
 */
import type { Sentence } from '#kernel/language'
import { commonWords, orders } from './words.ts'

/** Together with a code this is long enough. */
export const SHORTEST = 12
/** Longer ones are refused, never cut. */
export const LONGEST = 200

/** What a password must come to: about as much as four words of everyday life, or eight signs by chance. */
const ENOUGH = 4

/** What each part of a guess costs. A word, an order and a date are one step for whoever guesses; a sign by chance is half a step. */
const COST = { word: 1, order: 1, own: 0.3, year: 0.7, again: 0.3, same: 0.5, digit: 0.33, sign: 0.5 } as const

const LONGEST_WORD = 30
const leet: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '+': 't',
}
const unleet = (text: string, one: string): string => [...text].map((c) => (c === '1' || c === '!' ? one : (leet[c] ?? c))).join('')

const reversed = (text: string): string => [...text].reverse().join('')
const bothWays = orders.flatMap((order) => [order, reversed(order)])
const isOrder = (part: string): boolean => bothWays.some((order) => order.includes(part))
/** Turned round is the first thing that is tried after as it is. */
const isWord = (part: string): boolean => commonWords.has(part) || (part.length >= 4 && commonWords.has(reversed(part)))
const isSame = (part: string): boolean => [...part].every((c) => c === part[0])
const isYear = (part: string): boolean => /^(19|20)\d\d$/.test(part)
const isDate = (part: string): boolean =>
  /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$|^\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(part)

/** Own words of whoever chooses: their names, and the words in them. */
const ownOf = (own: readonly string[]): ReadonlySet<string> =>
  new Set(
    own
      .map(fold)
      .flatMap((text) => [text, ...text.split(/[\s@._-]+/)])
      .filter((word) => word.length >= 2),
  )

const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Cheapest way to guess the part of `text` from `from` to `to`, or undefined where it is nothing known. */
function costOf(readings: readonly string[], own: ReadonlySet<string>, { from, to }: { from: number; to: number }): number | undefined {
  const [plain = ''] = readings
  const part = plain.slice(from, to)
  const length = to - from
  if (length <= LONGEST_WORD && readings.some((text) => own.has(text.slice(from, to)))) return COST.own
  // What stands there again, once more or turned round, is no more to guess.
  if (length >= 2 && from >= length && [part, reversed(part)].includes(plain.slice(from - length, from))) return COST.again
  if (length >= 3 && isSame(part)) return COST.same
  if (isYear(part)) return COST.year
  if (isDate(part)) return COST.word
  if (length <= LONGEST_WORD && readings.some((text) => isWord(text.slice(from, to)))) return COST.word
  return length >= 3 && isOrder(part) ? COST.order : undefined
}

/** How much there is to guess in a password, in steps of about a word; the cheapest way through it counts. */
export function stepsToGuess(password: string, own: readonly string[] = []): number {
  const plain = fold(password)
  const readings = [plain, unleet(plain, 'i'), unleet(plain, 'l')]
  const ownWords = ownOf(own)
  const best = [0]
  for (let to = 1; to <= plain.length; to++) {
    const last = plain[to - 1]!
    let least = best[to - 1]! + (/\d/.test(last) ? COST.digit : COST.sign)
    for (let from = Math.max(0, to - 40); from < to; from++) {
      const cost = costOf(readings, ownWords, { from, to })
      if (cost !== undefined) least = Math.min(least, best[from]! + cost)
    }
    best.push(least)
  }
  return best[plain.length]!
}

/** What is known of whoever chooses, and of passwords that are known to others. */
export type Choosing = {
  loginName: string
  /** Names of the person and of where they work. */
  own?: readonly string[]
  /** Whether a password is in the operator's list of known ones. */
  isKnown?: ((password: string) => boolean) | undefined
}

/** Why a password will not do, or null. */
export function passwordProblem(password: string, { loginName, own = [], isKnown }: Choosing): Sentence | null {
  const folded = password.normalize('NFKC')
  if ([...folded].length < SHORTEST)
    return {
      ja: `パスワードは${SHORTEST}文字以上にしてください。文でもかまいません。`,
      en: `Use at least ${SHORTEST} characters. A sentence is fine.`,
    }
  if (loginName !== '' && fold(password).includes(fold(loginName)))
    return { ja: 'ログイン名を含むものは使えません。', en: 'It must not contain your login name.' }
  if (isKnown?.(folded) === true || isKnown?.(password) === true)
    return {
      ja: 'このパスワードは、ほかから漏れたものとして知られています。別のものにしてください。',
      en: 'This password is known from a breach elsewhere. Choose another.',
    }
  return stepsToGuess(password, [loginName, ...own]) < ENOUGH
    ? {
        ja: 'よく使われる言葉、名前、日付、並び（1234、qwerty など）やくり返しが大半で、当てられやすいものです。関係のない言葉を4つ以上つなげた文にしてください。',
        en: 'It is mostly common words, names, dates, runs such as 1234 or qwerty, or repeats, and soon guessed. Use a sentence of four or more unrelated words.',
      }
    : null
}
