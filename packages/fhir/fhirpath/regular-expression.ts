/** Regular expressions in linear time; what only a backtracking engine can run (look-around, back references) is refused. @spec https://github.com/google/re2/wiki/Syntax */
import { RE2JS } from 're2js'
import { writtenOut } from '../pattern-size.ts'
import { costlyError, FhirPathError, unknownError } from './error.ts'
import { type Run, spend } from './run.ts'

/** Where an expression stands and how it reads: `i` ignores case, `m` lets ^ and $ meet line ends. */
export type Regular = { run: Run; at: number; flags: string }

const maxPattern = 4000
/** Characters with repetitions written out: some milliseconds of compiling. */
const maxWritten = 400_000
const remembered = new Map<string, RE2JS>()

function flagsOf(flags: string, at: number): number {
  if (!/^[im]{0,2}$/.test(flags))
    throw unknownError(at, `正規表現の指定「${flags}」は使えません(i, m)。`, `The flags ${flags} are not available (i, m).`)
  return RE2JS.DOTALL | (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('m') ? RE2JS.MULTILINE : 0)
}

/** Compiles a pattern; `.` also stands for a line break. Patterns come from outside, so few are remembered. @refuses unknown, costly */
function patternOf(pattern: string, { at, flags }: Regular): RE2JS {
  const key = `${flags}/${pattern}`
  const known = remembered.get(key)
  if (known) return known
  if (pattern.length > maxPattern)
    throw costlyError(
      at,
      `正規表現が長すぎます(上限${maxPattern}文字)。`,
      `The regular expression is longer than ${maxPattern} characters.`,
    )
  if (writtenOut(pattern) > maxWritten)
    throw costlyError(
      at,
      '正規表現の繰り返しの回数が多すぎます。回数を減らしてください。',
      'The regular expression repeats too much. Lower the counts of its repetitions.',
    )
  const options = flagsOf(flags, at)
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern, options)
  } catch {
    throw unknownError(
      at,
      `正規表現「${pattern.slice(0, 60)}」は使えません。先読み・後読み・後方参照は書けません。`,
      `The regular expression ${pattern.slice(0, 60)} cannot be used. Look-around and back references are not available.`,
    )
  }
  if (remembered.size >= 200) remembered.clear()
  remembered.set(key, compiled)
  return compiled
}

/** The pattern, its work on this text paid: at worst every instruction of its program meets every character. */
function paid(text: string, pattern: string, regular: Regular): RE2JS {
  const compiled = patternOf(pattern, regular)
  spend(regular.run, 1 + (text.length * compiled.programSize()) / 256)
  return compiled
}

export const finds = (text: string, pattern: string, regular: Regular): boolean => paid(text, pattern, regular).test(text)
export const matchesWhole = (text: string, pattern: string, regular: Regular): boolean => paid(text, pattern, regular).testExact(text)

/** `$1`, `${name}` and `$<name>` in the substitution stand for groups. */
export function substituted(text: string, change: { pattern: string; by: string }, regular: Regular): string {
  spend(regular.run, (text.length * change.by.length) / 32)
  try {
    return paid(text, change.pattern, regular)
      .matcher(text)
      .replaceAll(change.by.replace(/\$\{(\w+)\}/g, (_all, name: string) => `$<${name}>`))
  } catch (error) {
    if (error instanceof FhirPathError) throw error
    throw unknownError(
      regular.at,
      `置換文字列「${change.by.slice(0, 60)}」が正しくありません。`,
      `The substitution ${change.by.slice(0, 60)} names a group that does not exist.`,
    )
  }
}
