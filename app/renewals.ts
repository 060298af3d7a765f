import { readFile } from 'node:fs/promises'
import type { CardVerifier } from '#care/eligibility'

/** What the authority says of renewed cards is read again after this long. */
const REFRESH_MS = 60_000
const LINE = /^([0-9a-f]{64})[ ,]+([0-9a-f]{2,40})[ ,]+([0-9a-f]{2,40})$/

/**
 * Which certificate follows which, as the authority tells the operator: a text file, a line each, with the issuer's key hash, the new
 * serial and the old one, all hexadecimal, renewed by the operator's own job. A line that is none is passed over; a certificate that
 * follows itself, or two others, follows none. (要確認: 公的個人認証サービス 電子証明書の新旧シリアル番号の照会)
 */
export function renewalsOf(path: string): NonNullable<CardVerifier['previousOf']> {
  let known = new Map<string, string | null>()
  let readAt = Number.NEGATIVE_INFINITY
  return async ({ serial, issuer, now }) => {
    if (Math.abs(now.getTime() - readAt) >= REFRESH_MS) {
      readAt = now.getTime()
      known = parse(await readFile(path, 'utf8').catch(() => ''))
    }
    const old = known.get(`${issuer} ${serial}`) ?? null
    return old === null ? null : { serial: old, issuer }
  }
}

function parse(text: string): Map<string, string | null> {
  const found = new Map<string, string | null>()
  for (const line of text.split(/\r?\n/)) {
    const [, issuer, serial, old] = LINE.exec(line.trim().toLowerCase()) ?? []
    if (issuer === undefined || serial === undefined || old === undefined) continue
    const name = `${issuer} ${serial}`
    const before = found.get(name)
    found.set(name, serial === old || (before !== undefined && before !== old) ? null : old)
  }
  return found
}
