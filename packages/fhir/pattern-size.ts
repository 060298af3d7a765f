/**
 * How long a regular expression becomes when its counted repetitions are written out, as its compiler does: `a{900}` is 900 letters.
 * Counted beforehand, because a short pattern can ask for a program of any size. An upper bound for repetitions beside each other.
 */
export const writtenOut = (pattern: string): number =>
  pattern.length * [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce((sum, [, low, high]) => sum + Number(high || low), 1)
