import type { JWK } from 'jose'
import type { Sentence } from '#kernel/language'
import type { AllowedHost } from '#kernel/outbound'

/** Whom a provider signs in. */
export type OutsideAudience = 'citizen' | 'staff'

/** How we prove to the provider that we are its client: by a key (`private_key_jwt`) or by a secret it gave us (`client_secret_basic`). */
export type ClientProof = { by: 'key'; jwk: JWK; alg: string; audience: 'issuer' | 'token-endpoint' } | { by: 'secret'; secret: string }

/**
 * An OpenID provider that the operator brings.
 * `claim`: claim of the ID token that names somebody there, for good; `acr`, `amr`: any one of these is strong enough, never a password
 * alone; `hosts`: hosts that may be called, and no others.
 */
export type OutsideSettings = {
  audience: OutsideAudience
  name: Sentence
  issuer: string
  clientId: string
  proof: ClientProof
  claim: string
  acr: readonly string[]
  amr: readonly string[]
  hosts: readonly AllowedHost[]
}

/** What the provider says about itself. @spec OpenID Connect Discovery 1.0; RFC 9126 (PAR); RFC 9207 (iss); RFC 9449 (DPoP) */
export type Facts = {
  authorizationEndpoint: string
  tokenEndpoint: string
  parEndpoint: string | null
  jwksUri: string
  /** Whether its answers name it. */
  saysIssuer: boolean
  /** Whether it reads proofs of possession of a key. */
  dpop: boolean
}

/** What a try is for: to sign in, to prove oneself once more, to link, to use an invitation. */
export type Wish = 'sign-in' | 'again' | 'link' | 'invitation'

/** A try under way. The browser's secret and the state are kept as hashes. */
export type Try = {
  audience: OutsideAudience
  browserHash: Buffer
  verifier: string
  nonce: string
  wish: Wish
  /** Session that began it, where there was one. */
  sessionId: string | null
  next: string | null
  /** From when on the person must have been proven there; null where any time will do. */
  since: Date | null
}

/** Somebody as the provider proved them. `provenAt`: when, null where it did not say. */
export type Proven = { issuer: string; subject: string; provenAt: Date | null }

export type OutsideLink = { issuer: string; subject: string; holder: { kind: OutsideAudience; id: string }; linkedAt: Date }
