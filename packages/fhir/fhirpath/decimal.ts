/**
 * Exact decimals: `digits` / 10^`scale`, trailing zeros kept, because `1.50` is more precise than `1.5`.
 * Null stands for a result that no decimal can hold (over 28 digits before the point, division by zero).
 */
export type Decimal = { readonly kind: 'decimal'; readonly digits: bigint; readonly scale: number }

const form = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/
/** Digits kept after the point by a division or a function without exact result. */
const inexactScale = 16
const widest = 10n ** 28n
const maxScale = 40

const powers: bigint[] = [1n]
function tenTo(exponent: number): bigint {
  for (let i = powers.length; i <= exponent; i++) powers.push(powers[i - 1]! * 10n)
  return powers[exponent]!
}

export const decimal = (digits: bigint, scale: number): Decimal => ({ kind: 'decimal', digits, scale })

/** Reads `-1.50` or `1e-7`; null for anything else. */
export function parseDecimal(text: string): Decimal | null {
  const parts = form.exec(text)
  if (!parts || text.length > 400) return null
  const [, sign, whole, fraction = '', exponent = '0'] = parts
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const scale = fraction.length - Number(exponent)
  return bounded(scale >= 0 ? decimal(digits, scale) : decimal(digits * tenTo(-scale), 0))
}

/** A finite JavaScript number as it prints. */
export const decimalOf = (number: number): Decimal | null =>
  Number.isSafeInteger(number) ? decimal(BigInt(number), 0) : parseDecimal(String(number))

export const toNumber = (value: Decimal): number => Number(printDecimal(value))

export function printDecimal({ digits, scale }: Decimal): string {
  if (scale === 0) return String(digits)
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** Trailing zeros after the point dropped. */
export function normal(value: Decimal): Decimal {
  let { digits, scale } = value
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n
    scale--
  }
  return scale === value.scale ? value : decimal(digits, scale)
}

/** Numbers no decimal of the specification can hold become null; digits far behind the point are cut. */
function bounded(value: Decimal): Decimal | null {
  const cut = value.scale > maxScale ? rounded(value, maxScale) : value
  return (cut.digits < 0n ? -cut.digits : cut.digits) >= widest * tenTo(cut.scale) ? null : cut
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  if (a.scale === b.scale) return [a.digits, b.digits, a.scale]
  return a.scale > b.scale
    ? [a.digits, b.digits * tenTo(a.scale - b.scale), a.scale]
    : [a.digits * tenTo(b.scale - a.scale), b.digits, b.scale]
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

export function add(a: Decimal, b: Decimal): Decimal | null {
  const [x, y, scale] = aligned(a, b)
  return bounded(decimal(x + y, scale))
}

export const negate = (value: Decimal): Decimal => decimal(-value.digits, value.scale)
export const subtract = (a: Decimal, b: Decimal): Decimal | null => add(a, negate(b))
export const multiply = (a: Decimal, b: Decimal): Decimal | null => bounded(decimal(a.digits * b.digits, a.scale + b.scale))

/** Half away from zero. */
function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator]
  const quotient = (n * 2n + d) / (d * 2n)
  return negative ? -quotient : quotient
}

/** A ratio of integers, to sixteen digits after the point. */
export function ratio(numerator: bigint, denominator: bigint): Decimal | null {
  if (denominator === 0n) return null
  return bounded(normal(decimal(divideRounded(numerator * tenTo(inexactScale), denominator), inexactScale)))
}

export function divide(a: Decimal, b: Decimal): Decimal | null {
  const [x, y] = aligned(a, b)
  return ratio(x, y)
}

/** Whole number of times `b` fits into `a`, cut toward zero. */
export function quotient(a: Decimal, b: Decimal): bigint | null {
  const [x, y] = aligned(a, b)
  return y === 0n ? null : x / y
}

export function remainder(a: Decimal, b: Decimal): Decimal | null {
  const [x, y, scale] = aligned(a, b)
  return y === 0n ? null : normal(decimal(x % y, scale))
}

/** Rounded to so many digits after the point, half away from zero; a shorter number stays as it is. */
export function rounded(value: Decimal, scale: number): Decimal {
  if (value.scale <= scale) return value
  return decimal(divideRounded(value.digits, tenTo(value.scale - scale)), scale)
}

export const truncated = (value: Decimal): bigint => value.digits / tenTo(value.scale)

export function floor(value: Decimal): bigint {
  const whole = truncated(value)
  return value.digits < 0n && whole * tenTo(value.scale) !== value.digits ? whole - 1n : whole
}

export const ceiling = (value: Decimal): bigint => -floor(negate(value))

/** The number in the given scale, zeros added. */
export const widened = (value: Decimal, scale: number): Decimal =>
  value.scale >= scale ? value : decimal(value.digits * tenTo(scale - value.scale), scale)
