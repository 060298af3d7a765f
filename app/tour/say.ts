/** Words of the tour on the terminal. A check that does not hold ends it with a failure, after everything was shown. */
export type Teller = ReturnType<typeof teller>

export function teller(write: (line: string) => void) {
  let failures = 0
  return {
    step: (n: number, ja: string, en: string) => write(`\n${n}. ${ja}\n   ${en}`),
    seen: (line: string) => write(`   ・${line}`),
    /** Notes what must be true. */
    check(ok: boolean, line: string): void {
      if (!ok) failures++
      write(`   ${ok ? '✓' : '✗'} ${line}`)
    },
    failures: () => failures,
  }
}
