import { Refusal } from './refusal.ts'
import type { RouteRequest } from './route.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-?8\b|us-ascii\b)[^\s;"]/i

/** The text of a body. Names what cannot be read before it is taken for broken JSON: another charset, a compressed body, bytes that are no UTF-8. */
export function decode(
  raw: Buffer,
  { 'content-type': type = '', 'content-encoding': encoding = 'identity' }: RouteRequest['headers'],
): string {
  if (OTHER_CHARSET.test(type)) throw new Refusal('media-type', { type: type.slice(0, 80) })
  if (encoding.toLowerCase() !== 'identity') throw new Refusal('media-type', { type: `content-encoding: ${encoding.slice(0, 40)}` })
  try {
    return strictUtf8.decode(raw)
  } catch {
    throw new Refusal('body-malformed', { what: 'UTF-8' })
  }
}

/** Form fields as an object; a name that comes twice becomes a list. */
export function formFields(text: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const known = fields[name]
    fields[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value]
  }
  return { ...fields }
}
