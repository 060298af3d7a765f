import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { hpkiVerifier, pkcs11Signer, SIGNING_POLICY } from '#adapters/hpki'
import { httpOcsp } from '#adapters/mynumber-card'
import type { SigningTools } from '#care/signature'
import { refuse } from '#kernel/refusal'
import type { Signer, SigningRegister } from '#kernel/signing'
import { combine, crlFile, type RevocationSource } from '#packages/x509'
import { pems } from './cards.ts'
import { badConfig, type Config } from './config.ts'

/** Where no card or HSM is configured, nothing is signed; what was signed can still be judged. */
const noSigner: Signer = {
  holdMinutes: 0,
  certificateChain: async () => refuse('signing-token-missing'),
  algorithm: async () => refuse('signing-token-missing'),
  sign: async () => refuse('signing-token-missing'),
}

const nobodyKnows: RevocationSource = { known: () => null, ask: async () => ({ status: 'unknown', because: 'not-covered' }) }

/** Where no authority is configured, no certificate is accepted. */
export const noSigning: SigningTools = {
  signer: noSigner,
  verifier: hpkiVerifier({
    trustAnchors: [],
    intermediates: [],
    policyOids: [],
    revocation: nobodyKnows,
    register: { roleAt: async () => null },
  }),
}

const tokenKeys = z.record(
  z.string().regex(/^[A-Za-z0-9._-]{1,60}$/),
  z.object({
    /** label of the token (of its slot), as the maker's tool shows it */
    token: z.string().min(1),
    label: z.string().min(1).optional(),
    id: z
      .string()
      .regex(/^([0-9a-fA-F]{2})+$/)
      .optional(),
    algorithm: z.enum(['RS256', 'PS256', 'ES256', 'ES384']).optional(),
    above: z.array(z.string()).optional(),
  }),
)

/**
 * Authorities that the operator put under `$ENISHI_HOME/signing-trust` (`anchors/*.pem`, `intermediates/*.pem`, `revoked.crl`, renewed by
 * the operator's own job), and the card or HSM of ENISHI_SIGNING_PKCS11_MODULE with the keys of `signing-keys.json`. PINs stand nowhere:
 * the person enters theirs for each signature.
 */
export async function trustedSigning(config: Config, register: SigningRegister): Promise<SigningTools> {
  const folder = join(config.home, 'signing-trust')
  const trustAnchors = await pems(join(folder, 'anchors'))
  if (trustAnchors.length === 0) return noSigning
  const list = crlFile(() => readFile(join(folder, 'revoked.crl')))
  return {
    signer: await tokenSigner(config),
    verifier: hpkiVerifier({
      trustAnchors,
      intermediates: await pems(join(folder, 'intermediates')),
      policyOids: config.signing.policyOids.length > 0 ? config.signing.policyOids : [SIGNING_POLICY],
      revocation: config.signing.ocspUrl ? combine(list, httpOcsp({ url: config.signing.ocspUrl })) : list,
      register,
    }),
  }
}

async function tokenSigner({ home, signing }: Config): Promise<Signer> {
  if (signing.pkcs11Module === null) return noSigner
  const path = join(home, 'signing-keys.json')
  const text = await readFile(path, 'utf8').catch(() => {
    throw badConfig(`ENISHI_SIGNING_PKCS11_MODULE: ${path} がありません / is missing`)
  })
  const read = tokenKeys.safeParse(parsed(text))
  if (!read.success) throw badConfig(`${path}: {"鍵の名前 / key": {"token": "…", "label" | "id": "…"}}`)
  const keys = Object.entries(read.data).map(([name, { label, id, algorithm, above, token }]) => {
    const named = { ...(label === undefined ? {} : { label }), ...(id === undefined ? {} : { id }) }
    return [
      name,
      { token, ...named, ...(algorithm === undefined ? {} : { algorithm }), ...(above === undefined ? {} : { above }) },
    ] as const
  })
  return pkcs11Signer({ module: signing.pkcs11Module, keys: Object.fromEntries(keys) })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
