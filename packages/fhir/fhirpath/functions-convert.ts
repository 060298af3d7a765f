/** Conversions. `convertsToX` says whether `toX` gives something. @spec http://hl7.org/fhirpath/N1/#conversion */
import { asDecimal } from './equality.ts'
import { decimal, type Decimal, normal, parseDecimal, printDecimal } from './decimal.ts'
import { type FunctionRow, type FunctionRows, plain, valued } from './function-row.ts'
import { type Nodes, none, type SystemValue, systemOf, truth } from './node.ts'
import { systemNodes, wholeNumber } from './operators.ts'
import { calendarUnit, convertCalendar, convertQuantity, parseQuantity, printQuantity, type Quantity, quantity } from './quantity.ts'
import { single, textOf } from './run.ts'
import { asDate, asDateTime, parseTemporal, parseTime, printTemporal, type Temporal } from './temporal.ts'

const truths: Record<string, boolean> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  '1': true,
  '1.0': true,
  false: false,
  f: false,
  no: false,
  n: false,
  '0': false,
  '0.0': false,
}

function toBoolean(value: SystemValue): boolean | null {
  if (typeof value === 'boolean') return value
  const word = typeof value === 'string' ? value.toLowerCase() : asDecimal(value) ? printDecimal(normal(asDecimal(value)!)) : ''
  return Object.hasOwn(truths, word) ? truths[word]! : null
}

function toInteger(value: SystemValue): SystemValue | null {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' && /^[+-]?\d{1,10}$/.test(value))
    return (wholeNumber(Number(value))[0]?.value as number | undefined) ?? null
  return null
}

function toDecimal(value: SystemValue): Decimal | null {
  if (typeof value === 'boolean') return decimal(value ? 1n : 0n, 0)
  return typeof value === 'string' ? (/^[+-]?\d+(?:\.\d+)?$/.test(value) ? parseDecimal(value) : null) : asDecimal(value)
}

const isMoment = (value: SystemValue): value is Temporal =>
  typeof value === 'object' && value.kind !== 'decimal' && value.kind !== 'quantity'

function momentFrom(value: SystemValue): Temporal | null {
  const moment = typeof value === 'string' ? parseTemporal(value) : isMoment(value) ? value : null
  return moment && moment.kind !== 'time' ? moment : null
}

function toDate(value: SystemValue): Temporal | null {
  const moment = momentFrom(value)
  // a text must be a date and nothing more
  if (moment === null || (typeof value === 'string' && moment.kind !== 'date')) return null
  return asDate(moment)
}

function toDateTime(value: SystemValue): Temporal | null {
  const moment = momentFrom(value)
  return moment && asDateTime(moment)
}

function toTime(value: SystemValue): Temporal | null {
  const moment = typeof value === 'string' ? parseTime(value) : isMoment(value) ? value : null
  return moment?.kind === 'time' ? moment : null
}

function toQuantity(value: SystemValue): Quantity | null {
  if (typeof value === 'boolean') return quantity(decimal(value ? 10n : 0n, 1), '1')
  if (typeof value === 'string') return parseQuantity(value)
  if (typeof value === 'object' && value.kind === 'quantity') return value
  const number = asDecimal(value)
  return number && quantity(number, '1')
}

/** A value as text: moments as FHIR writes them, quantities with their unit. */
export function toText(value: SystemValue): string {
  if (typeof value !== 'object') return String(value)
  if (value.kind === 'decimal') return printDecimal(value)
  return value.kind === 'quantity' ? printQuantity(value) : printTemporal(value)
}

function inUnit(found: Quantity, unit: string | undefined): Quantity | null {
  if (unit === undefined) return found
  if (found.unit === '1') return quantity(found.value, calendarUnit(unit) ?? unit, calendarUnit(unit) !== undefined)
  const word = calendarUnit(unit)
  if (word !== undefined && found.calendar) return convertCalendar(found, word)
  return found.unit === unit && !found.calendar ? found : convertQuantity(found, unit)
}

type Conversion = (value: SystemValue) => SystemValue | null

const singleValue = (input: Nodes, at: number) => {
  const node = single(input, at)
  return node && systemOf(node)
}

/** Both functions of one target: the conversion and the question. An element that is no value converts to nothing. */
const pair = (name: string, convert: Conversion): [string, FunctionRow][] => [
  [
    `to${name}`,
    plain((input, at) => {
      const value = singleValue(input, at)
      return value === undefined ? none : systemNodes(convert(value))
    }),
  ],
  [
    `convertsTo${name}`,
    plain((input, at) => {
      const value = singleValue(input, at)
      return input.length === 0 ? none : truth(value !== undefined && convert(value) !== null)
    }),
  ],
]

function quantityFrom(input: Nodes, args: readonly Nodes[], at: number): Quantity | null {
  const value = singleValue(input, at)
  const found = value === undefined ? null : toQuantity(value)
  return found && inUnit(found, args[0] && textOf(args[0], at))
}

export const conversionFunctions: FunctionRows = {
  ...Object.fromEntries([
    ...pair('Boolean', toBoolean),
    ...pair('Integer', toInteger),
    ...pair('Decimal', toDecimal),
    ...pair('Date', toDate),
    ...pair('DateTime', toDateTime),
    ...pair('Time', toTime),
    ...pair('String', toText),
  ]),
  toQuantity: valued(0, 1, (input, args, at) => systemNodes(quantityFrom(input, args, at))),
  convertsToQuantity: valued(0, 1, (input, args, at) => (input.length === 0 ? none : truth(quantityFrom(input, args, at) !== null))),
}
