import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'

const base64url = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url')
const credential = { id: base64url(1400), rawId: base64url(1400), type: z.literal('public-key') }

/** What a browser sends to prove by passkey. @spec Web Authentication Level 2, AuthenticatorAssertionResponse */
export const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(2000),
    userHandle: base64url(200).nullish(),
  }),
})

/** What a browser sends with a new passkey. */
export const attestation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4000),
    attestationObject: base64url(16_000),
    transports: z.array(z.string().max(20)).max(10).optional(),
  }),
})

export const assertionOf = ({ response, ...rest }: z.infer<typeof assertion>): AuthenticationResponseJSON => ({
  ...rest,
  response: {
    clientDataJSON: response.clientDataJSON,
    authenticatorData: response.authenticatorData,
    signature: response.signature,
    ...(response.userHandle ? { userHandle: response.userHandle } : {}),
  },
  clientExtensionResults: {},
})

export const attestationOf = ({ response, ...rest }: z.infer<typeof attestation>): RegistrationResponseJSON => ({
  ...rest,
  response: {
    clientDataJSON: response.clientDataJSON,
    attestationObject: response.attestationObject,
    ...(response.transports ? { transports: response.transports } : {}),
  },
  clientExtensionResults: {},
})
