/**
 * Names of cookies on the wire. Inside they are plain; under TLS browsers are told by a prefix to hold them to this host and to encrypted
 * lines, so that neither a neighbouring host nor a line in the clear can slip one in. A cookie of ours that is not under that name counts
 * for nothing: a neighbour can set the weaker prefix for all hosts of a domain.
 * @spec RFC 6265bis section 4.1.3
 */

const OURS = 'enishi_'
const HOST = '__Host-'
const SECURE = '__Secure-'
/** Cookies of authorisations under way, several at once, each for its own path: they are signed, and cannot be for the whole host. */
const byPath = /^enishi_oauth/
/**
 * Cookies of a time before the prefix that may still be read: they give nobody a right. One marks a shared desk, which makes sessions
 * shorter; the other is a language. All others end, and whoever came with one signs in once more.
 */
const harmless: ReadonlySet<string> = new Set(['enishi_desk', 'enishi_lang'])

const nameOf = (part: string): string => part.slice(0, Math.max(0, part.indexOf('='))).trim()
const partsOf = (header: string): string[] =>
  header
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)

/** Cookies as rows read them, and the names of ours that came without their prefix and count for nothing. */
export type ReadCookies = { header: string; stale: string[] }

/** A Cookie header of a browser under TLS. A name with its prefix goes before the same name without. */
export function cookiesRead(header: string): ReadCookies {
  const parts = partsOf(header)
  const plainOf = (name: string) => {
    if (name.startsWith(HOST + OURS)) return name.slice(HOST.length)
    const plain = name.startsWith(SECURE + OURS) ? name.slice(SECURE.length) : ''
    return byPath.test(plain) ? plain : null
  }
  const kept: string[] = []
  const late: string[] = []
  const stale: string[] = []
  for (const part of parts) {
    const name = nameOf(part)
    const plain = plainOf(name)
    if (plain) kept.push(`${plain}${part.slice(part.indexOf('='))}`)
    else if (name.startsWith(SECURE + OURS)) continue
    else if (!name.startsWith(OURS) || harmless.has(name)) late.push(part)
    else stale.push(name)
  }
  return { header: [...kept, ...late].join('; '), stale: [...new Set(stale)] }
}

/** A Set-Cookie line as it leaves under TLS: for the whole host, because its strictest name is for no less. */
export function cookieSent(line: string): string {
  if (!line.startsWith(OURS)) return line
  const secured = /;\s*secure\s*(;|$)/i.test(line) ? line : `${line}; Secure`
  if (byPath.test(line) && !/;\s*path=\/\s*(;|$)/i.test(line)) return `${SECURE}${secured}`
  return `${HOST}${secured.replace(/;\s*path=[^;]*/i, '; Path=/').replace(/;\s*domain=[^;]*/i, '')}`
}

/** Takes back a cookie of before, from where it was set. */
export const cookieEnded = (name: string): string => `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`
