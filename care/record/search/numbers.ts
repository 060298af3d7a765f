/**
 * Numbers as a search reads them: with the precision they are written in, and units of the same dimension brought to one.
 * @spec FHIR R4 search, number and quantity
 */

/** A searched number: `value` as written, and the span it stands for (`5.4` is 5.35 to 5.45, the end not included). */
export type NumberSpan = { value: number; from: number; to: number }

const NUMBER = /^[+-]?(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]([+-]?\d{1,2}))?$/

/** Null: not a number, or longer than anybody measures. */
export function numberSpan(text: string): NumberSpan | null {
  const parts = NUMBER.exec(text)
  if (!parts) return null
  const value = Number(text)
  const decimals = parts[2]?.length ?? 0
  const exponent = Number(parts[3] ?? 0)
  // 100 stands for 99.5 to 100.5: half a unit of the last digit written. The specification reads 1e2 as 95 to 105.
  const written = parts[3] !== undefined && decimals === 0 ? 1 : decimals
  const half = 0.5 * 10 ** (exponent - written)
  if (!Number.isFinite(value)) return null
  const digits = Math.min(100, Math.max(0, written - exponent + 1))
  const exact = (n: number) => Number(n.toFixed(digits))
  return { value, from: exact(value - half), to: exact(value + half) }
}

const UCUM = 'http://unitsofmeasure.org'

/** Units that measure the same thing, each as a multiple of the first. */
const dimensions: Record<string, Record<string, number>> = {
  g: { g: 1, kg: 1e3, mg: 1e-3, ug: 1e-6, ng: 1e-9, pg: 1e-12, t: 1e6, '[lb_av]': 453.59237, '[oz_av]': 28.349523125 },
  m: { m: 1, km: 1e3, cm: 1e-2, mm: 1e-3, um: 1e-6, nm: 1e-9, '[in_i]': 0.0254, '[ft_i]': 0.3048 },
  L: { L: 1, l: 1, dL: 1e-1, dl: 1e-1, cL: 1e-2, cl: 1e-2, mL: 1e-3, ml: 1e-3, uL: 1e-6, ul: 1e-6, fL: 1e-15, fl: 1e-15 },
  s: { s: 1, ms: 1e-3, min: 60, h: 3600, d: 86400, wk: 604800 },
  mol: { mol: 1, mmol: 1e-3, umol: 1e-6, nmol: 1e-9, pmol: 1e-12 },
  'g/L': {
    'g/L': 1,
    'g/l': 1,
    'g/dL': 10,
    'g/dl': 10,
    'mg/dL': 1e-2,
    'mg/dl': 1e-2,
    'mg/L': 1e-3,
    'mg/l': 1e-3,
    'ug/dL': 1e-5,
    'ug/dl': 1e-5,
    'ug/mL': 1e-3,
    'ug/ml': 1e-3,
    'ug/L': 1e-6,
    'ng/mL': 1e-6,
    'ng/ml': 1e-6,
    'ng/dL': 1e-8,
    'pg/mL': 1e-9,
    'pg/ml': 1e-9,
  },
  'mol/L': {
    'mol/L': 1,
    'mol/l': 1,
    'mmol/L': 1e-3,
    'mmol/l': 1e-3,
    'umol/L': 1e-6,
    'umol/l': 1e-6,
    'nmol/L': 1e-9,
    'nmol/l': 1e-9,
    'pmol/L': 1e-12,
  },
}

const factors = new Map(
  Object.entries(dimensions).flatMap(([unit, members]) =>
    Object.entries(members).map(([code, factor]) => [code, { unit, factor }] as const),
  ),
)

/** The unit that all of its dimension are compared in, and what one of the given unit is in it; undefined where it stands alone. */
export const canonicalUnit = (system: string | undefined, code: string | undefined): { unit: string; factor: number } | undefined =>
  system === UCUM && code !== undefined ? factors.get(code) : undefined

/** A value in its canonical unit, without the dust that multiplying leaves in the last digits. */
export const inUnit = (value: number, factor: number): number => Number((value * factor).toPrecision(13))
