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
  type RevocationSource,
  USER_AUTHENTICATION_POLICY,
  withoutPinMessage,
} from '#adapters/mynumber-card'
import type { CardVerifier } from '#care/eligibility'
import type { MountRow } from '#kernel/route'
import { renewalsOf } from '../renewals.ts'
import { listPath, type Published, publishedRow, publishList } from './published.ts'
import type { DemoSecrets } from './secrets.ts'

const LIST = 'demo-ca.crl'

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
  const list = crlFile(() => readFile(listPath(home, { list: LIST })), { refreshMs: 10_000 })
  const verifier = cardVerifier(verifierOf(secrets, combine(list, httpOcsp({ url: `http://127.0.0.1:${port}/demo/ca/ocsp` }))))
  return { ...verifier, previousOf: renewalsOf(join(home, 'demo-ca-renewed.txt')) }
}

const published = (secrets: DemoSecrets): Published => {
  const { revoked, expired } = secrets.refusedCards
  const issued = new Set([...secrets.cards, expired].map((c) => c.serial))
  return { ca: importDemoCa(secrets.ca), list: LIST, revoked: [revoked.serial], issued }
}

/** Publishes the list of revoked demo cards: good for a day, renewed by the leader. */
export const publishDemoCrl = (home: string, secrets: DemoSecrets, now: Date): Promise<void> => publishList(home, published(secrets), now)

/** The demo CA's list and responder over HTTP, as a real CA publishes them. */
export const demoAuthorityRow = (home: string, secrets: DemoSecrets, now: () => Date): MountRow =>
  publishedRow(
    { home, path: '/demo/ca', now, summary: { ja: 'デモ認証局の失効リストと応答', en: 'Revocation list and responder of the demo CA' } },
    published(secrets),
  )
