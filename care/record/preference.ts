/** The `Prefer` header. @spec RFC 7240 section 2; FHIR R4 http, Prefer */

const PREFERENCE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g

/** What a caller prefers of one name, quoted or not; the first counts where it is said twice. Undefined: nothing is said. */
export function preference(header: string | undefined, name: string): string | undefined {
  for (const [, said = '', quoted, plain] of (header ?? '').slice(0, 1_000).matchAll(PREFERENCE))
    if (said.toLowerCase() === name) return quoted ?? plain ?? ''
  return undefined
}

/** Whether what nobody here knows is to be refused (`handling=strict`). */
export const isStrict = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  preference(headers.prefer, 'handling') === 'strict'
