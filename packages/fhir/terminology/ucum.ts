/** Is a unit written as UCUM asks? Grammar and symbols alone; what a unit amounts to is arithmetic's. @spec https://ucum.org/ucum */

/** `open`: rightly written, but a bracketed symbol whose list is not kept here. */
export type UcumForm = 'right' | 'open' | 'wrong'

const prefixes = 'Y Z E P T G M k h da d c m u n p f a z y Ki Mi Gi Ti'.split(' ')

/** Units that take prefixes. */
const metric = new Set(
  (
    'm s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV pc gf Ky Gal dyn erg P Bi St Mx G Oe Gb sb Lmb ph ' +
    'Ci R RAD REM cal_[15] cal_[20] cal_m cal_IT cal_th cal tex m[H2O] m[Hg] bit By Bd Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW] st b mho eq osm g% ' +
    'kat U [iU] [IU]'
  ).split(' '),
)
/** Units that take none. */
const plain = new Set("10* 10^ % gon deg ' '' min h d a_t a_j a_g a wk mo_s mo_j mo_g mo AU bit_s Ao atm att circ sph %[slope]".split(' '))

function symbolForm(symbol: string): UcumForm {
  if (metric.has(symbol) || plain.has(symbol)) return 'right'
  for (const prefix of prefixes) if (symbol.startsWith(prefix) && metric.has(symbol.slice(prefix.length))) return 'right'
  return /^(?:[a-zA-Z]{0,2})\[[^[\]{}\s]{1,30}\]$/.test(symbol) ? 'open' : 'wrong'
}

/** UCUM allows no space here; R4's own lists have some. */
const annotation = /\{[ -z|~]*\}/y
const number = /\d+/y
const exponent = /[+-]?\d+/y
/** Letters and marks up to an exponent, an operator or an annotation; what stands in brackets is one piece. */
const symbol = /(?:10[*^]|(?:[A-Za-z%'_]|\[[^[\]{}\s]{1,30}\])+)/y

const worse = (a: UcumForm, b: UcumForm): UcumForm =>
  a === 'wrong' || b === 'wrong' ? 'wrong' : a === 'open' || b === 'open' ? 'open' : 'right'

type Read = { text: string; at: number }

function taken(read: Read, form: RegExp): string | null {
  form.lastIndex = read.at
  const found = form.exec(read.text)
  if (!found) return null
  read.at = form.lastIndex
  return found[0]
}

function component(read: Read, depth: number): UcumForm {
  if (read.text[read.at] === '(') {
    read.at++
    const inner = depth > 5 ? 'wrong' : term(read, depth + 1)
    if (read.text[read.at] !== ')') return 'wrong'
    read.at++
    taken(read, exponent)
    taken(read, annotation)
    return inner
  }
  if (taken(read, annotation) !== null) return 'right'
  // 10* and 10^ begin like numbers
  const name = taken(read, symbol)
  if (name === null) {
    const digits = taken(read, number)
    taken(read, annotation)
    return digits !== null && Number(digits) > 0 ? 'right' : 'wrong'
  }
  taken(read, exponent)
  taken(read, annotation)
  return symbolForm(name)
}

function term(read: Read, depth: number): UcumForm {
  if (read.text[read.at] === '/') read.at++
  let form = component(read, depth)
  while (form !== 'wrong' && (read.text[read.at] === '.' || read.text[read.at] === '/')) {
    read.at++
    form = worse(form, component(read, depth))
  }
  return form
}

/** How a unit code is written. */
export function ucumForm(code: string): UcumForm {
  if (code === '' || code.length > 200) return 'wrong'
  const read: Read = { text: code, at: 0 }
  const form = term(read, 0)
  return read.at === code.length ? form : 'wrong'
}
