import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  cardRefusals,
  type CertificateVerifier,
  certificateVerifier,
  combine,
  crlFile,
  httpOcsp,
  importDemoCa,
  issueCrl,
  ocspRespond,
  type RevocationSource,
  USER_AUTHENTICATION_POLICY,
  withoutPinMessage,
} from '#adapters/mynumber-card'
import type { CardVerifier } from '#care/eligibility'
import type { MountRow } from '#kernel/route'
import { type DemoSecrets, writePrivate } from './secrets.ts'

const crlPath = (home: string) => join(home, 'demo-ca.crl')
const DAY_MS = 86_400_000

function verifierOf(secrets: DemoSecrets, revocation: RevocationSource) {
  const { root, users } = importDemoCa(secrets.ca)
  return certificateVerifier({
    trustAnchors: [root.certificatePem],
    intermediates: [users.certificatePem],
    policyOid: USER_AUTHENTICATION_POLICY,
    revocation,
  })
}

const neverRevoked: RevocationSource = { known: () => ({ status: 'good' }), ask: async () => ({ status: 'good' }) }

/** Name of the demo CA in the register of cards, read off a card of its own: the hash of its key, because a name can be copied. */
export async function cardIssuer(secrets: DemoSecrets, now: Date): Promise<string> {
  const answer = await verifierOf(secrets, neverRevoked).verifyCertificate(secrets.cards[0]!.certificatePem, now)
  if ('refused' in answer) throw new Error(`the demo's own card is refused: ${answer.refused}`)
  return answer.issuerKeyHash
}

/** Checks cards against configured authorities; the sentences are the card adapter's. */
export function cardVerifier(verifier: CertificateVerifier): CardVerifier {
  return {
    async check({ withoutPinAt, ...input }) {
      // Signed without its PIN the card answers another message, so that it never passes for one with it.
      const challenge = withoutPinAt === undefined ? input.challenge : withoutPinMessage(withoutPinAt, input.challenge)
      const answer = await verifier.checkCard({ ...input, challenge })
      return 'refused' in answer
        ? { refused: answer.refused, ...cardRefusals[answer.refused] }
        : { serial: answer.serial, issuer: answer.issuerKeyHash }
    },
  }
}

/** Cards of the demo CA: its list first, its responder where the list is stale. Both stand on this machine. */
export function demoCards(home: string, secrets: DemoSecrets, port: number): CardVerifier {
  const list = crlFile(() => readFile(crlPath(home)), { refreshMs: 10_000 })
  return cardVerifier(verifierOf(secrets, combine(list, httpOcsp({ url: `http://127.0.0.1:${port}/demo/ca/ocsp` }))))
}

/** Publishes the list of revoked demo cards: good for a day, renewed by the leader. */
export async function publishDemoCrl(home: string, secrets: DemoSecrets, now: Date): Promise<void> {
  const revoked = [{ serial: secrets.refusedCards.revoked.serial, revokedAt: new Date(now.getTime() - DAY_MS) }]
  const der = issueCrl(importDemoCa(secrets.ca), { revoked, thisUpdate: now, nextUpdate: new Date(now.getTime() + DAY_MS) })
  await writePrivate(crlPath(home), der)
}

/** The demo CA's list and responder over HTTP, as a real CA publishes them. */
export function demoAuthorityRow(home: string, secrets: DemoSecrets, now: () => Date): MountRow {
  const ca = importDemoCa(secrets.ca)
  const { revoked } = secrets.refusedCards
  const issued = new Set([...secrets.cards, secrets.refusedCards.expired].map((c) => c.serial))
  return {
    kind: 'mount',
    path: '/demo/ca',
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: 'RFC 5280, RFC 6960',
    summary: { ja: 'デモ認証局の失効リストと応答', en: 'Revocation list and responder of the demo CA' },
    async handle(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/demo/ca/crl')
        return new Response(await readFile(crlPath(home)), { headers: { 'content-type': 'application/pkix-crl' } })
      if (pathname !== '/demo/ca/ocsp' || request.method !== 'POST') return new Response(null, { status: 404 })
      const at = now()
      const der = ocspRespond(ca, Buffer.from(await request.arrayBuffer()), {
        now: at,
        lookup: (serial) =>
          serial === revoked.serial
            ? { status: 'revoked', revokedAt: new Date(at.getTime() - DAY_MS) }
            : { status: issued.has(serial) ? 'good' : 'unknown' },
      })
      return new Response(new Uint8Array(der), { headers: { 'content-type': 'application/ocsp-response' } })
    },
  }
}
