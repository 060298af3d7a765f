/** A demo authority as real ones publish themselves: a list of what was revoked, renewed by the leader, and a responder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sentence } from '#kernel/language'
import type { MountRow } from '#kernel/route'
import { type IssuingPair, issueCrl, ocspRespond } from '#packages/x509'
import { writePrivate } from './secrets.ts'

const DAY_MS = 86_400_000

export type Published = {
  ca: IssuingPair
  /** file of the list, in the data folder */
  list: string
  /** serial numbers */
  revoked: readonly string[]
  issued: ReadonlySet<string>
}

export const listPath = (home: string, { list }: Pick<Published, 'list'>): string => join(home, list)

/** Publishes the list of revoked certificates: good for a day. */
export async function publishList(home: string, of: Pick<Published, 'ca' | 'list' | 'revoked'>, now: Date): Promise<void> {
  const revokedAt = new Date(now.getTime() - DAY_MS)
  const revoked = of.revoked.map((serial) => ({ serial, revokedAt }))
  const der = issueCrl(of.ca, { revoked, thisUpdate: now, nextUpdate: new Date(now.getTime() + DAY_MS) })
  await writePrivate(listPath(home, of), der)
}

/** List and responder over HTTP. */
export function publishedRow(about: { home: string; path: string; summary: Sentence; now: () => Date }, of: Published): MountRow {
  const { home, path, summary, now } = about
  return {
    kind: 'mount',
    path,
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: 'RFC 5280, RFC 6960',
    summary,
    async handle(request) {
      const { pathname } = new URL(request.url)
      if (pathname === `${path}/crl`)
        return new Response(await readFile(listPath(home, of)), { headers: { 'content-type': 'application/pkix-crl' } })
      if (pathname !== `${path}/ocsp` || request.method !== 'POST') return new Response(null, { status: 404 })
      const at = now()
      const der = ocspRespond(of.ca, Buffer.from(await request.arrayBuffer()), {
        now: at,
        lookup: (serial) =>
          of.revoked.includes(serial)
            ? { status: 'revoked', revokedAt: new Date(at.getTime() - DAY_MS) }
            : { status: of.issued.has(serial) ? 'good' : 'unknown' },
      })
      return new Response(new Uint8Array(der), { headers: { 'content-type': 'application/ocsp-response' } })
    },
  }
}
