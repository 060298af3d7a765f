/** The part of UCUM that clinical quantities use: prefixes, products, quotients, powers, annotations. @spec https://ucum.org/ucum */

/** A unit as a ratio of base units. `dimension` is canonical (`g1m-3`); `offset` moves a temperature scale to kelvin, in hundredths. */
export type Unit = { readonly numerator: bigint; readonly denominator: bigint; readonly dimension: string; readonly offset?: bigint }

type Parsed = { numerator: bigint; denominator: bigint; powers: Map<string, number>; offset?: bigint }

const prefixes: Record<string, number> = {
  Y: 24,
  Z: 21,
  E: 18,
  P: 15,
  T: 12,
  G: 9,
  M: 6,
  k: 3,
  h: 2,
  da: 1,
  d: -1,
  c: -2,
  m: -3,
  u: -6,
  n: -9,
  p: -12,
  f: -15,
  a: -18,
  z: -21,
  y: -24,
}

/** Units that measure nothing but themselves; the arbitrary ones are not comparable with any other. */
const bases = new Set("m g s K C cd rad [IU] [iU] [arb'U] [CFU] [PFU] [pH] [APL'U] [GPL'U] [MPL'U] [USP'U] [Amb'a'1'U]".split(' '))

/** code: number, unit it stands for. A number may be a ratio. */
const derived: Record<string, [string, string]> = {
  '10*': ['10', '1'],
  '10^': ['10', '1'],
  '%': ['1/100', '1'],
  '[ppth]': ['1/1000', '1'],
  '[ppm]': ['1/1000000', '1'],
  '[ppb]': ['1/1000000000', '1'],
  mol: ['602213670000000000000000', '1'],
  eq: ['1', 'mol'],
  osm: ['1', 'mol'],
  kat: ['1', 'mol/s'],
  U: ['1', 'umol/min'],
  sr: ['1', 'rad2'],
  Hz: ['1', 's-1'],
  N: ['1', 'kg.m/s2'],
  Pa: ['1', 'N/m2'],
  J: ['1', 'N.m'],
  W: ['1', 'J/s'],
  A: ['1', 'C/s'],
  V: ['1', 'J/C'],
  F: ['1', 'C/V'],
  Ohm: ['1', 'V/A'],
  S: ['1', 'Ohm-1'],
  Wb: ['1', 'V.s'],
  T: ['1', 'Wb/m2'],
  H: ['1', 'Wb/A'],
  lm: ['1', 'cd.sr'],
  lx: ['1', 'lm/m2'],
  Bq: ['1', 's-1'],
  Ci: ['37000000000', 'Bq'],
  Gy: ['1', 'J/kg'],
  Sv: ['1', 'J/kg'],
  RAD: ['1/100', 'Gy'],
  REM: ['1/100', 'RAD'],
  l: ['1', 'dm3'],
  L: ['1', 'dm3'],
  ar: ['100', 'm2'],
  t: ['1000', 'kg'],
  bar: ['100000', 'Pa'],
  u: ['16605402/10000000000000000000000000000000', 'g'],
  min: ['60', 's'],
  h: ['60', 'min'],
  d: ['24', 'h'],
  wk: ['7', 'd'],
  a: ['36525/100', 'd'],
  mo: ['1/12', 'a'],
  'm[H2O]': ['980665/100', 'kPa'],
  'm[Hg]': ['1333220/10000', 'kPa'],
  atm: ['101325', 'Pa'],
  cal: ['4184/1000', 'J'],
  '[Cal]': ['1', 'kcal'],
  '[in_i]': ['254/100', 'cm'],
  '[ft_i]': ['12', '[in_i]'],
  '[yd_i]': ['3', '[ft_i]'],
  '[mi_i]': ['5280', '[ft_i]'],
  '[gr]': ['6479891/100000', 'mg'],
  '[lb_av]': ['7000', '[gr]'],
  '[oz_av]': ['1/16', '[lb_av]'],
  '[stone_av]': ['14', '[lb_av]'],
  '[gal_us]': ['231', '[in_i]3'],
  '[qt_us]': ['1/4', '[gal_us]'],
  '[pt_us]': ['1/2', '[qt_us]'],
  '[foz_us]': ['1/16', '[pt_us]'],
  '[cup_us]': ['16', '[tbs_us]'],
  '[tbs_us]': ['1/2', '[foz_us]'],
  '[tsp_us]': ['1/3', '[tbs_us]'],
  '[drp]': ['1/20', 'mL'],
  dyn: ['1', 'g.cm/s2'],
  erg: ['1', 'dyn.cm'],
  P: ['1', 'dyn.s/cm2'],
  St: ['1', 'cm2/s'],
  kn: ['1', '[nmi_i]/h'],
  '[nmi_i]': ['1852', 'm'],
  deg: ['31415926535897932384626/180/10000000000000000000000', 'rad'],
  '[diop]': ['1', 'm-1'],
  '[mesh_i]': ['1', '[in_i]-1'],
  '[car_m]': ['1/5', 'g'],
  Ao: ['1/10', 'nm'],
  '[hp_X]': ['1', '1'],
  '[pi]': ['31415926535897932384626/10000000000000000000000', '1'],
}

const scales: Record<string, Parsed> = {
  Cel: { numerator: 1n, denominator: 1n, powers: new Map([['K', 1]]), offset: 27315n },
  '[degF]': { numerator: 5n, denominator: 9n, powers: new Map([['K', 1]]), offset: 45967n },
}

const atoms = new Map<string, Parsed | null>()
const units = new Map<string, Unit | null>()
const one = (): Parsed => ({ numerator: 1n, denominator: 1n, powers: new Map() })

function times(a: Parsed, b: Parsed, exponent: number): Parsed {
  const power = BigInt(Math.abs(exponent))
  const [n, d] = exponent < 0 ? [b.denominator, b.numerator] : [b.numerator, b.denominator]
  const powers = new Map(a.powers)
  for (const [base, count] of b.powers) powers.set(base, (powers.get(base) ?? 0) + count * exponent)
  return { numerator: a.numerator * n ** power, denominator: a.denominator * d ** power, powers }
}

function plainAtom(code: string): Parsed | null {
  if (bases.has(code)) return { ...one(), powers: new Map([[code, 1]]) }
  const row = Object.hasOwn(derived, code) ? derived[code] : undefined
  if (!row) return null
  const [numerator, ...divisors] = row[0].split('/').map(BigInt)
  const unit = row[1] === '1' ? one() : product(row[1])
  return unit && times(unit, { numerator: numerator!, denominator: divisors.reduce((a, b) => a * b, 1n), powers: new Map() }, 1)
}

function atom(code: string): Parsed | null {
  const known = atoms.get(code)
  if (known !== undefined) return known
  let found = plainAtom(code)
  for (const length of found ? [] : [2, 1]) {
    const exponent = prefixes[code.slice(0, length)]
    const rest = exponent === undefined ? null : plainAtom(code.slice(length))
    if (exponent === undefined || !rest) continue
    const ten = 10n ** BigInt(Math.abs(exponent))
    found = times(rest, { numerator: exponent > 0 ? ten : 1n, denominator: exponent > 0 ? 1n : ten, powers: new Map() }, 1)
    break
  }
  if (atoms.size < 2000) atoms.set(code, found)
  return found
}

const component = /^(?:(\d{1,20})|((?:10[*^]|%|(?:[A-Za-z]|\[[^[\]{}]{1,30}\])+))([+-]?\d{1,2})?)?(\{[^{}]*\})?$/

function factor(text: string): Parsed | null {
  const parts = text === '' ? null : component.exec(text)
  if (!parts) return null
  const [, number, code, exponent] = parts
  if (number !== undefined) return number === '0' ? null : { ...one(), numerator: BigInt(number) }
  if (code === undefined) return one()
  const found = atom(code)
  const power = Number(exponent ?? 1)
  // exponents nobody measures with would only make numbers grow
  if (Math.abs(power) > (code.startsWith('10') ? 30 : 9)) return null
  return found && (power === 1 ? found : times(one(), found, power))
}

/** `.` and `/` from left to right, parts in parentheses first. */
function product(text: string, depth = 0): Parsed | null {
  if (depth > 4) return null
  let result = one()
  let sign = 1
  let start = 0
  let open = 0
  const term = text.startsWith('/') ? `1${text}` : text
  for (let i = 0; i <= term.length; i++) {
    const char = term[i]
    if (char === '(' || char === '{') open++
    else if (char === ')' || char === '}') open--
    if (i < term.length && (open > 0 || (char !== '.' && char !== '/'))) continue
    const piece = term.slice(start, i)
    const value = piece.startsWith('(') && piece.endsWith(')') ? product(piece.slice(1, -1), depth + 1) : factor(piece)
    if (!value) return null
    result = times(result, value, sign)
    sign = char === '/' ? -1 : 1
    start = i + 1
  }
  return result
}

/** The unit a UCUM code names; null where the code is none we know. */
export function unitOf(code: string): Unit | null {
  const known = units.get(code)
  if (known !== undefined) return known
  const parsed = Object.hasOwn(scales, code) ? scales[code]! : code.length > 0 && code.length <= 60 ? product(code) : null
  const unit = parsed && {
    numerator: parsed.numerator,
    denominator: parsed.denominator,
    dimension: [...parsed.powers]
      .filter(([, power]) => power !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([base, power]) => base + power)
      .join(' '),
    ...(parsed.offset === undefined ? {} : { offset: parsed.offset }),
  }
  // codes come from outside: what is remembered is bounded
  if (units.size < 2000) units.set(code, unit)
  return unit
}

const simple = /^([A-Za-z%]+|\[[^[\]{}]{1,30}\]|10[*^])([+-]?\d{1,2})?$/

/** Units of a plain code with their exponents (`m.s-2`, `mg/dL`); null for codes with parentheses, annotations or numbers. */
function exponentsOf(code: string): Map<string, number> | null {
  const found = new Map<string, number>()
  if (code === '1') return found
  for (const [whole, sign, piece] of code.matchAll(/([./]?)([^./]*)/g)) {
    if (whole === '') continue
    const parts = piece === '1' ? null : simple.exec(piece!)
    if (!parts && piece !== '1' && piece !== '') return null
    if (parts) found.set(parts[1]!, (found.get(parts[1]!) ?? 0) + Number(parts[2] ?? 1) * (sign === '/' ? -1 : 1))
  }
  return found
}

/** The code of a product or quotient of two units; null where a part is no plain unit. */
export function productCode(a: string, b: string, operator: '*' | '/'): string | null {
  if (b === '1') return a
  if (a === '1' && operator === '*') return b
  const [left, right] = [exponentsOf(a), exponentsOf(b)]
  if (!left || !right) return null
  for (const [unit, exponent] of right) left.set(unit, (left.get(unit) ?? 0) + (operator === '*' ? exponent : -exponent))
  const written = (sign: 1 | -1) =>
    [...left]
      .filter(([, exponent]) => exponent * sign > 0)
      .map(([unit, exponent]) => unit + (Math.abs(exponent) === 1 ? '' : Math.abs(exponent)))
  const [over, under] = [written(1), written(-1)]
  const top = over.length === 0 && under.length === 0 ? '1' : over.join('.')
  return top + under.map((unit) => `/${unit}`).join('')
}
