import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { certificateVerifier, combine, crlFile, httpOcsp, USER_AUTHENTICATION_POLICY } from '#adapters/mynumber-card'
import type { CardVerifier } from '#care/eligibility'
import type { Config } from './config.ts'
import { cardVerifier } from './demo/authority.ts'
import { renewalsOf } from './renewals.ts'

/** Where no authority is configured, no card is accepted. */
export const noCards: CardVerifier = {
  check: async () => ({
    refused: 'certificate-unknown-ca',
    ja: 'カードを確認する認証局が設定されていません。管理者に知らせてください。',
    en: 'No authority for cards is configured. Please tell the operator.',
  }),
}

/**
 * Cards of the authorities that the operator put under `$ENISHI_HOME/card-trust`: `anchors/*.pem`, `intermediates/*.pem`,
 * `revoked.crl` (DER) and `renewed.txt` (which certificate follows which), both renewed by the operator's own job, and, where ENISHI_CARD_OCSP_URL is set, its responder.
 * @returns undefined where the folder is absent
 */
export async function trustedCards(config: Config): Promise<CardVerifier | undefined> {
  const folder = join(config.home, 'card-trust')
  const anchors = await pems(join(folder, 'anchors'))
  if (anchors.length === 0) return undefined
  const list = crlFile(() => readFile(join(folder, 'revoked.crl')))
  const verifier = cardVerifier(
    certificateVerifier({
      trustAnchors: anchors,
      intermediates: await pems(join(folder, 'intermediates')),
      policyOid: config.cardPolicyOid ?? USER_AUTHENTICATION_POLICY,
      revocation: config.cardOcspUrl ? combine(list, httpOcsp({ url: config.cardOcspUrl })) : list,
    }),
  )
  return { ...verifier, previousOf: renewalsOf(join(folder, 'renewed.txt')) }
}

/** Certificates of a folder, by name; none where it is absent. */
export async function pems(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(
    names
      .filter((n) => n.endsWith('.pem'))
      .sort()
      .map((n) => readFile(join(folder, n), 'utf8')),
  )
}
