import type { Io } from './command.ts'

const BAR = 30
const STEP = 0.2

/** A bar where somebody looks at a terminal; elsewhere a line every fifth of the way. */
export function progressOn(io: Io, what: { ja: string; en: string }): { at: (part: number, about?: string) => void; end: () => void } {
  let said = 0
  const label = what[io.lang]
  return {
    at(part, about = '') {
      const whole = Math.min(1, Math.max(0, part))
      if (io.redraw) {
        const full = Math.round(whole * BAR)
        io.redraw(`${label} [${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${Math.floor(whole * 100)}% ${about}`.slice(0, 100))
        return
      }
      if (whole < said + STEP) return
      said = Math.floor(whole / STEP + 1e-9) * STEP
      io.err(`${label} ${Math.round(said * 100)}%`)
    },
    end: () => io.redraw?.(''),
  }
}
