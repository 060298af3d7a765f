import { CSP_REPORTS } from '#kernel/hardening'
import { isHttpRow, type Row } from '#kernel/route'
import { nobodyCounts, type SecurityCounts } from '#kernel/security-counts'

/** A report is a few hundred bytes; browsers send some together. */
const LONGEST = 16 * 1024
const MOST_IN_ONE = 10

/** Directives that may be named; what else is sent is counted as `other`. @spec Content Security Policy Level 3 section 6 */
const directives = new Set([
  ...['base-uri', 'child-src', 'connect-src', 'default-src', 'font-src', 'form-action', 'frame-ancestors', 'frame-src', 'img-src'],
  ...['manifest-src', 'media-src', 'object-src', 'script-src', 'script-src-attr', 'script-src-elem', 'style-src', 'style-src-attr'],
  ...['style-src-elem', 'worker-src'],
])

type Told = { directive: unknown; blocked: unknown; page: unknown }
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Violations in the body of a report, in either form that browsers send; none where it is something else. */
export function violationsIn(text: string): Told[] {
  let sent: unknown
  try {
    sent = JSON.parse(text)
  } catch {
    return []
  }
  const all = Array.isArray(sent) ? sent : [sent]
  return all.slice(0, MOST_IN_ONE).flatMap((one): Told[] => {
    if (!isObject(one)) return []
    const old = one['csp-report']
    if (isObject(old))
      return [
        { directive: old['effective-directive'] ?? old['violated-directive'], blocked: old['blocked-uri'], page: old['document-uri'] },
      ]
    const body = one.type === 'csp-violation' ? one.body : undefined
    return isObject(body) ? [{ directive: body.effectiveDirective, blocked: body.blockedURL, page: body.documentURL }] : []
  })
}

/** What was blocked, as a kind: an address could hold something of a person. */
function kindOf(blocked: unknown, origin: string): string {
  if (typeof blocked !== 'string' || blocked === '') return 'unknown'
  if (['inline', 'eval', 'self', 'data', 'blob', 'wasm-eval'].includes(blocked)) return blocked
  if (!URL.canParse(blocked)) return 'unknown'
  const { protocol, origin: its } = new URL(blocked)
  if (protocol.endsWith('-extension:')) return 'extension'
  if (protocol === 'data:' || protocol === 'blob:') return protocol.slice(0, -1)
  return its === origin ? 'own' : 'elsewhere'
}

/** The row that gave the page, as its path is written in the program. */
function placesOf(rows: readonly Row[]): (page: unknown) => string {
  const known = rows.filter(isHttpRow).map(({ path }) => {
    const segments = path.split('/').map((part) => (part.includes(':') ? '[^/]+' : part.replace(/[$.*+?^()[\]{}|\\]/g, '\\$&')))
    return { path, pattern: new RegExp(`^${segments.join('/')}/?$`) }
  })
  // An address written out goes before one with a parameter in its place.
  known.sort((a, b) => Number(a.path.includes(':')) - Number(b.path.includes(':')))
  return (page) => {
    if (typeof page !== 'string' || !URL.canParse(page)) return 'other'
    const { pathname } = new URL(page)
    return pathname.length > 2_000 ? 'other' : (known.find(({ pattern }) => pattern.test(pathname))?.path ?? 'other')
  }
}

/**
 * Takes what browsers say of pages that tried what their policy forbids, and counts it: which rule, what kind of thing, on which page of the
 * program. Neither the address nor whoever looked at it is kept. Whatever is sent gets the same answer.
 * @spec W3C Reporting API, Content Security Policy Level 3
 */
export function cspReportRow(about: { surface: () => readonly Row[]; baseUrl: string; counts?: SecurityCounts | undefined }): Row {
  const { counts = nobodyCounts } = about
  const origin = new URL(about.baseUrl).origin
  let placeOf: ReturnType<typeof placesOf> | undefined
  return {
    kind: 'read',
    method: 'POST',
    path: CSP_REPORTS,
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: 'W3C Content Security Policy Level 3（違反の報告）',
    summary: { ja: '画面の方針に反した試みの知らせを数える', en: 'Count what browsers say about forbidden tries on pages' },
    body: 'text',
    maxBodyBytes: LONGEST,
    handle: async (_ctx, request) => {
      placeOf ??= placesOf(about.surface())
      for (const { directive, blocked, page } of violationsIn(String(request.body))) {
        const [named = ''] = typeof directive === 'string' ? directive.split(' ') : []
        counts.note('csp-violation', `${directives.has(named) ? named : 'other'} ${kindOf(blocked, origin)} ${placeOf(page)}`)
      }
      return { status: 204 }
    },
  }
}
