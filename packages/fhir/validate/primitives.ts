/**
 * The form of R4 primitive values. Each check runs in time linear in the value: published expressions that can backtrack
 * (base64Binary) are replaced by equivalent ones, and dates are looked up in the calendar.
 * @spec http://hl7.org/fhir/R4/datatypes.html
 */
import { daysInMonth } from '../dates.ts'
import type { Json } from '../model.ts'

/** What is wrong with a value; null: nothing. */
export type PrimitiveProblem = 'type' | 'empty' | 'format' | 'too-long' | 'characters' | 'not-a-date'
export type PrimitiveCheck = (value: Json) => PrimitiveProblem | null

const maxStringLength = 1024 * 1024
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

function text(value: Json): PrimitiveProblem | null {
  if (typeof value !== 'string') return 'type'
  if (value === '') return 'empty'
  if (value.length > maxStringLength) return 'too-long'
  return control.test(value) || !value.isWellFormed() ? 'characters' : null
}

function matching(form: RegExp): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'string') return 'type'
    if (value === '') return 'empty'
    return form.test(value) ? null : 'format'
  }
}

const whole = (least: number): PrimitiveCheck => {
  return (value) =>
    typeof value !== 'number' ? 'type' : Number.isInteger(value) && value >= least && value <= 2147483647 ? null : 'format'
}

const day = '(\\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\\d|3[01])'
const clock = 'T(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))'

/** Checks the form first and then that the day stands in the calendar. */
function dated(form: RegExp): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'string') return 'type'
    if (value === '') return 'empty'
    const parts = form.exec(value)
    if (!parts || parts[1] === '0000') return 'format'
    return parts[3] !== undefined && Number(parts[3]) > daysInMonth(Number(parts[1]), Number(parts[2])) ? 'not-a-date' : null
  }
}

function base64(value: Json): PrimitiveProblem | null {
  if (typeof value !== 'string') return 'type'
  if (value === '') return 'empty'
  const packed = /\s/.test(value) ? value.replace(/\s+/g, '') : value
  return packed.length > 0 && packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed) ? null : 'format'
}

/** White space is what these forms forbid; control characters and half characters no XML and no database keeps either. */
function written(form: RegExp): PrimitiveCheck {
  const check = matching(form)
  return (value) => check(value) ?? (control.test(value as string) || !(value as string).isWellFormed() ? 'characters' : null)
}

const address = written(/^\S+$/)

/** The check of every R4 primitive but xhtml, which is read by `narrative.ts`. */
export const primitiveChecks: Readonly<Record<string, PrimitiveCheck>> = {
  boolean: (value) => (typeof value === 'boolean' ? null : 'type'),
  integer: whole(-2147483648),
  unsignedInt: whole(0),
  positiveInt: whole(1),
  decimal: (value) => (typeof value !== 'number' ? 'type' : Number.isFinite(value) ? null : 'format'),
  string: text,
  markdown: text,
  code: written(/^\S+(?:\s\S+)*$/),
  id: matching(/^[A-Za-z0-9\-.]{1,64}$/),
  uri: address,
  url: address,
  canonical: address,
  oid: matching(/^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/),
  uuid: matching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  base64Binary: base64,
  date: dated(new RegExp(`^${day})?)?$`)),
  dateTime: dated(new RegExp(`^${day}(?:${clock})?)?)?$`)),
  instant: dated(new RegExp(`^${day}${clock}))$`)),
  time: matching(/^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/),
}
