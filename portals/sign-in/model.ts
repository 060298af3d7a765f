import type { Sentence } from '#kernel/language'

/** A certificate that answered our challenge: the card's serial under its issuer, or why it was not accepted. */
export type CardCheck = {
  /** The certificate that this one follows, as its authority names it; null where it names none. */
  previousOf?(card: { serial: string; issuer: string; now: Date }): Promise<{ serial: string; issuer: string } | null>
  check(answer: {
    certificatePem: string
    signature: Uint8Array
    challenge: Uint8Array
    now: Date
  }): Promise<{ serial: string; issuer: string } | ({ refused: string } & Sentence)>
}

type Place = { institutionName: string; institutionNameEn?: string }

/** The demo's people and staff. Exists only where the data is synthetic. */
export type DemoDoor = {
  cards(): readonly { n: number; name: string; birthDate: string }[]
  card(n: number): { certificatePem: string; privateKeyPem: string; pin: string } | undefined
  /** `also`: a second place of work; whoever has one is asked after sign-in. */
  staff(): readonly (Place & { loginName: string; name: string; role: string; also?: Place })[]
  /** `totpSecret` in base 32. */
  staffSecret(loginName: string): { password: string; totpSecret: string } | undefined
}

/** A challenge that a card may answer once. `binding` is the hash of the browser's pre-session, null for a program. */
export type Challenge = { id: string; challenge: Buffer; binding: Buffer | null; expiresAt: Date }
