/** Who signs in by a passkey. */
export type Subject = { kind: 'citizen' | 'staff'; id: string }

/** A passkey as registered here. Instants UTC. */
export type Passkey = {
  /** Base64url, as the authenticator made it. */
  credentialId: string
  subject: Subject
  /** COSE key. */
  publicKey: Buffer
  /** Signatures so far as the authenticator counts them; 0 where it does not count. */
  counter: number
  transports: readonly string[]
  /** Kept in a keychain that several devices share. */
  backedUp: boolean
  /** What its owner calls it. */
  label: string
  madeAt: Date
  usedAt: Date | null
}

export type ChangeKind =
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-renamed'
  | 'passkey-cloned'
  | 'passkeys-ended'
  | 'code-set'
  | 'password-set'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'invitation-issued'
  | 'invitation-used'
  | 'device-ended'
  | 'devices-ended'
  | 'unlocked'
  | 'desk-marked'
  | 'desk-unmarked'
  | 'outside-linked'
  | 'outside-unlinked'

/** One change of how somebody signs in, with the label of what it was about. */
export type Change = { at: Date; what: ChangeKind; label: string }
