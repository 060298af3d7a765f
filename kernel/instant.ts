import pg from 'pg'

const usual = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ)
const digits = (text: string, at: number, count: number): number => {
  let value = 0
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - 48
  return value
}

/**
 * An instant as the server writes it, `2026-11-22 03:00:00.123+00`. Rows carry several each, so this counts; anything out of the
 * ordinary (other zones, other eras, infinity) goes to the driver's own parser.
 */
export function parseInstant(text: string): Date {
  const end = text.length - 3
  if (end < 19 || text[4] !== '-' || text[10] !== ' ' || !text.endsWith('+00')) return usual(text) as Date
  const milliseconds = end === 19 ? 0 : Math.trunc(digits(text, 20, Math.min(3, end - 20)) * 10 ** (3 - Math.min(3, end - 20)))
  const at = Date.UTC(
    digits(text, 0, 4),
    digits(text, 5, 2) - 1,
    digits(text, 8, 2),
    digits(text, 11, 2),
    digits(text, 14, 2),
    digits(text, 17, 2),
    milliseconds,
  )
  return Number.isNaN(at) || digits(text, 0, 4) < 100 ? (usual(text) as Date) : new Date(at)
}
