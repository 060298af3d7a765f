/** Regular expressions in linear time; what only a backtracking engine can run (look-around, back references) is refused. @spec https://github.com/google/re2/wiki/Syntax */
import { RE2JS } from 're2js'
import { costlyError, unknownError } from './error.ts'
import { type Run, spend } from './run.ts'

const maxPattern = 4000
const remembered = new Map<string, RE2JS>()

/** Compiles a pattern; `.` also stands for a line break. Patterns come from outside, so few are remembered. @refuses unknown, costly */
export function patternOf(pattern: string, at: number): RE2JS {
  const known = remembered.get(pattern)
  if (known) return known
  if (pattern.length > maxPattern)
    throw costlyError(
      at,
      `正規表現が長すぎます(上限${maxPattern}文字)。`,
      `The regular expression is longer than ${maxPattern} characters.`,
    )
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern, RE2JS.DOTALL)
  } catch {
    throw unknownError(
      at,
      `正規表現「${pattern.slice(0, 60)}」は使えません。先読み・後読み・後方参照は書けません。`,
      `The regular expression ${pattern.slice(0, 60)} cannot be used. Look-around and back references are not available.`,
    )
  }
  if (remembered.size >= 200) remembered.clear()
  remembered.set(pattern, compiled)
  return compiled
}

const price = (run: Run, text: string, pattern: string) => spend(run, (text.length * (pattern.length + 8)) >> 8)

export function finds(run: Run, text: string, pattern: string, at: number): boolean {
  price(run, text, pattern)
  return patternOf(pattern, at).matcher(text).find()
}

export function matchesWhole(run: Run, text: string, pattern: string, at: number): boolean {
  price(run, text, pattern)
  return patternOf(pattern, at).matcher(text).matches()
}

/** `$1` and `${name}` in the substitution stand for groups. */
export function substituted(run: Run, text: string, change: { pattern: string; by: string }, at: number): string {
  price(run, text, change.pattern)
  spend(run, (text.length * change.by.length) >> 5)
  try {
    return patternOf(change.pattern, at).matcher(text).replaceAll(change.by)
  } catch (error) {
    if (error instanceof Error && error.name === 'FhirPathError') throw error
    throw unknownError(
      at,
      `置換文字列「${change.by.slice(0, 60)}」が正しくありません。`,
      `The substitution ${change.by.slice(0, 60)} names a group that does not exist.`,
    )
  }
}
